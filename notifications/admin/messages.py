from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.admin.base import ModelAdmin, ReadOnlyAdmin
from notifications.models import DeliveryHours, Notification, OutboundEmail, Preference


@admin.register(OutboundEmail)
class OutboundEmailAdmin(ReadOnlyAdmin):
    """What was sent and what was not, and why; never what a mail says."""

    list_display = ("recipient", "template", "state", "attempts", "due_at", "sent_at", "last_error")
    list_filter = ("state", "template")
    list_select_related = ("recipient",)
    search_fields = ("recipient__full_name", "recipient__email", "message_id")
    date_hierarchy = "created_at"
    fields = (*list_display, "message_id", "created_at")
    actions = ("send_again",)

    @admin.action(description=_("Send again"), permissions=["resend"])
    def send_again(self, request: HttpRequest, queryset: QuerySet[OutboundEmail]) -> None:
        """Refused and given-up mails become due once more, with all their attempts."""
        failed = queryset.filter(state__in=[OutboundEmail.State.FAILED, OutboundEmail.State.DEAD])
        count = failed.update(state=OutboundEmail.State.DUE, attempts=0, due_at=timezone.now())
        text = ngettext("%(count)d mail is due again.", "%(count)d mails are due again.", count)
        self.message_user(request, text % {"count": count})

    def has_resend_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("notifications.change_outboundemail")


@admin.register(Notification)
class NotificationAdmin(ReadOnlyAdmin):
    list_display = ("recipient", "kind", "template", "created_at", "read_at")
    list_filter = ("kind", ("read_at", admin.EmptyFieldListFilter))
    list_select_related = ("recipient",)
    search_fields = ("recipient__full_name", "recipient__email")
    date_hierarchy = "created_at"
    fields = list_display


@admin.register(Preference)
class PreferenceAdmin(ModelAdmin):
    list_display = ("user", "kind", "in_app", "email")
    list_filter = ("kind", "email", "in_app")
    list_select_related = ("user",)
    search_fields = ("user__full_name", "user__email")
    autocomplete_fields = ("user",)


@admin.register(DeliveryHours)
class DeliveryHoursAdmin(ModelAdmin):
    list_display = ("user", "quiet_from", "quiet_until", "workdays")
    list_select_related = ("user",)
    search_fields = ("user__full_name", "user__email")
    autocomplete_fields = ("user",)
