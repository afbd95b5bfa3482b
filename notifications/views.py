"""One's own messages and how they arrive."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.requests import SignedInRequest
from notifications.forms import PreferencesForm


@require_http_methods(["GET", "POST"])
def preference_edit(request: SignedInRequest) -> HttpResponse:
    """Per kind of message: in the product or not, by mail or not; and when mails may come."""
    form = PreferencesForm(request.user, request.POST or None)
    if not (form.is_bound and form.is_valid()):
        status = 422 if form.is_bound else 200
        return render(request, "notifications/preference_edit.html", {"form": form}, status=status)
    form.save()
    messages.success(request, _("Your notification preferences are saved."))
    return redirect("notifications:preference_edit")
