"""How a view answers with a table as a file: `?export=csv` or `xlsx` on its own address.

The page and its file share address, permission and filters, so that they cannot differ.
Where a page has several tables `table` in the address names the one.
"""

import tempfile
from collections.abc import Callable
from datetime import datetime
from typing import IO, Final

from django.http import FileResponse, HttpRequest
from django.utils import timezone

from continuity.web.tables import csv_file, xlsx_file
from continuity.web.tables.sheets import Sheet

CSV: Final = "text/csv; charset=utf-8"
XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def wants_file(request: HttpRequest, table: str) -> bool:
    """Say whether the address asks for this table as a file of a form that we have."""
    return (
        request.GET.get("export") in {"csv", "xlsx"} and request.GET.get("table") == table
    )


def file_of(request: HttpRequest, sheet: Sheet, *, now: datetime) -> FileResponse:
    """Return the table in the form that the address asks for. Raises TooLongForWorkbook."""
    return table_file(sheet, request.GET.get("export", ""), now=now)


def table_file(sheet: Sheet, form: str, *, now: datetime) -> FileResponse:
    """Return the table as "xlsx", otherwise as CSV, written as a whole before the first
    byte is sent: in the reader's language, and never half of it.

    Raises TooLongForWorkbook.
    """
    form = "xlsx" if form == "xlsx" else "csv"
    name = f"continuity-{sheet.name}-{timezone.localdate(now).isoformat()}.{form}"
    if form == "xlsx":
        return taken(lambda to: xlsx_file.write([sheet], to), XLSX, name)

    def write(to: IO[bytes]) -> None:
        for piece in csv_file.pieces(sheet):
            to.write(piece.encode())

    return taken(write, CSV, name)


def taken(write: Callable[[IO[bytes]], None], kind: str, name: str) -> FileResponse:
    """Return what `write` writes, by way of a file."""
    to = tempfile.TemporaryFile()  # noqa: SIM115  # the answer closes it
    try:
        write(to)
    except BaseException:
        to.close()
        raise
    to.seek(0)
    response = FileResponse(to, content_type=kind)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "private, no-store"
    return response
