from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.admin.base import ReadOnlyAdmin
from exchange.models import ApiToken


@admin.register(ApiToken)
class ApiTokenAdmin(ReadOnlyAdmin):
    """Access tokens of everybody: who gave which system one, and an end to it. Nobody reads a secret or its hash."""

    list_display = ("name", "user", "scope", "created_at", "last_used_at", "revoked_at")
    list_filter = (("revoked_at", admin.EmptyFieldListFilter), "scope")
    list_select_related = ("user",)
    search_fields = ("name", "user__full_name", "user__email")
    fields = list_display
    actions = ("revoke",)

    @admin.action(description=_("Revoke"), permissions=["revoke"])
    def revoke(self, request: HttpRequest, queryset: QuerySet[ApiToken]) -> None:
        """Those that are in force end now."""
        count = queryset.filter(revoked_at=None).update(revoked_at=timezone.now())
        text = ngettext("%(count)d access token is revoked.", "%(count)d access tokens are revoked.", count)
        self.message_user(request, text % {"count": count})

    def has_revoke_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("exchange.change_apitoken")
