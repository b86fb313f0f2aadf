"""The DORA register of information, as far as this product holds its data.

Templates and the order of their columns: Commission Implementing Regulation (EU)
2024/2956, Annex I (http://data.europa.eu/eli/reg_impl/2024/2956/oj), as corrected by OJ L,
2025/90725 of 19 September 2025, which numbers the columns of B_06.01 without a gap. Codes
of closed lists are those of the EBA's taxonomy for the register. One value stands in a
cell; where there are several, each has a row (Article 4). A column we hold nothing for
stays empty in the file and is named as such on the page: neither LEI nor contract is ever
guessed.
"""

import math
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from django.db.models import Min
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from continuity.accounts.models import Organisation, User
from continuity.accounts.roles import Action
from continuity.inventory.models import Alternative, AlternativeKind, Dependency, Workflow
from continuity.web.tables.cells import Row

SOURCE: Final = "http://data.europa.eu/eli/reg_impl/2024/2956/oj"
YES: Final = "eba_BT:x28"
NO: Final = "eba_BT:x29"
NOT_ASSESSED: Final = "eba_BT:x21"
"""Of a closed list: nobody has looked. That is not the same as no."""
HOUR: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a template. `held` says where its value is from; empty: not held."""

    code: str
    name: str
    held: str | Promise = ""


@dataclass(frozen=True, slots=True)
class Template:
    """One template: a table that the writer of CSV files takes."""

    title: str
    name: str
    shape: tuple[Column, ...]
    rows: Callable[[], Iterator[Row]]

    @property
    def columns(self) -> tuple[str, ...]:
        return tuple(column.code for column in self.shape)

    @property
    def missing(self) -> list[Column]:
        return [column for column in self.shape if not column.held]


ENTITY: Final = (
    Column("c0010", "LEI of the entity maintaining the register of information"),
    Column("c0020", "Name of the entity", _("Name of the organisation")),
    Column("c0030", "Country of the entity"),
    Column("c0040", "Type of entity"),
    Column("c0050", "Competent authority"),
    Column("c0060", "Date of the reporting"),
)
PROVIDERS: Final = (
    Column("c0010", "Identification code of ICT third-party service provider"),
    Column("c0020", "Type of code to identify the ICT third-party service provider"),
    Column("c0030", "Additional identification code of ICT third-party service provider"),
    Column("c0040", "Type of additional identification code of the provider"),
    Column(
        "c0050",
        "Legal name of the ICT third-party service provider",
        _("Name of the provider; check that it is the legal one"),
    ),
    Column("c0060", "Name of the ICT third-party service provider in Latin alphabet"),
    Column("c0070", "Type of person of the ICT third-party service provider"),
    Column("c0080", "Country of the ICT third-party service provider’s headquarters"),
    Column("c0090", "Currency of the amount reported"),
    Column("c0100", "Total annual expense or estimated cost"),
    Column("c0110", "Identification code of the provider’s ultimate parent undertaking"),
    Column("c0120", "Type of code of the provider’s ultimate parent undertaking"),
)
FUNCTIONS: Final = (
    Column("c0010", "Function identifier", _("F and the number of the workflow")),
    Column("c0020", "Licensed activity"),
    Column("c0030", "Function name", _("Name of the workflow")),
    Column("c0040", "LEI of the financial entity"),
    Column("c0050", "Criticality or importance assessment"),
    Column("c0060", "Reasons for criticality or importance"),
    Column("c0070", "Date of the last assessment of criticality or importance"),
    Column(
        "c0080",
        "Recovery time objective of the function",
        _("RTO in whole hours; 1 for less than an hour, 0 where none is set"),
    ),
    Column(
        "c0090",
        "Recovery point objective of the function",
        _("The shortest RPO of its material in whole hours; 0 where none is set"),
    ),
    Column("c0100", "Impact of discontinuing the function"),
)
ASSESSMENTS: Final = (
    Column("c0010", "Contractual arrangement reference number"),
    Column("c0020", "Identification code of the ICT third-party service provider"),
    Column("c0030", "Type of code to identify the ICT third-party service provider"),
    Column("c0040", "Type of ICT services"),
    Column("c0050", "Substitutability of the ICT third-party service provider"),
    Column("c0060", "Reason if not substitutable or difficult to substitute"),
    Column("c0070", "Date of the last audit on the ICT third-party service provider"),
    Column("c0080", "Existence of an exit plan"),
    Column("c0090", "Possibility of reintegration of the contracted ICT service"),
    Column("c0100", "Impact of discontinuing the ICT services"),
    Column(
        "c0110",
        "Are there alternative ICT third-party service providers identified",
        _(
            "Yes if a workflow names an alternative of another provider; no if all that "
            "are named are of the same provider or by hand; not assessed if none is named"
        ),
    ),
    Column(
        "c0120",
        "Identification of alternative ICT third-party service provider",
        _("The name of such a provider, a row for each"),
    ),
)
NOTHING: Final[Mapping[str, str]] = {
    "B_01.02": "List of entities within the scope of consolidation",
    "B_01.03": "List of branches",
    "B_02.01": "Contractual arrangements – general information",
    "B_02.02": "Contractual arrangements – specific information",
    "B_02.03": "List of intra-group contractual arrangements",
    "B_03.01": "Entities signing the contractual arrangements for receiving ICT services",
    "B_03.02": "ICT third-party service providers signing the contractual arrangements",
    "B_03.03": "Entities signing the contractual arrangements for providing ICT services",
    "B_04.01": "Entities making use of the ICT services",
    "B_05.02": "ICT service supply chains",
    "B_99.01": "Definitions from entities making use of the ICT services",
}
"""Templates for which we hold no data at all: they rest on contracts and LEI codes."""


def templates(user: User) -> list[Template]:
    """Return the templates with what `user` may see, in their order."""
    return [
        Template("B_01.01", "Entity maintaining the register", ENTITY, _entity),
        Template(
            "B_05.01",
            "ICT third-party service providers",
            PROVIDERS,
            lambda: _providers(user),
        ),
        Template(
            "B_06.01", "Functions identification", FUNCTIONS, lambda: _functions(user)
        ),
        Template(
            "B_07.01",
            "Assessment of the ICT services",
            ASSESSMENTS,
            lambda: _assessed(user),
        ),
    ]


def hours(length: timedelta | None) -> int:
    """Return a target as the templates take it: whole hours, at least 1; 0 for none."""
    return 0 if length is None else max(1, math.ceil(length / HOUR))


def _placed(shape: tuple[Column, ...], **values: str | int) -> Row:
    return tuple(values.get(column.code, "") for column in shape)


def _entity() -> Iterator[Row]:
    known = Organisation.objects.first()
    yield _placed(ENTITY, c0020=known.name if known else "")


def _used(user: User) -> dict[int, str]:
    """Return the providers of tools that workflows in use depend on, by name."""
    rows = (
        Dependency.objects.filter(
            workflow__in=Workflow.objects.allowing(user, Action.VIEW)
            .current()
            .values("pk"),
            tool__provider__isnull=False,
        )
        .order_by("tool__provider__name")
        .values_list("tool__provider", "tool__provider__name")
        .distinct()
    )
    return dict(rows)


def _providers(user: User) -> Iterator[Row]:
    for name in _used(user).values():
        yield _placed(PROVIDERS, c0050=name)


def _functions(user: User) -> Iterator[Row]:
    rows = (
        Workflow.objects.allowing(user, Action.VIEW)
        .current()
        .annotate(rpo=Min("recovery_points__rpo"))
        .order_by("team__name", "name", "pk")
        .values_list("pk", "name", "rto", "rpo")
    )
    for pk, name, rto, rpo in rows:
        yield _placed(
            FUNCTIONS,
            # A letter F and a natural number, each once: no other reference will do.
            c0010=f"F{pk}",
            c0030=name,
            c0080=hours(rto),
            c0090=hours(rpo),
        )


def _assessed(user: User) -> Iterator[Row]:
    """Yield the providers in use, in the order of B_05.01: a line for each, and where
    several others could replace one, a line for each of those."""
    others: dict[int, set[str]] = defaultdict(set)
    looked_at: set[int] = set()
    rows = Alternative.objects.filter(
        dependency__workflow__in=Workflow.objects.allowing(user, Action.VIEW)
        .current()
        .values("pk"),
        dependency__tool__provider__isnull=False,
    ).values_list(
        "dependency__tool__provider", "kind", "tool__provider", "tool__provider__name"
    )
    for used, kind, other, name in rows:
        looked_at.add(used)
        if kind != AlternativeKind.MANUAL and other is not None and other != used:
            others[used].add(name)
    for pk in _used(user):
        for name in sorted(others[pk]):
            yield _placed(ASSESSMENTS, c0110=YES, c0120=name)
        if not others[pk]:
            yield _placed(ASSESSMENTS, c0110=NO if pk in looked_at else NOT_ASSESSED)
