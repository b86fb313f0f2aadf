"""Downloads of the inventory: what the list shows, one table, or everything."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Final

from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone

from continuity.accounts.access import access
from continuity.accounts.http import SignedInRequest
from continuity.accounts.roles import Action
from continuity.inventory import forms
from continuity.inventory.exports import json_file, tables
from continuity.inventory.exports.tables import Table
from continuity.inventory.models import ImportKind
from continuity.inventory.queries import workflows as many
from continuity.web.tables import csv_file, xlsx_file
from continuity.web.tables.files import CSV, XLSX, taken

JSON: Final = "application/json"
ZIP: Final = "application/zip"
EVERYTHING: Final = "everything"


@access(Action.VIEW)
def overview(request: SignedInRequest) -> HttpResponse:
    """What can be exported, how many rows each has, and in which formats."""
    form = forms.WorkflowFilter(request.GET, user=request.user)
    wanted = form.wanted()
    context = {
        "lines": [
            (ImportKind(one.kind), one.count()) for one in tables.everything(request.user)
        ],
        "listed": many.listed(request.user, wanted).count() if wanted else None,
        "query": request.GET.urlencode(),
        "may_import": request.user.may(Action.IMPORT),
    }
    return render(request, "inventory/exports.html", context)


@access(Action.VIEW)
def download(request: SignedInRequest, kind: str, form: str) -> HttpResponseBase:
    """One table or all of them. The list's filter holds for the table of workflows."""
    now = timezone.now()
    if kind == EVERYTHING:
        return _all(tables.everything(request.user), form, now=now)
    if kind not in set(ImportKind):
        raise Http404
    found = tables.table(ImportKind(kind), request.user)
    if kind == ImportKind.WORKFLOWS and request.GET:
        wanted = forms.WorkflowFilter(request.GET, user=request.user).wanted()
        if wanted:
            sort = request.GET.get("sort", "")
            found = tables.workflows(many.listed(request.user, wanted, sort=sort))
    return _one(found, form, now=now)


def _one(table: Table, form: str, *, now: datetime) -> HttpResponseBase:
    match form:
        case "csv":
            return _stream(csv_file.pieces(table), CSV, _name(table.kind, form, now))
        case "json":
            pieces = json_file.pieces([table])
            return _stream(pieces, JSON, _name(table.kind, form, now))
        case "xlsx":
            return taken(
                lambda to: xlsx_file.write([table], to), XLSX, _name(table.kind, form, now)
            )
        case _:
            raise Http404


def _all(every: Iterable[Table], form: str, *, now: datetime) -> HttpResponseBase:
    match form:
        case "zip":
            return taken(
                lambda to: csv_file.archive(every, to), ZIP, _name(EVERYTHING, form, now)
            )
        case "json":
            return _stream(json_file.pieces(every), JSON, _name(EVERYTHING, form, now))
        case "xlsx":
            return taken(
                lambda to: xlsx_file.write(every, to), XLSX, _name(EVERYTHING, form, now)
            )
        case _:
            raise Http404


def _name(kind: str, form: str, now: datetime) -> str:
    return f"continuity-{kind}-{timezone.localdate(now).isoformat()}.{form}"


def _stream(pieces: Iterator[str], kind: str, name: str) -> StreamingHttpResponse:
    response = StreamingHttpResponse(pieces, content_type=kind)
    return _named(response, name)


def _named[R: HttpResponseBase](response: R, name: str) -> R:
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "private, no-store"
    return response
