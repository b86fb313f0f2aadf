"""The import wizard: file, columns, check, done. Each step works as a plain page."""

from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from django_htmx.http import HttpResponseClientRedirect

from continuity.accounts.access import access
from continuity.accounts.http import SignedInRequest
from continuity.accounts.roles import Action
from continuity.inventory.imports import forms, name_pages, pages
from continuity.inventory.imports.columns import samples
from continuity.inventory.imports.fields import REQUIRED, label
from continuity.inventory.imports.names import Catalogue
from continuity.inventory.imports.plan import NameLine
from continuity.inventory.imports.reading import Reading
from continuity.inventory.models import AlternativeKind, Import, ImportKind, ImportState
from continuity.inventory.queries import imports as queries
from continuity.inventory.services import imports
from continuity.web.htmx import render_page, wants_part
from continuity.web.paging import PER_PAGE, page_of

STEPS = {
    ImportState.UPLOADED: "inventory:import_columns",
    ImportState.MAPPED: "inventory:import_check",
    ImportState.WAITING: "inventory:import_running",
    ImportState.DONE: "inventory:import_done",
    ImportState.UNDONE: "inventory:import_done",
}

PLACES = {
    ImportKind.TEAMS: "accounts:people",
    ImportKind.PROVIDERS: "inventory:providers",
    ImportKind.TOOLS: "inventory:tools",
    ImportKind.UPSTREAMS: "inventory:tools",
    ImportKind.WORKFLOWS: "inventory:workflows",
    ImportKind.ALTERNATIVES: "inventory:workflows",
    ImportKind.STEPS: "inventory:workflows",
    ImportKind.IMPACTS: "inventory:workflows",
    ImportKind.POINTS: "inventory:workflows",
}
"""Where what was imported is seen."""


@access(Action.IMPORT)
def imports_list(request: SignedInRequest) -> HttpResponse:
    """Step 1: choose a file. Below it, what was imported before."""
    sent = request.method == "POST"
    chosen = {"rows": request.GET.get("rows", "")}
    form = (
        forms.FileForm(request.POST, request.FILES)
        if sent
        else forms.FileForm(initial=chosen)
    )
    if form.is_valid():
        row = imports.start(
            form.content,
            form.cleaned_data["file"].name,
            actor=request.user,
            now=timezone.now(),
            kind=form.kind,
            table=form.table,
        )
        return redirect("inventory:import_columns", row.pk)
    context = {"form": form, "page": page_of(request, queries.earlier(request.user))}
    status = 422 if form.errors else 200
    return render(request, "inventory/import/file.html", context, status=status)


@access(Action.IMPORT, Import)
def current_step(request: SignedInRequest, row: Import) -> HttpResponse:
    return _step_of(row)


def _step_of(row: Import) -> HttpResponse:
    return redirect(STEPS[ImportState(row.state)], row.pk)


@access(Action.IMPORT, Import)
def columns(request: SignedInRequest, row: Import) -> HttpResponse:
    """Step 2: say what the columns are. `look` shows what the choices do, and saves
    nothing."""
    if row.state not in {ImportState.UPLOADED, ImportState.MAPPED}:
        return _step_of(row)
    now = timezone.now()
    kind = ImportKind(row.kind)
    table = imports.table_of(row)
    looks = "look" in request.POST or wants_part(request)
    form = forms.ColumnsForm(
        request.POST or None, kind=kind, table=table, guess=imports.mapping_of(row)
    )
    if request.method == "POST" and not looks and form.is_valid():
        imports.set_columns(row.pk, form.mapping, actor=request.user, now=now)
        return redirect("inventory:import_check", row.pk)
    context = {
        "import": row,
        "table": table,
        "form": form,
        "shows_errors": form.is_bound and not looks,
        "lines": [(field, samples(table, at)) for at, field in enumerate(form.columns())],
        "preview": name_pages.preview(table, form.shown()),
        "required": [label(kind, wanted) for wanted in REQUIRED[kind]],
        "reading": forms.ReadingForm(
            content=lambda: bytes(row.content), now=table.reading, kind=row.kind
        ),
    }
    status = 422 if context["shows_errors"] and form.errors else 200
    return render_page(
        request, "inventory/import/columns.html", context, part="choices", status=status
    )


