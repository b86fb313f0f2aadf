"""What one person may do to one thing, asked in one round trip."""

from collections.abc import Iterable
from typing import Any, Protocol

from django.db.models import QuerySet

from continuity.accounts.models import User
from continuity.accounts.roles import Action


class Guarded(Protocol):
    """Rows that know who may do what to them."""

    def allowing(self, user: User, action: Action) -> "QuerySet[Any, Any]": ...


def permissions(
    own: Guarded, user: User, actions: Iterable[Action]
) -> "dict[str, QuerySet[Any, Any]]":
    """Return a question for each of `actions`, under its name, for `together`: it finds a
    row where `user` may do that to the one thing that `own` holds."""
    return {
        str(action): own.allowing(user, action).order_by().values_list("pk")
        for action in actions
    }
