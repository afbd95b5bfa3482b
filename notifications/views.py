"""One's own messages and how they arrive."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.http import AuthenticatedRequest
from notifications.forms import PreferencesForm
from notifications.inbox import readable
from notifications.models import Notification

PAGE = 50


@require_http_methods(["GET", "POST"])
def preference_edit(request: AuthenticatedRequest) -> HttpResponse:
    """Per kind of message: in the product or not, by mail or not; and when mails may come."""
    form = PreferencesForm(request.user, request.POST or None)
    if not (form.is_bound and form.is_valid()):
        status = 422 if form.is_bound else 200
        return render(request, "notifications/preference_edit.html", {"form": form}, status=status)
    form.save()
    messages.success(request, _("Your notification preferences are saved."))
    return redirect("notifications:preference_edit")


@require_safe
def notification_list(request: AuthenticatedRequest) -> HttpResponse:
    mine = Notification.objects.visible_to(request.user).select_related("about_type")
    page = Paginator(mine, PAGE).get_page(request.GET.get("page"))
    unread = any(notification.read_at is None for notification in page)
    context = {"page": page, "rows": readable(request.user, page), "unread": unread}
    return render(request, "notifications/notification_list.html", context)


@require_POST
def notification_read_all(request: AuthenticatedRequest) -> HttpResponse:
    Notification.objects.visible_to(request.user).unread().update(read_at=timezone.now())
    return redirect("notifications:notification_list")


@require_POST
def notification_open(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Mark as read and go to what it is about."""
    mine = Notification.objects.visible_to(request.user).select_related("about_type")
    notification = get_object_or_404(mine, pk=pk)
    shown = readable(request.user, [notification])
    if not shown:
        raise Http404
    mine.unread().filter(pk=pk).update(read_at=timezone.now())
    return redirect(shown[0]["about"])
