"""Which tool a name in a cell means: exactly, likely, to be asked, or new.

A wrong merge is worse than a question: two products in one row of the inventory would
fall and be drilled together. So a likeness is only accepted where the difference is a
slip of the finger or a word that names nothing ("GCC", "for Government"); words that
name another product ("GitHub", "Studio", "Security") never are.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from rapidfuzz import fuzz, process
from rapidfuzz.distance import DamerauLevenshtein

from continuity.domain.names import normalise

NOTHING: Final = frozenset(
    map(
        normalise,
        (
            "", "-", "?", "n/a", "na", "none", "no", "nil", "null", "nan", "nothing",
            "various", "varies", "multiple", "several", "many", "misc", "miscellaneous",
            "tbd", "tba", "tbc", "unknown", "unspecified", "undisclosed", "withheld",
            "not applicable", "not available", "not specified", "not known", "other",
            "others", "various tools", "various products", "any", "divers", "diverses",
            "plusieurs", "aucun", "aucune", "néant", "inconnu", "inconnue", "autre",
            "autres", "sans objet", "s/o", "n/c", "n/d", "non renseigné", "non précisé",
        ),
    )
)  # fmt: skip
"""What stands in lists where a product should, as `normalise` returns it."""

IDLE: Final = frozenset(
    {
        "ai", "ia", "the", "for", "of", "in", "by", "and", "with", "app", "apps",
        "application", "gcc", "gov", "government", "govt", "federal", "public",
        "enterprise", "edu", "education", "business", "commercial", "edition", "version",
        "license", "licence", "licenses", "licences", "subscription", "online", "web",
        "tool", "product", "software", "pour", "le", "la", "de", "du", "outil",
    }
)  # fmt: skip
"""Words in a cell that do not make it another product."""
FILLERS: Final = frozenset({"ai", "the", "for", "of", "in", "by"})
"""Words of a tool's own name that a list may leave out."""
EXPANSIONS: Final[Mapping[str, tuple[str, ...]]] = {
    "ms": ("microsoft",),
    "msft": ("microsoft",),
    "m365": ("microsoft", "365"),
    "ms365": ("microsoft", "365"),
    "o365": ("microsoft", "365"),
    "microsoft365": ("microsoft", "365"),
    "office365": ("microsoft", "365"),
    "d365": ("dynamics", "365"),
    "dynamics365": ("dynamics", "365"),
    "gh": ("github",),
    "aws": ("amazon",),
}
SLIP_FROM: Final = 6
"""Letters a name has to have before one wrong letter is taken for a slip."""
SLIP_WORD: Final = 5
"""And the word it stands in: "AI" is not "API"."""
MOST_NAMES: Final = 2_000
"""Different names beyond which only exact ones are looked up: not a list of tools then."""


class Match(StrEnum):
    EXACT = "exact"
    LIKELY = "likely"
    ASK = "ask"
    NEW = "new"


@dataclass(frozen=True, slots=True)
class KnownTool:
    """A tool of the inventory: `spellings` are all its names, its own among them."""

    pk: int
    name: str
    provider: str = ""
    spellings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Found:
    """What a name means. `tools` are the candidates, best first: the one tool of an
    exact or likely match, those to choose from of a question. `like` is the name of a
    new tool of the same file that this is a slip of."""

    match: Match
    tools: tuple[int, ...] = ()
    like: str = ""


@dataclass(frozen=True, slots=True)
class _Spelling:
    tool: int
    normal: str
    listed: tuple[str, ...]
    words: frozenset[str]
    provider: frozenset[str]


