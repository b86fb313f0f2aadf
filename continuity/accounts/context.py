"""What the frame around every page shows: counts in the navigation, the server's clock."""

from typing import Any

from django.http import HttpRequest


def shell(request: HttpRequest) -> dict[str, Any]:
    """Return `shell` for base.html. No query for who is not signed in."""
    return {}
