"""Access tokens of one's own: made, shown once, revoked."""

from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from accounts.http import AuthenticatedRequest
from exchange.forms import TokenForm
from exchange.models import ApiToken


@require_http_methods(["GET", "POST"])
@transaction.atomic
def token_list(request: AuthenticatedRequest) -> HttpResponse:
    """The secret of a new token is in this answer and nowhere else."""
    form = TokenForm(request.POST or None)
    secret = ""
    if form.is_repeated():
        return redirect("exchange:token_list")
    if form.is_valid() and form.is_first_submission(request.user):
        _token, secret = ApiToken.issue(request.user, form.cleaned_data["name"], form.cleaned_data["scope"])
    context = {
        "form": TokenForm() if secret else form,
        "secret": secret,
        "tokens": ApiToken.objects.visible_to(request.user),
    }
    status = 422 if form.is_bound and not secret else 200
    return render(request, "exchange/token_list.html", context, status=status)


@require_POST
def token_revoke(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    get_object_or_404(ApiToken.objects.visible_to(request.user), pk=pk).revoke(timezone.now())
    return redirect("exchange:token_list")
