"""Tables as one JSON document: an object with a list of rows for each table."""

import json
from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from typing import Any, Final

from continuity.inventory.exports.tables import Table
from continuity.web.tables.cells import Value
from continuity.web.tables.texts import printable

FORMAT: Final = "continuity-export-1"
"""Says what the file is; the number rises when an older import could not read it."""


def pieces(tables: Iterable[Table]) -> Iterator[str]:
    """Yield the document, a line for each row. Amounts are text: JSON's numbers are not
    decimal."""
    yield f'{{"format": "{FORMAT}", "tables": {{'
    for at, table in enumerate(tables):
        yield f"{',' if at else ''}\n{json.dumps(table.title)}: ["
        for number, row in enumerate(table.rows()):
            facts = {
                name: _plain(value) for name, value in zip(table.columns, row, strict=True)
            }
            yield f"{',' if number else ''}\n{json.dumps(facts, ensure_ascii=False)}"
        yield "\n]"
    yield "\n}}\n"


def _plain(value: Value) -> Any:
    match value:
        case str(text):
            return printable(text) or None
        case list(entries):
            return [printable(entry) for entry in entries]
        case date() as day:
            return day.isoformat()
        case Decimal() as amount:
            return f"{amount:f}"
        case other:
            return other
