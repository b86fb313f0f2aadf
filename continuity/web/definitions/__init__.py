"""Every figure's definition, once: what pages and documents say of how it is computed.

kinds      what a definition is made of
terms      the terms that figures lean on
recovery, readiness, losses     the figures

The lowest room that can hold it: the words are translated, which `domain` cannot, and
what computes a figure is named and not imported. The tests follow every name.
"""

from collections.abc import Iterable, Mapping
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from continuity.web.definitions.kinds import Definition, Unit
from continuity.web.definitions.losses import LOSSES
from continuity.web.definitions.readiness import READINESS
from continuity.web.definitions.recovery import RECOVERY
from continuity.web.definitions.terms import TERMS

__all__ = ["REGISTRY", "UNITS", "Definition", "Unit", "spelled", "with_terms"]

REGISTRY: Final[Mapping[str, Definition]] = {
    one.key: one for one in (*TERMS, *RECOVERY, *READINESS, *LOSSES)
}

UNITS: Final[Mapping[Unit, Promise]] = {
    Unit.COUNT: _("a count"),
    Unit.PERCENT: _("percent"),
    Unit.LENGTH: _("a length of time"),
    Unit.HOURS: _("hours of work"),
    Unit.MONEY: _("the organisation’s currency"),
}


def with_terms(keys: Iterable[str]) -> tuple[Definition, ...]:
    """Return these definitions in their order, then those that they lean on, each once.

    Raises KeyError for what is not registered.
    """
    wanted = list(dict.fromkeys(keys))
    for key in wanted:  # grows while it is walked: terms lean on terms
        wanted += [one for one in REGISTRY[key].uses if one not in wanted]
    return tuple(REGISTRY[key] for key in wanted)


def spelled() -> dict[str, Promise]:
    """Return the words of all definitions as layouts name them: term_x and meaning_x."""
    return {
        name: words
        for key, one in REGISTRY.items()
        for name, words in ((f"term_{key}", one.label), (f"meaning_{key}", one.meaning))
    }
