"""Declaring what really fails, correcting it, and what it has shown."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from continuity.accounts.access import access
from continuity.accounts.http import SignedInRequest
from continuity.accounts.roles import Action
from continuity.domain.errors import ContinuityError
from continuity.incidents import queries
from continuity.incidents.forms import ChangeForm, DeclareForm, JoinForm, WithdrawForm
from continuity.incidents.services import declaring
from continuity.outages.models import Outage
from continuity.outages.queries import sheets
from continuity.outages.services import course
from continuity.web.paging import page_of
from continuity.web.problems import sentence
from continuity.web.tables.files import file_of, wants_file


@require_http_methods(["GET", "HEAD", "POST"])
@access(Action.DECLARE)
def declare(request: SignedInRequest) -> HttpResponse:
    """The form, with the tool of `?tool=` ticked; what is live already is shown."""
    if not queries.may_declare(request.user):
        raise PermissionDenied
    now = timezone.now()
    asked = request.POST if request.method == "POST" else request.GET
    tools = _tools(asked.getlist("tools") or asked.getlist("tool"))
    initial = {"since": timezone.localtime(now), "tools": tools}
    form = DeclareForm(request.POST or None, user=request.user, now=now, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            outage = declaring.declare(**form.facts(), actor=request.user, now=now)
        except ContinuityError as error:
            form.add_error("tools", sentence(error))
        else:
            messages.success(request, _("Declared. All whom it concerns are told now."))
            return redirect(outage)
    context = {"form": form, "found": queries.preview(tools) if tools else None}
    return render(
        request, "incidents/declare.html", context, status=422 if form.is_bound else 200
    )


def _tools(asked: list[str]) -> list[int]:
    return [int(pk) for pk in asked if pk.isdecimal() and len(pk) < 10]


@require_safe
@access(Action.DECLARE)
def preview(request: SignedInRequest) -> HttpResponse:
    """What the ticked tools take down, and the outages that it may be a part of."""
    if not queries.may_declare(request.user):
        raise PermissionDenied
    tools = _tools(request.GET.getlist("tools"))
    context = {"found": queries.preview(tools) if tools else None}
    return render(request, "incidents/_preview.html", context)


@require_POST
@access(Action.DECLARE)
def join(request: SignedInRequest, pk: int) -> HttpResponse:
    """Bring what was typed into the form of a declaration to an outage that is live."""
    now = timezone.now()
    outage = get_object_or_404(queries.joinable(), pk=pk)
    form = JoinForm(request.POST, user=request.user)
    if not form.is_valid():
        whole = DeclareForm(request.POST, user=request.user, now=now)
        context = {"form": whole, "found": None}
        return render(request, "incidents/declare.html", context, status=422)
    declaring.join(
        outage.pk,
        seen=form.cleaned_data["seen"],
        tools=form.cleaned_data["tools"],
        actor=request.user,
        now=now,
    )
    messages.success(request, _("You have joined this outage."))
    return redirect(outage)


def _real(outage: Outage) -> Outage:
    if outage.is_drill:
        raise Http404
    return outage


@require_http_methods(["GET", "HEAD", "POST"])
@access(Action.RUN_DRILL, Outage)
def change(request: SignedInRequest, outage: Outage) -> HttpResponse:
    now = timezone.now()
    form = ChangeForm(request.POST or None, outage=_real(outage), now=now)
    if request.method == "POST" and form.is_valid():
        try:
            declaring.change(outage.pk, **form.facts(), actor=request.user, now=now)
        except ContinuityError as error:
            form.add_error(None, sentence(error))
        else:
            messages.success(request, _("Corrected. The journal keeps what it was before."))
            return redirect(outage)
    context = {"form": form, "outage": outage}
    return render(
        request, "incidents/change.html", context, status=422 if form.is_bound else 200
    )


@require_http_methods(["GET", "HEAD", "POST"])
@access(Action.RUN_DRILL, Outage)
def withdraw(request: SignedInRequest, outage: Outage) -> HttpResponse:
    form = WithdrawForm(request.POST or None)
    _real(outage)
    if request.method == "POST" and form.is_valid():
        course.abort(
            outage.pk,
            reason=form.cleaned_data["reason"],
            actor=request.user,
            now=timezone.now(),
        )
        messages.success(request, _("Withdrawn. All whom it concerns are told now."))
        return redirect(outage)
    context = {"form": form, "outage": outage}
    return render(
        request, "incidents/withdraw.html", context, status=422 if form.is_bound else 200
    )


@require_POST
@access(Action.RUN_DRILL, Outage)
def take_up(request: SignedInRequest, outage: Outage) -> HttpResponse:
    declaring.take_up(_real(outage).pk, actor=request.user, now=timezone.now())
    messages.success(request, _("It goes on. All whom it concerns are told now."))
    return redirect(outage)


@require_safe
@access(Action.VIEW, Outage)
def result(request: SignedInRequest, outage: Outage) -> HttpResponseBase:
    """How long each work stood still, against its RTO."""
    now = timezone.now()
    found = queries.result(_real(outage), request.user, now=now)
    if wants_file(request, "recoveries"):
        return file_of(request, sheets.recoveries(lambda: found.lines), now=now)
    context = {"outage": outage, "found": found, "page": page_of(request, found.lines)}
    return render(request, "incidents/result.html", context)
