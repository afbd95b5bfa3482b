"""Everything that one may see, as a file: asked for, written by a worker, fetched by who asked for it."""

from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from accounts.http import AuthenticatedRequest
from exchange.exporting import is_still_allowed
from exchange.forms import ExportForm
from exchange.models import Export
from portfolio.exports import XLSX

TYPES = {Export.Kind.XLSX: XLSX, Export.Kind.CSV: "application/zip"}


@require_safe
def export_list(request: AuthenticatedRequest) -> HttpResponse:
    exports = Export.objects.visible_to(request.user).defer("file")[:20]
    return render(request, "exchange/export_list.html", {"exports": exports, "form": ExportForm()})


@require_POST
@transaction.atomic
def export_create(request: AuthenticatedRequest) -> HttpResponse:
    form = ExportForm(request.POST)
    if not form.is_valid():
        exports = Export.objects.visible_to(request.user).defer("file")[:20]
        return render(request, "exchange/export_list.html", {"exports": exports, "form": form}, status=422)
    if form.is_first_submission(request.user):
        Export.objects.create(requested_by=request.user, kind=form.cleaned_data["kind"])
    return redirect("exchange:export_list")


@require_safe
def export_fetch(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """The file, unless its requester may see less by now than is in it: then it does not exist any more."""
    job = get_object_or_404(Export.objects.visible_to(request.user), pk=pk, state=Export.State.READY)
    if not is_still_allowed(job, timezone.now()) or timezone.now() > job.ends_at:
        raise Http404
    response = HttpResponse(bytes(job.file), content_type=TYPES[job.kind])
    response.headers["Content-Disposition"] = f'attachment; filename="{job.file_name}"'
    return response
