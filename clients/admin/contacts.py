from django.contrib import admin

from accounts.admin.base import KeptInline, TrackedAdmin
from clients.models import Consent, Contact


class ContactInline(KeptInline):
    model = Contact
    fields = (
        "salutation",
        "full_name",
        "job_title",
        "phone",
        "has_whatsapp",
        "email",
        "is_primary",
        "is_active",
    )


class ConsentInline(KeptInline):
    model = Consent


@admin.register(Contact)
class ContactAdmin(TrackedAdmin):
    list_display = (
        "full_name",
        "client",
        "job_title",
        "phone",
        "email",
        "decision_role",
        "is_primary",
        "is_active",
    )
    list_filter = ("is_active", "is_primary", "decision_role", "attitude", "influence")
    list_select_related = ("client",)
    search_fields = (
        "full_name",
        "preferred_name",
        "email",
        "phone",
        "client__legal_name",
        "client__brand_name",
    )
    autocomplete_fields = ("client",)
    inlines = (ConsentInline,)


@admin.register(Consent)
class ConsentAdmin(TrackedAdmin):
    list_display = ("contact", "channel", "basis", "given_on", "withdrawn_on")
    list_filter = ("channel", "basis", ("withdrawn_on", admin.EmptyFieldListFilter))
    list_select_related = ("contact",)
    search_fields = ("contact__full_name", "contact__client__legal_name")
    autocomplete_fields = ("contact",)
    date_hierarchy = "given_on"
