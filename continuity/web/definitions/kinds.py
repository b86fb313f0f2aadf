"""What a definition is made of."""

from dataclasses import dataclass
from enum import StrEnum

from django.utils.functional import Promise


class Unit(StrEnum):
    """What a figure counts in. A figure that is a word, such as a verdict, has none."""

    NONE = ""
    COUNT = "count"
    PERCENT = "percent"
    LENGTH = "length"
    HOURS = "hours"
    MONEY = "money"


@dataclass(frozen=True, slots=True)
class Definition:
    """A term, or a figure and how it is computed.

    `query` is the one function that gives the figure and `rule` the function or class
    that holds its formula, both by their dotted names: this room knows neither. `basis`
    names a publication that the formula was taken from; most are our own. `rows` is the
    route of the page with the rows behind the figure, empty where they stand beside it.
    `uses` are the terms its meaning leans on, and `facts` where it stands in the facts of
    the reports ("[]" is any line of a list). A term has no query.
    """

    key: str
    label: Promise
    meaning: Promise
    unit: Unit = Unit.NONE
    query: str = ""
    rule: str = ""
    basis: str = ""
    rows: str = ""
    uses: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()

    @property
    def is_figure(self) -> bool:
        return bool(self.query)
