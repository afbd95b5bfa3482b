from allauth.account import admin as _allauth_account  # noqa: F401 - registers what is taken down below
from allauth.account.models import EmailAddress
from allauth.mfa import admin as _allauth_mfa  # noqa: F401
from allauth.mfa.models import Authenticator
from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.admin.base import ReadOnlyAdmin
from accounts.models import User

admin.site.unregister(EmailAddress)  # a person has one address, in her own row
admin.site.unregister(Authenticator)  # allauth's page shows the secret

# allauth names neither its model nor the fields, so no catalogue can translate them. Django compares migrations with
# what a class says of itself; names given afterwards are none of their business.
Authenticator._meta.verbose_name = pgettext_lazy("sign-in", "second factor")
Authenticator._meta.verbose_name_plural = pgettext_lazy("sign-in", "second factors")
for _name, _words in {
    "user": User._meta.verbose_name,
    "type": pgettext_lazy("second factor", "kind"),
    "created_at": _("created"),
    "last_used_at": _("last used"),
}.items():
    Authenticator._meta.get_field(_name).verbose_name = _words


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
