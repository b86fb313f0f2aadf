"""Sorting as people do: capitals and accents do not count."""

from django.db.models import F, OrderBy
from django.db.models.functions import Lower


def alphabetical(field: str, *, down: bool = False) -> OrderBy:
    """Return the order of a text field; what is empty comes last either way.

    Not left to the database's collation, which is that of bytes on some servers and
    would put "aws" and "École" after "Zoom".
    """
    return OrderBy(Lower(F(f"{field}__unaccent")), descending=down, nulls_last=True)
