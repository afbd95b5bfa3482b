from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts import formats
from accounts.days import today
from accounts.http import AuthenticatedRequest
from clients.editing import edit_page
from clients.forms import SnoozeForm, TaskForm
from clients.gate import leads_on, locked_client_for, row_for
from clients.models import Act, Task


@require_http_methods(["GET", "POST"])
@leads_on
@transaction.atomic
def task_create(request: AuthenticatedRequest, client_pk: int) -> HttpResponse:
    client = locked_client_for(request.user, client_pk, Act.LOG)
    form = TaskForm(request.POST or None, instance=Task(client=client, owner=request.user))

    def save() -> str:
        form.save()
        return _("The task is due on %(day)s.") % {"day": formats.day(form.instance.due_on)}

    return edit_page(
        request,
        form,
        save,
        leads_to=client,
        heading=_("New task"),
        subtitle=str(client),
        submit=_("Save task"),
    )


@require_http_methods(["GET", "POST"])
@transaction.atomic
def task_edit(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    task = row_for(request.user, Task.objects.all(), pk, Act.LOG)
    form = TaskForm(request.POST or None, instance=task)

    def save() -> str:
        form.save()
        return _("The task is saved.")

    return edit_page(
        request,
        form,
        save,
        leads_to=task.client,
        heading=_("Edit task"),
        subtitle=str(task.client),
        submit=_("Save changes"),
    )


@require_POST
@transaction.atomic
def task_done(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    task = row_for(request.user, Task.objects.all(), pk, Act.LOG)
    if task.finish(by=request.user, now=timezone.now()):
        messages.success(request, _("Done: %(task)s") % {"task": task})
    return _back(request, task)


@require_POST
@transaction.atomic
def task_reopen(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    task = row_for(request.user, Task.objects.all(), pk, Act.LOG)
    task.reopen()
    messages.success(request, _("Open again: %(task)s") % {"task": task})
    return _back(request, task)


@require_http_methods(["GET", "POST"])
@transaction.atomic
def task_snooze(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    task = row_for(request.user, Task.objects.all(), pk, Act.LOG)
    form = SnoozeForm(request.POST or None, instance=task, today=today())

    def save() -> str:
        task.snooze(until=form.cleaned_data["until"], reason=form.cleaned_data["reason"])
        return _("Put off until %(day)s.") % {"day": formats.day(task.snoozed_until)}

    return edit_page(
        request,
        form,
        save,
        leads_to=task.client,
        too_late=_done_by(task) if task.done_at else "",
        heading=_("Put off: %(task)s") % {"task": task},
        subtitle=str(task.client),
        submit=_("Put off"),
    )


def _done_by(task: Task) -> str:
    text = _("“%(task)s” is done already: %(person)s, %(clock)s.")
    return text % {"task": task, "person": task.done_by, "clock": formats.clock(task.done_at)}


def _back(request: AuthenticatedRequest, task: Task) -> HttpResponse:
    """To the page the button was on, if it is one of ours; else to the client."""
    page = request.POST.get("next", "")
    if url_has_allowed_host_and_scheme(page, allowed_hosts=None):
        return HttpResponseRedirect(page)  # `redirect` would take “x” for the name of a view
    return redirect(task.client)
