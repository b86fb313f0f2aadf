"""Cells that hold one of a few words, a number or a day: what they may say in lists.

As in `cells`, a reader returns a value or raises Puzzling.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Final
from zoneinfo import available_timezones

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from continuity.domain.names import normalise
from continuity.inventory.imports import cells
from continuity.inventory.imports.cells import Puzzling
from continuity.inventory.models import (
    AlternativeKind,
    Confidence,
    Material,
    Relation,
    ToolKind,
    Without,
)

MOST: Final = 2_147_483_647
MOST_AMOUNT: Final = Decimal("999999999999.99")
MOST_COST: Final = Decimal("9999999999.99")


class Puzzle(StrEnum):
    NUMBER = "number"
    PERCENT = "percent_more"
    DAY = "day"
    AMOUNT = "amount"
    URL = "url"
    ZONE = "zone"
    WITHOUT = "without"
    KIND = "kind"
    TOOL_KIND = "tool_kind"
    RELATION = "relation"
    CONFIDENCE = "confidence"
    MATERIAL = "material"


PUZZLES: Final[Mapping[Puzzle, Promise]] = {
    Puzzle.NUMBER: _("Give a whole number, like 12"),
    Puzzle.PERCENT: _("Give a whole percentage between 0 and 999, like 60"),
    Puzzle.DAY: _("Give a day like 2026-11-22 or 22/11/2026"),
    Puzzle.AMOUNT: _("Give an amount in figures, like 1200.50"),
    Puzzle.URL: _("Give a whole web address, like https://example.org"),
    Puzzle.ZONE: _("Give a time zone like Europe/Paris"),
    Puzzle.WITHOUT: _("Give stops or degraded"),
    Puzzle.KIND: _(
        "Give other model, other product, other provider, model elsewhere, self hosted or "
        "manual"
    ),
    Puzzle.TOOL_KIND: _("Give product, component, model or infrastructure"),
    Puzzle.RELATION: _("Give model, hosting, edge, identity or network"),
    Puzzle.CONFIDENCE: _("Give high, medium or low"),
    Puzzle.MATERIAL: _("Give conversations, files, assistants or prompts"),
}


def number(text: str, *, most: int = MOST) -> int:
    """Return a whole number of at most `most`, thousands set apart or not."""
    plain = re.sub(r"(?<=\d)[\s\u00a0\u202f’'](?=\d{3}\b)", "", text.strip())
    found = re.fullmatch(r"(\d{1,12})(?:[.,]0+)?", plain)
    if not found or int(found[1]) > most:
        raise Puzzling(Puzzle.NUMBER)
    return int(found[1])


def percent(text: str) -> int:
    """Return a whole percentage between 0 and 999: another tool may be faster."""
    found = re.fullmatch(r"(\d{1,3})(?:[.,]0+)?\s*%?", text.replace("\u00a0", " ").strip())
    if not found:
        raise Puzzling(Puzzle.PERCENT)
    return int(found[1])


def day(text: str) -> date:
    """Return a day, written as a computer or as a European does."""
    plain = text.strip()
    for form in ("%Y-%m-%d", "%d/%m/%Y", "%d.%m.%Y", "%Y/%m/%d"):
        try:
            return datetime.strptime(plain, form).date()  # noqa: DTZ007  # a day has no zone
        except ValueError:
            continue
    raise Puzzling(Puzzle.DAY)


def amount(text: str, *, most: Decimal = MOST_AMOUNT) -> Decimal:
    """Return an amount to the cent; below zero is a gain."""
    plain = re.sub(r"[\s\u00a0\u202f’']", "", text)
    if re.fullmatch(r"-?\d{1,3}(,\d{3})+(\.\d+)?", plain):
        plain = plain.replace(",", "")
    plain = plain.replace(",", ".")
    if not re.fullmatch(r"-?\d{1,15}(\.\d{1,10})?", plain):
        raise Puzzling(Puzzle.AMOUNT)
    try:
        value = Decimal(plain).quantize(Decimal("0.01"))
    except InvalidOperation:
        raise Puzzling(Puzzle.AMOUNT) from None
    if abs(value) > most:
        raise Puzzling(Puzzle.AMOUNT)
    return value


def cost(text: str) -> Decimal:
    value = amount(text, most=MOST_COST)
    if value < 0:
        raise Puzzling(Puzzle.AMOUNT)
    return value


_URL: Final = URLValidator(schemes=["http", "https"])


def url(text: str) -> str:
    plain = text.strip()
    try:
        _URL(plain)
    except ValidationError:
        raise Puzzling(Puzzle.URL) from None
    if len(plain) > 200:
        raise Puzzling(Puzzle.URL)
    return plain


def zone(text: str) -> str:
    plain = text.strip()
    if plain not in available_timezones():
        raise Puzzling(Puzzle.ZONE)
    return plain


def _table[T](words: Mapping[T, Sequence[str]]) -> Mapping[str, T]:
    return {normalise(word): value for value, found in words.items() for word in found}


WITHOUT: Final = _table(
    {
        Without.STOPS: ("stops", "stop", "hard", "yes", "s arrête", "arrêt", "bloquant"),
        Without.DEGRADED: (
            "degraded", "degrades", "soft", "slower", "no", "dégradé", "dégradée",
            "se dégrade",
        ),
    }
)  # fmt: skip
KINDS: Final = _table(
    {
        AlternativeKind.OTHER_MODEL: (
            "other model", "other_model", "other model of the same product", "autre modèle",
            "autre modèle du même produit",
        ),
        AlternativeKind.OTHER_PRODUCT: (
            "other product", "other_product", "other product of the same provider",
            "autre produit", "autre produit du même fournisseur",
        ),
        AlternativeKind.OTHER_PROVIDER: (
            "other provider", "other_provider", "autre fournisseur",
        ),
        AlternativeKind.MODEL_ELSEWHERE: (
            "model elsewhere", "model_elsewhere", "same model elsewhere",
            "même modèle ailleurs",
        ),
        AlternativeKind.SELF_HOSTED: (
            "self hosted", "self_hosted", "on premises", "auto hébergé",
            "hébergé en interne",
        ),
        AlternativeKind.MANUAL: (
            "manual", "by hand", "without ai, by hand", "without ai", "paper", "manuel",
            "à la main", "sans ia, à la main", "sans ia",
        ),
    }
)  # fmt: skip
TOOL_KINDS: Final = _table(
    {
        ToolKind.PRODUCT: ("product", "tool", "application", "produit", "outil"),
        ToolKind.COMPONENT: (
            "component", "component of a product", "composant", "composant d un produit",
        ),
        ToolKind.MODEL: ("model", "modèle", "llm"),
        ToolKind.INFRASTRUCTURE: ("infrastructure", "cloud", "hosting"),
    }
)  # fmt: skip
RELATIONS: Final = _table(
    {
        Relation.MODEL: ("model", "modèle", "llm"),
        Relation.HOSTING: (
            "hosting", "cloud", "cloud and region", "hébergement", "cloud et région",
        ),
        Relation.EDGE: ("edge", "network edge", "cdn", "périphérie", "bordure du réseau"),
        Relation.IDENTITY: (
            "identity", "sign-in", "sign in", "sso", "identité", "connexion",
        ),
        Relation.NETWORK: ("network", "network path", "réseau", "chemin réseau"),
    }
)  # fmt: skip
CONFIDENCES: Final = _table(
    {
        Confidence.HIGH: ("high", "haute", "élevée", "forte"),
        Confidence.MEDIUM: ("medium", "moyenne"),
        Confidence.LOW: ("low", "faible", "basse"),
    }
)
MATERIALS: Final = _table(
    {
        Material.CONVERSATIONS: ("conversations", "conversation", "chats", "échanges"),
        Material.FILES: ("files", "uploaded files", "fichiers", "fichiers déposés"),
        Material.ASSISTANTS: (
            "assistants", "custom assistants", "gpts", "assistants personnalisés",
        ),
        Material.PROMPTS: (
            "prompts", "prompt libraries", "prompt library", "bibliothèques de prompts",
        ),
    }
)  # fmt: skip


def _word[T](words: Mapping[str, T], text: str, puzzle: Puzzle) -> T:
    try:
        return words[normalise(text)]
    except KeyError:
        raise Puzzling(puzzle) from None


def without(text: str) -> str:
    return str(_word(WITHOUT, text, Puzzle.WITHOUT))


def alternative_kind(text: str) -> str:
    return str(_word(KINDS, text, Puzzle.KIND))


def is_by_hand(text: str) -> bool:
    return KINDS.get(normalise(text)) is AlternativeKind.MANUAL


def tool_kind(text: str) -> str:
    return str(_word(TOOL_KINDS, text, Puzzle.TOOL_KIND))


def relation(text: str) -> str:
    return str(_word(RELATIONS, text, Puzzle.RELATION))


def confidence(text: str) -> str:
    return str(_word(CONFIDENCES, text, Puzzle.CONFIDENCE))


def material(text: str) -> str:
    return str(_word(MATERIALS, text, Puzzle.MATERIAL))


def data_classes(text: str) -> list[str]:
    """Return the classes in a cell, split at lines, commas and semicolons, each once."""
    # A shipped label has commas of its own, in brackets.
    plain = re.sub(r"\([^()]*\)", "", text)
    found = (part for part in re.split(r"[\n,;]", plain) if part.strip())
    return list(dict.fromkeys(str(cells.data_class(part)) for part in found))