@require_POST
@access(Action.IMPORT, Import)
def read_again(request: SignedInRequest, row: Import) -> HttpResponse:
    """Read the file with another encoding, separator, sheet or header."""
    now = timezone.now()
    before = Reading.from_json(row.reading)
    form = forms.ReadingForm(
        request.POST, content=lambda: bytes(row.content), now=before, kind=row.kind
    )
    if form.is_valid():
        imports.reread(
            row.pk,
            form.table.reading,
            actor=request.user,
            now=now,
            kind=ImportKind(form.cleaned_data["rows"] or row.kind),
            table=form.table,
        )
        return redirect("inventory:import_columns", row.pk)
    context = {"import": row, "reading": form}
    return render(request, "inventory/import/reading.html", context, status=422)


@access(Action.IMPORT, Import)
def check(request: SignedInRequest, row: Import) -> HttpResponse:
    """Step 3: what the import would do, row by row, with the answers given so far."""
    return _checking(request, row, "inventory/import/check.html", with_rows=True)


@access(Action.IMPORT, Import)
def tools(request: SignedInRequest, row: Import) -> HttpResponse:
    """All tool names of the file and what they mean, page by page."""
    return _checking(request, row, "inventory/import/tools.html", with_rows=False)


def _checking(
    request: SignedInRequest, row: Import, template: str, *, with_rows: bool
) -> HttpResponse:
    if row.state != ImportState.MAPPED:
        return _step_of(row)
    if request.method == "POST":
        decided = forms.answers(request.POST.dict(), imports.choices(row))
        imports.answer(row.pk, **decided, actor=request.user, now=timezone.now())
        if not wants_part(request):
            return redirect(request.get_full_path())
        row.refresh_from_db(fields=["answers"])
    sight = imports.look(row)
    if sight is None:
        return _lead_on(request, _checking_url(row, "" if with_rows else "tools"))
    shown = _rows if with_rows else _names
    context = {
        "import": row,
        "sight": sight,
        "plan": sight.outline,
        "of_workflows": row.kind == ImportKind.WORKFLOWS,
        "at_once": not imports.is_large(row),
        "problem": queries.problem_of(row),
    }
    context |= _summary(row, sight) | shown(request, sight)
    return render_page(request, template, context, part="check")


def _checking_url(row: Import, back: str) -> str:
    url = reverse("inventory:import_checking", args=[row.pk])
    return f"{url}?back={back}" if back else url


def _lead_on(request: SignedInRequest, url: str) -> HttpResponse:
    """Lead to another page, also where a fragment was asked for."""
    return HttpResponseClientRedirect(url) if wants_part(request) else redirect(url)


def _summary(row: Import, sight: imports.Sight) -> dict[str, Any]:
    url = reverse("inventory:import_check", args=[row.pk])
    return {
        "bad": sight.outline.counts.get("fix", 0),
        "good": sight.outline.to_write,
        "summary": pages.summary(sight.outline, url, PER_PAGE),
        "digest": sight.outline.digest,
    }


def _rows(request: SignedInRequest, sight: imports.Sight) -> dict[str, Any]:
    outline = sight.outline
    tab = pages.tab_of(outline, request.GET.get("show", ""))
    page = page_of(request, sight.lines(tab))
    lines = [sight.read(line) for line in page.object_list]
    edited = request.GET.get("edit", "")
    names = [line for line in outline.names if line.match in {"ask", "likely"}]
    return {
        "tab": tab,
        "tabs": pages.tabs(outline, tab),
        "page": page,
        "rows": pages.shown_rows(
            [planned for planned, _cells in lines],
            outline,
            {planned.number: cells for planned, cells in lines},
            sight.mapping,
            sight.known,
            sight.answers.cells,
            int(edited) if edited.isdecimal() and len(edited) < 9 else None,
            ImportKind(sight.of.kind),
        ),
        "names": _shown(names[: name_pages.NAMES_PER_PAGE], sight),
        "more_names": len(names) - name_pages.NAMES_PER_PAGE,
    }


def _names(request: SignedInRequest, sight: imports.Sight) -> dict[str, Any]:
    tab = request.GET.get("show", "all")
    tab = tab if tab in name_pages.MATCH_TABS else "all"
    lines = name_pages.names_of(sight.outline, tab)
    page = page_of(request, lines, per_page=name_pages.NAMES_PER_PAGE)
    return {
        "tab": tab,
        "tabs": name_pages.name_tabs(sight.outline, tab),
        "page": page,
        "names": _shown(page.object_list, sight),
    }


