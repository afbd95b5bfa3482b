from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.admin import UserAdmin
from accounts.models import User
from notifications.invitations import invite

admin.site.unregister(User)  # accounts cannot mail: it stands below this room


@admin.register(User)
class InvitingUserAdmin(UserAdmin):
    """People, and their way in: whoever is added gets an invitation by mail."""

    actions = ("send_invitation",)

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        if not change:
            obj.set_unusable_password()
        super().save_model(request, obj, form, change)
        if not change and invite(obj, timezone.now()):
            messages.success(request, _("%(email)s gets an invitation by mail.") % {"email": obj.email})

    @admin.action(description=gettext_lazy("Invite again by mail"), permissions=["change"])
    def send_invitation(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        now = timezone.now()
        count = sum(invite(user, now) for user in queryset)
        if skipped := len(queryset) - count:
            text = ngettext(
                "%(count)d person has a password already or is inactive.",
                "%(count)d people have a password already or are inactive.",
                skipped,
            )
            messages.warning(request, text % {"count": skipped})
        if count:
            text = ngettext("%(count)d invitation goes out.", "%(count)d invitations go out.", count)
            messages.success(request, text % {"count": count})
