"""Keeping a named state of a list. What is private leaves no line of history."""

from datetime import datetime

from django.db import IntegrityError, transaction

from continuity.accounts.models import User
from continuity.accounts.roles import Action
from continuity.domain.errors import Refused
from continuity.history.models import Deletion
from continuity.history.services import changes, deletions, record
from continuity.inventory.models import SavedView
from continuity.inventory.queries.saved import normal


class ViewExists(Refused):
    """The person has a view of this list with this name. Field: `name`."""

    code = "view_exists"


@transaction.atomic
def save(
    *, page: str, name: str, query: str, shared: bool, actor: User, now: datetime
) -> SavedView:
    """Return a new view of `page`, which opens the list with `query`.

    Raises ViewExists if the person has one of this name.
    """
    view = SavedView(owner=actor, page=page, name=name, query=normal(query), shared=shared)
    _store(view, None)
    if shared:
        record("view.created", view, actor=actor, now=now, after={"name": name})
    return view


@transaction.atomic
def change(
    view_pk: int, *, name: str, shared: bool, actor: User, now: datetime
) -> SavedView:
    """Rename a view, share it or keep it to oneself. Raises ViewExists."""
    view = SavedView.objects.select_for_update().get(pk=view_pk)
    seen = view.shared or shared
    wanted = {"name": name, "shared": shared}
    before, after = changes({"name": view.name, "shared": view.shared}, wanted)
    if after:
        view.name, view.shared = name, shared
        _store(view, list(after))
        if seen:
            record("view.changed", view, actor=actor, now=now, before=before, after=after)
    return view


@transaction.atomic
def remove(view_pk: int, *, actor: User, now: datetime) -> Deletion:
    """Delete a view, and return what brings it back: its owner alone may."""
    view = SavedView.objects.select_for_update().get(pk=view_pk)
    if view.shared:
        record("view.removed", view, actor=actor, now=now, before={"name": view.name})
    return deletions.remove(
        [view], kind="view", action=Action.EDIT, private=True, actor=actor, now=now
    )


def _store(view: SavedView, fields: list[str] | None) -> None:
    try:
        with transaction.atomic():
            view.save(update_fields=fields)
    except IntegrityError:
        raise ViewExists("There is a view of this name.", name=view.name) from None
