"""Pages of what was changed, by whom, from what to what; and of what was deleted."""

from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone, translation

from continuity.accounts.access import access
from continuity.accounts.http import SignedInRequest
from continuity.accounts.models import User
from continuity.accounts.roles import Action
from continuity.history import exports, forms, queries
from continuity.history.queries import deletions
from continuity.web.htmx import render_page
from continuity.web.paging import page_of
from continuity.web.tables import csv_file
from continuity.web.tables.files import CSV, file_of, wants_file


@access(Action.VIEW)
def history(request: SignedInRequest) -> HttpResponseBase:
    form = forms.HistoryFilter(request.GET, user=request.user)
    wanted, after = form.wanted(), request.GET.get("after", "")
    if wants_file(request, "history"):
        most = queries.MOST_IN_WORKBOOK
        made = exports.table(lambda: queries.exported(request.user, wanted, most=most))
        return file_of(request, made, now=timezone.now())
    older = request.GET.copy()
    page = queries.history(request.user, wanted, after=after)
    older["after"] = page.older
    context = {
        "form": form,
        "page": page,
        "active": wanted != queries.Wanted(),
        "actor": queries.actor_name(request.user, wanted.actor) if wanted.actor else "",
        "later": bool(after),
        "older": f"?{older.urlencode()}" if page.older else "",
        "query": form.address(),
        "xlsx_url": f"{form.address() or '?'}&table=history&export=xlsx",
        "most": queries.MOST_EXPORTED,
        "fewer": queries.MOST_IN_WORKBOOK,
        "administers": request.user.may(Action.ADMINISTER),
    }
    return render(request, "history/list.html", context)


@access(Action.VIEW)
def export(request: SignedInRequest) -> StreamingHttpResponse:
    """What the page shows with these filters, as CSV in the reader's language."""
    wanted = forms.HistoryFilter(request.GET, user=request.user).wanted()
    made = exports.table(lambda: queries.exported(request.user, wanted))
    lines = csv_file.pieces(made)
    response = StreamingHttpResponse(
        exports.in_language(lines, translation.get_language() or "en"), content_type=CSV
    )
    day = timezone.localdate()
    response["Content-Disposition"] = f'attachment; filename="history-{day}.csv"'
    return response


@access(Action.SIGNED_IN)
def of_subject(request: SignedInRequest, kind: str, pk: int) -> HttpResponse:
    """All that was done to one thing, for who may see it: a page, and a card on its own
    page. What is shown of a person or a team is for administrators alone."""
    thing = queries.subject(request.user, kind, pk)
    if thing is None:
        raise Http404
    label = thing._meta.label_lower
    after = request.GET.get("after", "")
    page = queries.subject_history(label, pk, user=request.user, after=after)
    context = {
        "thing": thing,
        "kind": kind,
        "page": page,
        "first": page.lines[:5],
        "later": bool(after),
        "is_person": isinstance(thing, User),
    }
    return render_page(request, "history/of.html", context, part="card")


@access(Action.VIEW)
def deleted(request: SignedInRequest) -> HttpResponseBase:
    """What was deleted in the last 30 days, with the way back."""
    form = forms.DeletedFilter(request.GET)
    wanted, now = form.wanted(), timezone.now()
    found = deletions.deleted(request.user, now=now, **wanted)
    if wants_file(request, "deleted"):
        made = exports.deleted(lambda: deletions.deleted_lines(found, request.user))
        return file_of(request, made, now=now)
    page = page_of(request, found)
    context = {
        "form": form,
        "page": page,
        "lines": deletions.deleted_lines(page.object_list, request.user),
        "active": bool(wanted),
        "days": deletions.KEPT.days,
        "administers": request.user.may(Action.ADMINISTER),
        "may_edit_scales": request.user.may(Action.EDIT_CATALOGUE),
    }
    return render(request, "history/deleted.html", context)
