"""Why a file cannot be read, and where the limits are."""

from collections.abc import Mapping
from enum import StrEnum
from typing import ClassVar, Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from continuity.domain.errors import Refused

MAX_BYTES: Final = 10 * 1024 * 1024
MAX_ROWS: Final = 50_000
MAX_COLUMNS: Final = 200
MAX_CELL: Final = 100_000
"""Characters in one cell. More is a quotation mark that was never closed."""
MAX_UNPACKED: Final = 100 * 1024 * 1024
MAX_MEMBERS: Final = 1_000
MAX_RATIO: Final = 100
"""How many times larger a workbook may unpack; real ones stay below 40."""
LAST_ROW: Final = 1_048_576
"""The number of the last row a sheet can have; a larger one is a trap."""
SMALL: Final = 5 * 1024 * 1024
"""Below this an unpacked size does no harm, whatever the ratio."""


class Fault(StrEnum):
    """Why a file cannot be read."""

    EMPTY = "empty"
    TOO_LARGE = "too_large"
    BINARY = "binary"
    OLD_EXCEL = "old_excel"
    OTHER_SHEET = "other_sheet"
    NOT_A_WORKBOOK = "not_a_workbook"
    BOMB = "bomb"
    DAMAGED = "damaged"
    LOCKED = "locked"
    NO_SHEET = "no_sheet"
    ENCODING = "encoding"
    OPEN_QUOTE = "open_quote"
    LONG_CELL = "long_cell"
    TOO_MANY_ROWS = "too_many_rows"
    TOO_MANY_COLUMNS = "too_many_columns"
    NO_ROWS = "no_rows"
    NO_HEADER = "no_header"
    NOT_JSON = "not_json"
    NOT_AN_EXPORT = "not_an_export"


SENTENCES: Final[Mapping[Fault, Promise]] = {
    Fault.EMPTY: _("This file is empty."),
    Fault.TOO_LARGE: _(
        "This file has %(megabytes)s MB; at most %(most)s MB can be imported. "
        "Remove columns that are not needed, or split the file."
    ),
    Fault.BINARY: _(
        "This is not a table of text. Save the list as CSV or as XLSX and choose that file."
    ),
    Fault.OLD_EXCEL: _(
        "This is an old Excel file (.xls) or one with a password. Open it and save it as "
        "“Excel workbook (.xlsx)” without a password."
    ),
    Fault.OTHER_SHEET: _(
        "This kind of spreadsheet cannot be read. Save it as “Excel workbook (.xlsx)” or "
        "as CSV."
    ),
    Fault.NOT_A_WORKBOOK: _(
        "This is an archive and not a workbook. Unpack it and choose the file inside."
    ),
    Fault.BOMB: _(
        "This workbook unpacks to far more than a list holds, so it was not opened. "
        "Save the one sheet that is needed as CSV."
    ),
    Fault.DAMAGED: _(
        "This workbook is damaged. Open it in your spreadsheet program and save it again."
    ),
    Fault.LOCKED: _("This workbook has a password. Save it without one."),
    Fault.NO_SHEET: _("This workbook has no sheet with cells."),
    Fault.ENCODING: _(
        "This file cannot be read as %(encoding)s. Choose another encoding, or save the "
        "list as “CSV UTF-8”."
    ),
    Fault.OPEN_QUOTE: _(
        "In row %(row)s a quotation mark opens and is never closed. Close it, or remove it."
    ),
    Fault.LONG_CELL: _(
        "Row %(row)s has a cell of more than %(most)s characters. Shorten it, and look for "
        "a quotation mark that is never closed."
    ),
    Fault.TOO_MANY_ROWS: _(
        "This file has more than %(most)s rows. Split it and import the parts one by one."
    ),
    Fault.TOO_MANY_COLUMNS: _(
        "This file has more than %(most)s columns. Remove those that are not needed."
    ),
    Fault.NO_ROWS: _("This file has a header and no rows below it."),
    Fault.NO_HEADER: _("Row %(row)s is not in this file, so it cannot be the header."),
    Fault.NOT_JSON: _(
        "This JSON is damaged or nested too deep. Export it again, or save the list as CSV."
    ),
    Fault.NOT_AN_EXPORT: _(
        "This JSON is not an export of Continuity. Save the list as CSV or as XLSX and "
        "choose that file."
    ),
}


class Unreadable(Refused):
    """A file that cannot be read. `fault` says why, `sentence` says it to a person."""

    code: ClassVar[str] = "unreadable_file"

    def __init__(self, fault: Fault, **fields: object) -> None:
        self.fault = fault
        super().__init__(f"The file is {fault}.", **fields, reason=fault)

    @property
    def sentence(self) -> str:
        return str(SENTENCES[self.fault]) % self.fields


def grouped(number: int) -> str:
    return f"{number:,}".replace(",", "\N{NARROW NO-BREAK SPACE}")
