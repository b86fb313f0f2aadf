"""Charts as files. One door for those of every page, so that no page has to know."""

import re
from collections.abc import Iterator
from copy import copy
from datetime import timedelta
from decimal import Decimal
from typing import ClassVar, Final
from urllib.parse import urlsplit

from django.http import Http404, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.urls import Resolver404, resolve
from django.utils import timezone
from django.views.decorators.http import require_GET
from django_htmx.middleware import HtmxDetails

from continuity.accounts.access import access
from continuity.accounts.http import SignedInRequest
from continuity.accounts.roles import Action
from continuity.domain.errors import Refused
from continuity.reports.pdf import PdfFailed, picture
from continuity.web.charts import taken
from continuity.web.tables.cells import Row
from continuity.web.tables.files import table_file
from continuity.web.tables.sheets import Sheet


class NoPicture(Refused):
    """The engine gave no picture, or not in time."""

    code: ClassVar[str] = "no_picture"


TIMEOUT: Final = timedelta(seconds=15)
KINDS: Final = {"svg": "image/svg+xml; charset=utf-8", "png": "image/png"}
NUMBERS: Final = frozenset({"csv", "xlsx"})
NUMBER: Final = re.compile(r"[0-9]{1,15}([.,][0-9])?")


@require_GET
@access(Action.SIGNED_IN)
def chart(request: SignedInRequest, uid: str, form: str) -> HttpResponseBase:
    """One chart of the page whose address is in `?of=`, or the numbers below it, as that
    page shows it to the same reader: who may not see the page gets what the page would
    say. 404 for what is no page of ours or has no such chart."""
    if form not in {*KINDS, *NUMBERS} or taken.UID.fullmatch(uid) is None:
        raise Http404
    page = _page(request, request.GET.get("of", ""))
    if form in NUMBERS:
        return _numbers(page, uid, form)
    svg = taken.cut_out(page, uid)
    if not svg:
        raise Http404
    alone = taken.standalone(svg)
    content = alone.encode() if form == "svg" else _picture(alone)
    response = HttpResponse(content, content_type=KINDS[form])
    response["Content-Disposition"] = f'attachment; filename="continuity-{uid}.{form}"'
    response["Cache-Control"] = "private, no-store"
    return response


def _numbers(page: str, uid: str, form: str) -> HttpResponseBase:
    """Return the table below a chart. What is a number is written as one, whatever its
    decimal sign on the page."""
    lines = taken.numbers(page, uid)
    if not lines:
        raise Http404
    heads, *rows = lines

    def cells() -> Iterator[Row]:
        for row in rows:
            yield tuple(_number(one) if NUMBER.fullmatch(one) else one for one in row)

    sheet = Sheet(uid, "Chart", heads, cells)
    return table_file(sheet, form, now=timezone.now())


def _number(said: str) -> int | Decimal:
    return int(said) if said.isdecimal() else Decimal(said.replace(",", "."))


def _picture(svg: str) -> bytes:
    """Raises NoPicture."""
    try:
        return picture.png(svg, timeout=TIMEOUT)
    except PdfFailed as error:
        raise NoPicture(str(error)) from error


def _page(request: SignedInRequest, address: str) -> str:
    """Return the page at an address of ours, as the view makes it for this reader.

    Only views that are guarded by `access` are asked, and never by another method than
    GET: nothing is done by looking.
    """
    asked = urlsplit(address)
    if asked.scheme or asked.netloc or not asked.path.startswith("/"):
        raise Http404
    try:
        match = resolve(asked.path)
    except Resolver404:
        raise Http404 from None
    if not hasattr(match.func, "access") or match.func is chart:
        raise Http404
    inner = copy(request)
    inner.path = inner.path_info = asked.path
    inner.resolver_match = match
    inner.GET = QueryDict(asked.query)
    inner.htmx = HtmxDetails(inner)
    answer: HttpResponseBase = match.func(inner, *match.args, **match.kwargs)
    if not isinstance(answer, HttpResponse) or answer.status_code != 200:
        raise Http404
    return answer.content.decode()
