"""The pages of an import, one per step. Each acts on the state that it showed; else it leads to where things are."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.days import today
from accounts.http import AuthenticatedRequest, form_page
from accounts.models import User
from exchange import files
from exchange.datasets import DATASETS, Dataset
from exchange.forms import ApplyForm, MappingForm, NotationForm, UploadForm
from exchange.importing.lines import Mapping
from exchange.importing.running import counts
from exchange.importing.sampling import samples
from exchange.models import Import, ImportLine
from exchange.reading.files import Notation, Sheet, UnreadableFileError, read, sheets_in
from exchange.reading.suggest import suggest
from portfolio.addresses import page_size

State = Import.State
SAMPLES = 3  # cells shown beside a heading
KEPT = 20  # imports in the list


@require_safe
def import_list(request: AuthenticatedRequest) -> HttpResponse:
    _refuse_others(request.user)
    day = today()
    own = Import.objects.visible_to(request.user).defer("file")
    context = {
        "datasets": [(each, each.is_open_to(request.user, day)) for each in DATASETS.values()],
        "imports": [(job, DATASETS[job.dataset].label) for job in own[:KEPT]],
    }
    return render(request, "exchange/import_list.html", context)


@require_safe
def import_template(request: AuthenticatedRequest, slug: str, kind: str) -> HttpResponse:
    _refuse_others(request.user)
    if slug not in DATASETS or kind not in ("csv", "xlsx"):
        raise Http404
    return files.template(DATASETS[slug], kind)


@require_http_methods(["GET", "POST"])
@transaction.atomic
def import_create(request: AuthenticatedRequest, slug: str) -> HttpResponse:
    dataset = _open_dataset(request.user, slug)
    form = UploadForm(request.POST or None, request.FILES or None)
    if form.is_repeated():
        return redirect("exchange:import_list")
    if form.is_valid() and form.is_first_submission(request.user):
        data, name = form.cleaned_data["data"], form.cleaned_data["file"].name[-200:]
        job = Import.objects.create(requested_by=request.user, dataset=slug, file_name=name, file=data)
        return redirect("exchange:import_reading", job.pk)
    return form_page(
        request,
        form,
        heading=_("Import: %(what)s") % {"what": dataset.label},
        subtitle=str(dataset.about),
        submit=_("Upload and look at it"),
        back=reverse("exchange:import_list"),
        layout="exchange/_upload_form.html",
    )


@require_http_methods(["GET", "POST"])
@transaction.atomic
def import_reading(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """How the file writes numbers and days, shown on cells of its own; with `preview` nothing is saved."""
    job = _locked(request.user, pk)
    if job.state not in (State.READING, State.CHECKED):
        return redirect("exchange:import_page", pk)
    data = bytes(job.file)
    form = _notation_form(request, job, data)
    shown = _preview(data, form) if form.is_valid() else None
    is_final = request.method == "POST" and "preview" not in request.POST
    if is_final and shown and not shown.complaint:
        notation = form.notation().to_json()
        if notation != job.notation:  # its columns may stand elsewhere now
            job.mapping = {}
        job.notation, job.state = notation, State.READING
        job.save(update_fields=["notation", "mapping", "state"])
        return redirect("exchange:import_columns", pk)
    context = {
        "job": job,
        "form": form,
        "shown": shown,
    }
    status = 422 if is_final else 200
    return render(request, "exchange/import_reading.html", context, status=status)


def _notation_form(request: AuthenticatedRequest, job: Import, data: bytes) -> NotationForm:
    """As sent, as saved, else as the file suggests it, unless that leaves a question open."""
    sheets = _sheets_in(data)
    given = request.POST or job.notation
    sheet = given.get("sheet", "") if given.get("sheet") in sheets else ""
    suggestion = suggest(data, sheet)
    form = NotationForm(given or None, suggestion=suggestion, sheets=sheets)
    if form.is_bound or "" in form.offered.values():
        return form
    return NotationForm(form.offered, suggestion=suggestion, sheets=sheets)


def _sheets_in(data: bytes) -> list[str]:
    try:
        return sheets_in(data)
    except UnreadableFileError:  # told when it is read
        return []


@dataclass(frozen=True)
class Preview:
    """The first lines as they are read, and numbers and days with what they are taken for."""

    header: tuple[str, ...] = ()
    lines: tuple[Any, ...] = ()
    cells: tuple[Any, ...] = ()
    complaint: str = ""


def _preview(data: bytes, form: NotationForm) -> Preview:
    try:
        notation = form.notation()
        sheet = read(data, notation)
    except UnreadableFileError as error:
        return Preview(complaint=str(error))
    return Preview(sheet.header, sheet.lines[:5], tuple(samples(sheet, notation)))


@require_http_methods(["GET", "POST"])
@transaction.atomic
def import_columns(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Which column of the file is which; sends the file to be checked."""
    job = _locked(request.user, pk)
    if job.state not in (State.READING, State.CHECKED) or not job.notation:
        return redirect("exchange:import_page", pk)
    dataset = _open_dataset(request.user, job.dataset)
    sheet = read(bytes(job.file), Notation.from_json(job.notation))
    header = tuple(_heading(sheet, number) for number in range(len(sheet.header)))
    mapping = Mapping.from_json(job.mapping) if job.mapping else Mapping.suggested(dataset, sheet.header)
    form = MappingForm(request.POST or None, dataset=dataset, header=header, mapping=mapping)
    if form.is_valid():
        job.mapping = form.mapping().to_json()
        _start(job, State.CHECKING, "mapping")
        return redirect("exchange:import_page", pk)
    context = {"job": job, "dataset": dataset, "form": form}
    return render(request, "exchange/import_columns.html", context, status=422 if form.is_bound else 200)


