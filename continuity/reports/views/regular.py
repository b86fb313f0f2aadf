"""Reports that are made regularly: the list, one of them, planning, pausing, deleting."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from continuity.accounts.access import access
from continuity.accounts.http import SignedInRequest
from continuity.accounts.roles import Action
from continuity.history.http import say_deleted
from continuity.history.models import Deletion
from continuity.reports import exports, queries
from continuity.reports.content import zone_of
from continuity.reports.forms import RegularForm, initial_of
from continuity.reports.models import Regular
from continuity.reports.services import regular as services
from continuity.web.tables.files import file_of, wants_file


@require_GET
@access(Action.VIEW)
def listing(request: SignedInRequest) -> HttpResponseBase:
    if wants_file(request, "regular-reports"):
        made = exports.regular(lambda: queries.regulars(request.user))
        return file_of(request, made, now=timezone.now())
    context = {
        "page": queries.regular_page(request.user, request.GET.get("page")),
        "may_plan": queries.may_plan(request.user),
        "here": "regular",
    }
    return render(request, "reports/regular_list.html", context)


@require_http_methods(["GET", "POST"])
@access(Action.VIEW)
def new(request: SignedInRequest) -> HttpResponse:
    """Plan one; what came from a link (?team=, ?kind=) is chosen already."""
    now = timezone.now()
    form = _form(
        request, now, initial={"recipients": request.user.email, **_given(request)}
    )
    if request.method == "POST" and form.is_valid():
        regular = services.plan(form.wish, form.people, actor=request.user, now=now)
        messages.success(request, _("It is planned: those named get it by mail."))
        return redirect(regular)
    context = {"form": form, "may_plan": queries.may_plan(request.user)}
    return _page(request, form, context)


@require_GET
@access(Action.VIEW, Regular)
def page(request: SignedInRequest, regular: Regular) -> HttpResponse:
    context = {
        "regular": regular,
        "people": regular.recipients.order_by("name", "email"),
        "page": queries.occurrences(regular, request.GET.get("page")),
        "may_change": queries.may_change(request.user, regular),
    }
    return render(request, "reports/regular.html", context)


@require_http_methods(["GET", "POST"])
@access(Action.APPROVE, Regular)
def edit(request: SignedInRequest, regular: Regular) -> HttpResponse:
    now = timezone.now()
    form = _form(request, now, initial=initial_of(regular))
    if request.method == "POST" and form.is_valid():
        services.change(regular.pk, form.wish, form.people, actor=request.user, now=now)
        messages.success(request, _("It is changed, for the reports to come."))
        return redirect(regular)
    return _page(request, form, {"form": form, "regular": regular, "may_plan": True})


@require_POST
@access(Action.APPROVE, Regular)
def pause(request: SignedInRequest, regular: Regular) -> HttpResponse:
    services.pause(regular.pk, actor=request.user, now=timezone.now())
    return redirect(regular)


@require_POST
@access(Action.APPROVE, Regular)
def resume(request: SignedInRequest, regular: Regular) -> HttpResponse:
    services.resume(regular.pk, actor=request.user, now=timezone.now())
    return redirect(regular)


@require_POST
@access(Action.APPROVE, Regular)
def delete(request: SignedInRequest, regular: Regular) -> HttpResponse:
    gone = services.delete(regular.pk, actor=request.user, now=timezone.now())
    say_deleted(request, _("It is deleted. The reports it made stay."), gone)
    return redirect("reports:regular_list")


@require_POST
@access(Action.EDIT, Deletion)
def undo_deletion(request: SignedInRequest, deletion: Deletion) -> HttpResponse:
    regular = services.bring_back(deletion.pk, actor=request.user, now=timezone.now())
    messages.success(request, _("“%(name)s” was brought back.") % {"name": deletion.label})
    return redirect(regular)


def _form(request: SignedInRequest, now: Any, *, initial: dict[str, Any]) -> RegularForm:
    return RegularForm(
        request.POST or None,
        user=request.user,
        now=now,
        zone=str(zone_of(request.user)),
        initial=initial,
    )


def _given(request: SignedInRequest) -> dict[str, str]:
    return {name: request.GET[name] for name in ("team", "kind") if name in request.GET}


def _page(
    request: SignedInRequest, form: RegularForm, context: dict[str, Any]
) -> HttpResponse:
    status = 422 if form.is_bound else 200
    return render(request, "reports/regular_form.html", context, status=status)