class Catalogue:
    """The tools of the inventory, ready to be asked for a name."""

    def __init__(self, tools: Iterable[KnownTool]) -> None:
        self.tools = {tool.pk: tool for tool in tools}
        self._exact: dict[str, int] = {}
        self._spellings: list[_Spelling] = []
        for tool in self.tools.values():
            provider = frozenset(_words(tool.provider))
            if provider >= set(_words(tool.name)):
                provider = frozenset()  # Databricks of Databricks: no word can go
            for name in dict.fromkeys((tool.name, *tool.spellings)):
                normal = normalise(name)
                if not normal:
                    continue
                # A tool's own name wins over another tool's spelling.
                if name == tool.name:
                    self._exact[normal] = tool.pk
                self._exact.setdefault(normal, tool.pk)
                words = tuple(_words(name))
                self._spellings.append(
                    _Spelling(tool.pk, normal, words, frozenset(words), provider)
                )
        self._normals = [spelling.normal for spelling in self._spellings]

    def exact(self, name: str) -> int | None:
        return self._exact.get(normalise(name))

    def find(self, name: str) -> Found:
        """Return what `name` means among the tools of the inventory."""
        tool = self.exact(name)
        if tool is not None:
            return Found(Match.EXACT, (tool,))
        likely = self._likely(name)
        if len(likely) == 1:
            return Found(Match.LIKELY, likely)
        meant = tuple(dict.fromkeys((*likely, *self._within(name))))
        return Found(Match.ASK if len(meant) > 1 else Match.NEW, meant)

    def near(self, name: str, most: int = 5) -> list[int]:
        """Return the tools that read most like `name`, to be offered and never taken."""
        found = process.extract(
            normalise(name),
            self._normals,
            scorer=fuzz.WRatio,
            limit=most * 4,
            score_cutoff=60,
        )
        tools = dict.fromkeys(self._spellings[at].tool for _normal, _score, at in found)
        return list(tools)[:most]

    def _likely(self, name: str) -> tuple[int, ...]:
        listed = _words(name)
        words = frozenset(listed)
        # Without its remark in brackets it may be exact: "Teams (recording)".
        bare = re.sub(r"\([^()]*\)", " ", name)
        if bare != name and (tool := self.exact(bare)) is not None:
            return (tool,)
        # A word that comes twice belongs to two names: "Copilot & Copilot Chat".
        core = words - IDLE if len(words) == len(listed) else frozenset()
        found: dict[int, None] = {}
        for spelling in self._spellings if core else ():
            left = spelling.words - words - FILLERS
            idle_more = not core - spelling.words and not left
            provider_less = words < spelling.words and not left - spelling.provider
            if idle_more or provider_less:
                found[spelling.tool] = None
        if not found:
            for spelling in self._spellings:
                if slip(listed, spelling.listed):
                    found[spelling.tool] = None
        return tuple(found)

    def _within(self, name: str) -> tuple[int, ...]:
        """Return the tools whose name holds all the words of `name`, and more."""
        words = frozenset(_words(name))
        return tuple(
            dict.fromkeys(s.tool for s in self._spellings if words and words < s.words)
        )


def slip(one: Sequence[str], other: Sequence[str]) -> bool:
    """Say whether two names, as words, differ by one slip of the finger: a letter too
    many, too few, wrong, or two in the wrong order. Or by where words end.

    Never in the first letter, never in a digit (GPT-4 is not GPT-5), never in a short
    word.
    """
    left, right = "".join(one), "".join(other)
    if left[:1] != right[:1] or min(len(left), len(right)) < SLIP_FROM:
        return False
    if _digits(left) != _digits(right):
        return False
    if len(one) == len(other):
        pairs = [pair for pair in zip(one, other, strict=True) if pair[0] != pair[1]]
        if any(min(map(len, pair)) < SLIP_WORD for pair in pairs):
            return False
    elif set(one) <= set(other) or set(other) <= set(one):
        return False  # a word more is another name: "Amazon" and "Amazon Q"
    return bool(DamerauLevenshtein.distance(left, right, score_cutoff=1) <= 1)


def alike(counts: Counter[str], names: Mapping[str, str]) -> dict[str, str]:
    """Return, of names that no tool has, those that are a slip of a more frequent one.

    `counts` are normalised names with how many rows have them, `names` how they read.
    """
    anchors: defaultdict[str, list[tuple[str, Sequence[str]]]] = defaultdict(list)
    found: dict[str, str] = {}
    for key, _rows in sorted(counts.items(), key=lambda item: (-item[1], item[0])):
        words = _words(names[key])
        near = anchors[key[:1]]
        like = next((anchor for anchor, others in near if slip(words, others)), None)
        if like is None:
            near.append((key, words))
        else:
            found[key] = like
    return found


def names_nothing(text: str) -> bool:
    """Say whether `text` stands where a product should and names none."""
    return normalise(text) in NOTHING


def _words(name: str) -> list[str]:
    found: list[str] = []
    for word in re.findall(r"[^\W_]+", name.casefold()):
        found.extend(EXPANSIONS.get(word, (word,)))
    return found


def _digits(text: str) -> Sequence[str]:
    return re.findall(r"\d", text)
