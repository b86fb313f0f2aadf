"""When two spellings are one name: "Microsoft365 Co-pilot™", "microsoft 365 copilot".

Only the spelling is looked at here. That "M365 Copilot" is the same product too is a
fact about the product, and stands in the catalogue.
"""

import unicodedata
from functools import lru_cache
from typing import Final

TRADE_MARKS: Final = "™®©℠"
COMPANY_FORMS: Final = frozenset(
    {"inc", "llc", "ltd", "corp", "gmbh", "plc", "sarl", "incorporated", "limited"}
)
"""What follows a company's name and says nothing about the product. Short ones such as
"co", "sa" or "ag" are left alone: products are called that."""


@lru_cache(maxsize=8_192)  # lists repeat the same few names in thousands of cells
def normalise(name: str) -> str:
    """Return the letters and digits of `name` in one word, to be compared as a whole.

    Case, accents, width, punctuation, spaces, trade marks and a company form at the
    end are gone: spaces too, since lists write "Azure Open AI" and "Azure OpenAI".
    The result normalises to itself. It is empty if nothing is left to compare: such a
    name matches no other.
    """
    words = _cleaned(name).split()
    while len(words) > 1 and words[-1] in COMPANY_FORMS:
        words.pop()
    # Joining can bring together letters that compose, as in Hangul: once more.
    return "".join(_cleaned("".join(words)).split())


def _cleaned(name: str) -> str:
    bare = name.translate({ord(mark): " " for mark in TRADE_MARKS})
    apart = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", bare).casefold())
    plain = "".join(letter for letter in apart if not unicodedata.combining(letter))
    return "".join(
        letter if letter.isalnum() else " "
        for letter in unicodedata.normalize("NFKC", plain).casefold()
    )
