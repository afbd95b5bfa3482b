from allauth.account import admin as _allauth_account  # noqa: F401 - registers what is taken down below
from allauth.account.models import EmailAddress
from allauth.mfa import admin as _allauth_mfa  # noqa: F401
from allauth.mfa.models import Authenticator
from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest

from accounts.admin.base import ReadOnlyAdmin

admin.site.unregister(EmailAddress)  # a person has one address, in her own row
admin.site.unregister(Authenticator)  # allauth's page shows the secret


@admin.register(Authenticator)
class AuthenticatorAdmin(ReadOnlyAdmin):
    """Second factors: whoever lost her phone gets hers removed here; nobody sees or changes a secret."""

    list_display = ("user", "type", "created_at", "last_used_at")
    list_filter = ("type",)
    list_select_related = ("user",)
    search_fields = ("user__full_name", "user__email")
    fields = list_display

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return super(ReadOnlyAdmin, self).has_delete_permission(request, obj)
