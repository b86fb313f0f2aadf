"""Watching reports being made, taking them away."""

import io
from typing import Final

from django.http import Http404, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from continuity.accounts.access import access
from continuity.accounts.http import SignedInRequest
from continuity.accounts.roles import Action
from continuity.drills.models import Reviewed
from continuity.reports import exports, queries, services
from continuity.reports.forms import ContinuityReportForm
from continuity.reports.models import Report, ReportState
from continuity.web.htmx import render_page
from continuity.web.tables import csv_file, xlsx_file
from continuity.web.tables.files import file_of, wants_file

XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@require_GET
@access(Action.VIEW)
def listing(request: SignedInRequest) -> HttpResponseBase:
    if wants_file(request, "reports"):
        made = exports.listed(lambda: queries.visible(request.user))
        return file_of(request, made, now=timezone.now())
    context = {
        "page": queries.page(request.user, request.GET.get("page")),
        "form": ContinuityReportForm(user=request.user),
    }
    return render_page(request, "reports/list.html", context, part="reports")


@require_GET
@access(Action.VIEW, Reviewed)
def outage_card(request: SignedInRequest, outage: Reviewed) -> HttpResponse:
    """The card on the page of a drill or an outage: its reports, the button for another."""
    context = {"outage": outage, "reports": queries.of_outage(outage)}
    return render(request, "reports/_outage_card.html", context)


@require_GET
@access(Action.VIEW, Report)
def report(request: SignedInRequest, report: Report) -> HttpResponseBase:
    changes = (report.facts or {}).get("changes", [])
    if wants_file(request, "changes"):
        return file_of(request, exports.changed(changes), now=timezone.now())
    context = {
        "report": report,
        "size": len(report.pdf or b""),
        "has_tables": report.kind in exports.TABLED,
        "newer": queries.superseding(report),
        "volumes": queries.volumes(report),
        "changes": changes,
    }
    return render_page(request, "reports/report.html", context, part="state")


@require_POST
@access(Action.VIEW, Report)
def again(request: SignedInRequest, report: Report) -> HttpResponse:
    services.try_again(report.pk, actor=request.user, now=timezone.now())
    return redirect(report)


@require_GET
@access(Action.VIEW, Report)
def download(request: SignedInRequest, report: Report) -> HttpResponse:
    if report.state != ReportState.DONE or report.pdf is None:
        return redirect(report)
    response = HttpResponse(bytes(report.pdf), content_type="application/pdf")
    response["Content-Disposition"] = (
        f'attachment; filename="{queries.file_name(report)}.pdf"'
    )
    response["X-Content-SHA256"] = report.pdf_sha256
    return response


@require_GET
@access(Action.VIEW, Report)
def volume(request: SignedInRequest, report: Report, number: int) -> HttpResponse:
    """A volume of the annex of a report that is too long for one file."""
    found = queries.volume(report, number)
    if found is None:
        raise Http404
    response = HttpResponse(bytes(found.pdf), content_type="application/pdf")
    name = f"{queries.file_name(report)}-volume-{number}"
    response["Content-Disposition"] = f'attachment; filename="{name}.pdf"'
    response["X-Content-SHA256"] = found.pdf_sha256
    return response


@require_GET
@access(Action.VIEW, Report)
def facts(request: SignedInRequest, report: Report) -> HttpResponse:
    """The facts the report was made from: what its SHA-256 is taken over."""
    if report.state != ReportState.DONE:
        return redirect(report)
    response = JsonResponse(report.facts, json_dumps_params={"ensure_ascii": False})
    response["Content-Disposition"] = (
        f'attachment; filename="{queries.file_name(report)}.json"'
    )
    return response


@require_GET
@access(Action.VIEW, Report)
def csv_files(request: SignedInRequest, report: Report) -> HttpResponse:
    """The tables of a report as a ZIP of CSV files."""
    if report.facts is None or report.kind not in exports.TABLED:
        return redirect(report)
    out = io.BytesIO()
    csv_file.archive(exports.tables(report.kind, report.facts), out)
    return _taken(out, "application/zip", f"{queries.file_name(report)}.zip")


@require_GET
@access(Action.VIEW, Report)
def workbook(request: SignedInRequest, report: Report) -> HttpResponse:
    """The tables of a report as a workbook. Raises TooLongForWorkbook."""
    if report.facts is None or report.kind not in exports.TABLED:
        return redirect(report)
    out = io.BytesIO()
    xlsx_file.write(exports.tables(report.kind, report.facts), out)
    return _taken(out, XLSX, f"{queries.file_name(report)}.xlsx")


def _taken(out: io.BytesIO, content_type: str, name: str) -> HttpResponse:
    response = HttpResponse(out.getvalue(), content_type=content_type)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
