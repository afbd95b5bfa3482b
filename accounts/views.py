"""One's own account. Signing in and out, passwords and second factors are django-allauth's pages in our layout."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.forms import LanguageForm, ProfileForm, ThemeForm
from accounts.http import AuthenticatedRequest
from accounts.models import User

A_YEAR = 365 * 24 * 3600


@require_http_methods(["GET", "POST"])
def profile(request: AuthenticatedRequest) -> HttpResponse:
    """My account: name, phone, language, time zone, theme."""
    person = User.objects.get(pk=request.user.pk)  # a copy: a refused form must not rename the frame
    form = ProfileForm(request.POST or None, instance=person)
    if not form.is_valid():
        status = 422 if form.is_bound else 200
        return render(request, "accounts/profile.html", {"form": form}, status=status)
    form.save()
    with translation.override(person.language):
        messages.success(request, _("Your account is saved."))
    return redirect("accounts:profile")


@login_not_required
@require_POST
def language_set(request: HttpRequest) -> HttpResponse:
    """Switch the language: remembered with the account and, for the sign-in page, in a cookie."""
    response = _back(request)
    form = LanguageForm(request.POST)
    if form.is_valid():
        language = form.cleaned_data["language"]
        if isinstance(request.user, User):
            User.objects.filter(pk=request.user.pk).update(language=language)
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            language,
            max_age=A_YEAR,
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
            samesite="Lax",
        )
    return response


@require_POST
def theme_set(request: AuthenticatedRequest) -> HttpResponse:
    """Switch between light, dark and as the device."""
    form = ThemeForm(request.POST)
    if form.is_valid():
        User.objects.filter(pk=request.user.pk).update(theme=form.cleaned_data["theme"])
    return _back(request)


def _back(request: HttpRequest) -> HttpResponseRedirect:
    """To the page the person came from, never to another site."""
    url = request.POST.get("next", "")
    if url_has_allowed_host_and_scheme(url, {request.get_host()}, require_https=request.is_secure()):
        return HttpResponseRedirect(url)
    return HttpResponseRedirect("/")
