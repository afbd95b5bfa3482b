from typing import Any

import structlog
from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Prefetch, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from accounts.admin.base import ModelForm, TrackedAdmin
from accounts.days import today
from clients.admin.assignments import AssignmentInline
from clients.admin.contacts import ContactInline
from clients.models import Assignment, Client, Contact

log = structlog.get_logger(__name__)


class ClientForm(ModelForm):
    """A person's tax number never travels to the page: the field is empty, and empty means “as it was”."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "npwp" in self.fields and self.instance.pk and self.instance.has_personal_npwp:
            self.initial["npwp"] = ""
            self.fields["npwp"].help_text = _("Stored: %(npwp)s. Empty = leave it so.") % {
                "npwp": self.instance.shown_npwp
            }
            self.kept_npwp = self.instance.npwp
        contacts = self.fields.get("billing_contact")
        if isinstance(contacts, forms.ModelChoiceField):
            contacts.queryset = Contact.objects.filter(client=self.instance.pk)

    def clean_npwp(self) -> str:
        return str(self.cleaned_data["npwp"] or getattr(self, "kept_npwp", ""))


@admin.register(Client)
class ClientAdmin(TrackedAdmin):
    form = ClientForm
    change_form_template = "admin/clients/client/change_form.html"
    hidden_in_history = ("npwp",)
    list_display = ("__str__", "brand_name", "industry", "tier", "city", "owner", "created_at")
    list_filter = ("tier", "industry", "legal_form", "province")
    search_fields = ("legal_name", "brand_name", "=code", "=nib")
    date_hierarchy = "created_at"
    autocomplete_fields = ("parent",)
    readonly_fields = ("created_at", "created_by")
    inlines = (ContactInline, AssignmentInline)
    fieldsets = (
        (
            None,
            {
                "fields": (
                    ("legal_form", "legal_name"),
                    ("brand_name", "code"),
                    "parent",
                    "industry",
                    "tier",
                    "source",
                )
            },
        ),
        (_("Numbers"), {"fields": ("npwp", "nib")}),
        (
            _("Address"),
            {
                "fields": (
                    "street",
                    "rt_rw",
                    "village",
                    "district",
                    "city",
                    "province",
                    "postal_code",
                    "time_zone",
                )
            },
        ),
        (_("Billing"), {"fields": ("billing_contact", "payment_days")}),
        (_("Record"), {"fields": ("created_at", "created_by")}),
    )

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Who may only look gets no form, so the mask has to be a column of its own."""
        if self.has_change_permission(request, obj):
            return self.fieldsets
        return [
            (
                title,
                {"fields": tuple("shown_npwp" if name == "npwp" else name for name in options["fields"])},
            )
            for title, options in self.fieldsets
        ]

    @admin.display(description=Client._meta.get_field("npwp").verbose_name)
    def shown_npwp(self, client: Client) -> str:
        return client.shown_npwp

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        owning = Assignment.objects.on(today()).filter(role__in=Assignment.Role.owning())
        current = Prefetch(
            "assignments", owning.select_related("user").order_by("-role"), to_attr="owners_today"
        )
        return super().get_queryset(request).prefetch_related(current)

    @admin.display(description=_("responsible"))
    def owner(self, client: Client) -> str:
        """The AM today, else the AE ("AM" sorts after "AE")."""
        owners: list[Assignment] = client.owners_today  # type: ignore[attr-defined] # see get_queryset
        return str(owners[0].user) if owners else "–"

    def save_model(self, request: HttpRequest, obj: Client, form: Any, change: bool) -> None:
        if not change:
            obj.created_by = request.user  # type: ignore[assignment] # admin pages are signed in
        super().save_model(request, obj, form, change)

    def get_urls(self) -> list[URLPattern]:
        reveal = self.admin_site.admin_view(require_POST(self.reveal_npwp))
        return [path("<int:pk>/reveal-npwp/", reveal, name="clients_client_reveal_npwp"), *super().get_urls()]

    def reveal_npwp(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show a person's tax number to a holder of `reveal_npwp`, and write down who looked."""
        client = self.get_object(request, str(pk))
        if not (self.has_view_permission(request, client) and request.user.has_perm("clients.reveal_npwp")):
            raise PermissionDenied
        if client is None:
            raise Http404
        npwp = client.reveal_npwp()
        log.info("npwp_revealed", client_id=client.pk)
        context = {
            **self.admin_site.each_context(request),
            "title": str(client),
            "opts": self.opts,
            "client": client,
            "npwp": npwp,
        }
        return TemplateResponse(request, "admin/clients/client/npwp.html", context)
