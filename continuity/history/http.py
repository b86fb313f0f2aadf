"""Saying that something was deleted, with the button that brings it back."""

from django.contrib import messages
from django.http import HttpRequest

from continuity.history.models import Deletion
from continuity.history.queries.deletions import undo_address


def say_deleted(request: HttpRequest, text: str, deletion: Deletion | None) -> None:
    """Show `text` on the next page, with "Undo" beside it where there is what to undo.

    The address rides in the message's tags: components/_messages.html makes a form of it.
    """
    tags = "" if deletion is None else undo_address(deletion)
    messages.success(request, text, extra_tags=tags)
