"""One form from its first showing to its saved row; what a view adds is who may, which form, and what saving does."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.db.models import Model
from django.http import HttpResponse
from django.shortcuts import redirect

from accounts.http import AuthenticatedRequest, form_page, too_late_page
from clients.revisions import RevisionFormMixin


def edit_page(
    request: AuthenticatedRequest,
    form: RevisionFormMixin,
    save: Callable[[], str],
    *,
    leads_to: Model,
    too_late: str = "",
    **page: Any,
) -> HttpResponse:
    """The page of `form`, or the way on to `leads_to` once it is saved; “Cancel” leads there, too.

    `save` runs once, however often the button is pressed, and returns what to tell. `too_late` says why there is
    nothing to save any more (409). Bind the form to a locked row, inside a transaction; `page` is for `form_page`.
    """
    back: str = leads_to.get_absolute_url()  # type: ignore[attr-defined] # whatever has a page has it
    if form.is_repeated():
        return redirect(back)
    if too_late:
        return too_late_page(request, too_late, back=back)
    if form.is_valid():
        if form.is_first_submission(request.user):
            messages.success(request, save())
        return redirect(back)
    return form_page(request, form, back=back, **page)