def _shown(lines: Iterable[NameLine], sight: imports.Sight) -> list[name_pages.ShownName]:
    """Return names with their choices; an alternative that is no tool is done by hand."""
    by_hand = sight.of.kind == ImportKind.ALTERNATIVES
    return name_pages.shown_names(
        lines,
        sight.outline,
        sight.known,
        Catalogue(sight.known.tools),
        none=AlternativeKind.MANUAL.label if by_hand else name_pages.NO_NAME,
    )


@access(Action.IMPORT, Import)
def checking(request: SignedInRequest, row: Import) -> HttpResponse:
    """The check of a large file on its way, asked for again and again until it is over."""
    check = queries.check_of(row)
    tools = request.GET.get("back") == "tools"
    if row.state != ImportState.MAPPED or not imports.is_large(row):
        return _lead_on(request, reverse(STEPS[ImportState(row.state)], args=[row.pk]))
    if check is not None and check.has_result:
        step = "inventory:import_tools" if tools else "inventory:import_check"
        return _lead_on(request, reverse(step, args=[row.pk]))
    context = {
        "import": row,
        "run": check,
        "failed": queries.said_of(check),
        "problem": queries.problem_of(row),
        "url": _checking_url(row, "tools" if tools else ""),
    }
    return render_page(request, "inventory/import/checking.html", context, part="progress")


@require_POST
@access(Action.IMPORT, Import)
def check_again(request: SignedInRequest, row: Import) -> HttpResponse:
    """Check a large file anew: the inventory has changed, or no worker came to the end."""
    row = imports.check_again(row.pk, actor=request.user, now=timezone.now())
    return _step_of(row)


@access(Action.IMPORT, Import)
def bad_rows(request: SignedInRequest, row: Import) -> HttpResponse:
    """The rows to be fixed as a file, for who would rather fix them in a spreadsheet."""
    if row.state == ImportState.UPLOADED:
        return _step_of(row)
    sight = imports.look(row)
    if sight is None:
        return _step_of(row)
    # The mark makes Excel read UTF-8.
    content = "\ufeff" + pages.bad_rows(imports.to_fix(sight), sight.columns)
    response = HttpResponse(content, content_type="text/csv; charset=utf-8")
    name = _("rows to fix")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response


@require_POST
@access(Action.IMPORT, Import)
def apply(request: SignedInRequest, row: Import) -> HttpResponse:
    digest = request.POST.get("digest", "")
    row = imports.ask(row.pk, actor=request.user, now=timezone.now(), digest=digest)
    return _step_of(row)


@access(Action.IMPORT, Import)
def running(request: SignedInRequest, row: Import) -> HttpResponse:
    """A large import on its way, asked for again and again until it is over."""
    if row.state != ImportState.WAITING:
        return _lead_on(request, reverse(STEPS[ImportState(row.state)], args=[row.pk]))
    context = {"import": row, "run": queries.run_of(row)}
    return render_page(request, "inventory/import/running.html", context, part="progress")


@access(Action.IMPORT, Import)
def done(request: SignedInRequest, row: Import) -> HttpResponse:
    """Step 4: what was imported, what was left out, and the way back."""
    if row.imported_at is None:
        return _step_of(row)
    kind = ImportKind(row.kind)
    context = {
        "import": row,
        "of_workflows": kind is ImportKind.WORKFLOWS,
        "place": reverse(PLACES[kind]),
        "without_tool": queries.workflows_without_tool(row),
    }
    return render(request, "inventory/import/done.html", context)


@access(Action.IMPORT, Import)
def undo(request: SignedInRequest, row: Import) -> HttpResponse:
    """Ask before an import is taken back, and say what stands in the way."""
    if request.method == "POST":
        imports.undo(row.pk, actor=request.user, now=timezone.now())
        messages.success(request, _("The import was undone."))
        return redirect("inventory:import_done", row.pk)
    if row.state != ImportState.DONE:
        return _step_of(row)
    context = {
        "import": row,
        "obstacles": imports.obstacles(row),
        "effects": imports.effects(row),
    }
    return render(request, "inventory/import/undo.html", context)


@require_POST
@access(Action.IMPORT, Import)
def discard(request: SignedInRequest, row: Import) -> HttpResponse:
    imports.discard(row.pk, actor=request.user, now=timezone.now())
    messages.success(request, _("The file was discarded. Nothing was imported."))
    return redirect("inventory:imports")
