"""What the frame around every page shows: counts in the navigation, the server's clock."""

from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from continuity.accounts.models import User
from continuity.dashboard import queries


def shell(request: HttpRequest) -> dict[str, Any]:
    """Return `shell` for base.html, and `may_plan` and `may_declare` for whatever offers
    to plan a drill, or to declare an outage.

    Nothing is asked of the database before a template reads it: a fragment, which has
    no frame, costs nothing, and neither does a page for somebody who is not signed in.
    """

    def look() -> queries.Shell:
        user = getattr(request, "user", None)
        return queries.shell(user if isinstance(user, User) else None, now=timezone.now())

    frame: Any = SimpleLazyObject(look)
    return {
        "shell": frame,
        "may_plan": SimpleLazyObject(lambda: frame.may_plan),
        "may_declare": SimpleLazyObject(lambda: frame.may_declare),
    }