@require_safe
def import_page(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Where an import stands: progress, what each line does, what can be done next."""
    job = _job(request.user, pk)
    if job.state == State.READING:
        return redirect(
            "exchange:import_columns" if job.notation and not job.complaint else "exchange:import_reading", pk
        )
    return render(request, "exchange/import_page.html", _page_context(request, job))


@require_safe
def import_progress(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """The part of the page that renews itself while a worker is at it; when it is done, the whole page is asked for."""
    job = _job(request.user, pk)
    response = render(request, "exchange/_progress.html", {"job": job})
    if not job.is_busy:
        response.headers["HX-Refresh"] = "true"
    return response


@require_POST
@transaction.atomic
def import_apply(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    job, form = _locked(request.user, pk), ApplyForm(request.POST)
    if job.state == State.CHECKED and form.is_valid():
        _open_dataset(request.user, job.dataset)
        if counts(job)[ImportLine.Outcome.ERROR] and not form.cleaned_data["leaves_out_errors"]:
            messages.error(
                request, _("There are lines with errors: mend the file, or choose to leave them out.")
            )
        else:
            _start(job, State.APPLYING)
    return redirect("exchange:import_page", pk)


@require_POST
@transaction.atomic
def import_undo(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    job = _locked(request.user, pk)
    if job.state == State.APPLIED:
        _start(job, State.UNDOING)
    return redirect("exchange:import_page", pk)


@require_POST
@transaction.atomic
def import_discard(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Throw the file away; what was taken over from it stays, and so does its record."""
    job = _locked(request.user, pk)
    if job.state in (State.READING, State.CHECKED):
        job.delete()
        messages.success(request, _("The file is thrown away; nothing of it was taken over."))
        return redirect("exchange:import_list")
    return redirect("exchange:import_page", pk)


@require_safe
def import_report(request: AuthenticatedRequest, pk: int, kind: str) -> HttpResponse:
    job = _job(request.user, pk)
    if kind not in ("csv", "xlsx") or job.state == State.READING:
        raise Http404
    return files.report(job, kind)


def _refuse_others(user: User) -> None:
    if not user.has_perm("exchange.import_data"):
        raise PermissionDenied


def _open_dataset(user: User, slug: str) -> Dataset:
    _refuse_others(user)
    if slug not in DATASETS:
        raise Http404
    dataset = DATASETS[slug]
    if not dataset.is_open_to(user, today()):
        raise PermissionDenied
    return dataset


def _job(user: User, pk: int) -> Import:
    """An own import, without its file. Raises Http404; PermissionDenied if the right to import is gone."""
    job: Import = get_object_or_404(Import.objects.visible_to(user).defer("file"), pk=pk)
    _refuse_others(user)
    return job


def _locked(user: User, pk: int) -> Import:
    """Like `_job`, with the file, until the transaction ends."""
    job: Import = get_object_or_404(Import.objects.visible_to(user).select_for_update(no_key=True), pk=pk)
    _refuse_others(user)
    return job


def _start(job: Import, state: str, *fields: str) -> None:
    """Have a worker do it. The fields in `fields` are saved with it."""
    job.state, job.due_at, job.attempts, job.claimed_at, job.complaint = state, timezone.now(), 0, None, ""
    job.save(update_fields=["state", "due_at", "attempts", "claimed_at", "complaint", *fields])


def _heading(sheet: Sheet, number: int) -> str:
    """A heading with what stands below it, so that nobody has to guess what “Nilai” is."""
    below = [
        line.cells[number].text
        for line in sheet.lines[:50]
        if number < len(line.cells) and line.cells[number].text
    ]
    shown = ", ".join(text[:30] for text in dict.fromkeys(below[:SAMPLES]))
    return f"{sheet.header[number]} ({shown})" if shown else sheet.header[number]


def _page_context(request: AuthenticatedRequest, job: Import) -> dict[str, Any]:
    dataset = DATASETS[job.dataset]
    found = counts(job)
    wanted = request.GET.get("outcome", "")
    lines = job.lines.filter(outcome=wanted) if wanted in ImportLine.Outcome.values else job.lines.all()
    page = Paginator(lines, page_size(request.GET)).get_page(request.GET.get("page"))
    labels = {column.name: str(column.label) for column in dataset.columns}
    return {
        "job": job,
        "dataset": dataset,
        "counts": [
            (value, label, found[value]) for value, label in ImportLine.Outcome.choices if found[value]
        ],
        "total": sum(found.values()),
        "errors": found[ImportLine.Outcome.ERROR],
        "effective": found[ImportLine.Outcome.CREATED] + found[ImportLine.Outcome.CHANGED],
        "wanted": wanted,
        "page": page,
        "lines": [_shown(line, labels) for line in page],
        "form": ApplyForm(),
    }


def _shown(line: ImportLine, labels: dict[str, str]) -> dict[str, Any]:
    """A line as the page prints it; one with errors changes nothing."""
    cells = [line.cells[column] for column in labels if column in line.cells]
    changes = [] if line.problems else line.changes
    return {
        "line": line,
        "what": " · ".join(cells[:3]),
        "changes": [(labels[column], old, new) for column, old, new in changes],
        "problems": [
            (labels.get(column, ""), line.cells.get(column, ""), text) for column, text in line.problems
        ],
    }
