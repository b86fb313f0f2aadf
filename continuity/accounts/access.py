"""The only door from a URL to an object."""

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db import models
from django.db.models import Exists, OuterRef
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404

from continuity.accounts.models import User
from continuity.accounts.roles import Action

type View = Callable[..., HttpResponseBase]


def access(
    action: Action,
    model: type[models.Model] | None = None,
    *,
    along: Sequence[str] = (),
) -> Callable[[View], View]:
    """Guard a view and, where `model` is given, hand it the object itself.

    The view's `pk` from the URL becomes the object. Someone who may not even
    see it gets 404, so a guess tells them nothing; someone who may see it but
    not do `action` gets 403. Without a model the organisation role decides,
    except for Action.VIEW and below, where the view's own query filters by
    `allowing()` and an empty list is the right answer. `along` names what the page
    reads of the object besides, as `select_related` takes it.
    """

    def decorate(view: View) -> View:
        @login_required
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            user = request.user
            if not isinstance(user, User):
                raise TypeError("login_required let someone in who is not a user")
            if model is not None:
                thing = _opened(user, action, model, kwargs.pop("pk"), along)
                args = (thing, *args)
            elif action not in OPEN_LISTS and not user.may(action):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        # Read by the guard tests, which walk every route.
        guarded.access = action  # type: ignore[attr-defined]
        guarded.model = model  # type: ignore[attr-defined]
        return guarded

    return decorate


def _opened(
    user: User, action: Action, model: type[models.Model], pk: int, along: Sequence[str]
) -> models.Model:
    """Return the object, or refuse: one query that asks both whether the person may see
    it and whether they may do `action`."""
    objects: Any = model._default_manager.all()
    seen = objects.allowing(user, Action.VIEW)
    if along:
        seen = seen.select_related(*along)
    if action != Action.VIEW:
        able = objects.allowing(user, action).order_by().filter(pk=OuterRef("pk"))
        seen = seen.annotate(is_allowed=Exists(able))
    thing: models.Model = get_object_or_404(seen, pk=pk)
    # Taken off again: what was asked of one person's rights is no part of the object.
    if not thing.__dict__.pop("is_allowed", True):
        raise PermissionDenied
    return thing


OPEN_LISTS = frozenset(
    {
        Action.SIGNED_IN,
        Action.VIEW,
        Action.TAKE_PART,
        Action.EDIT,
        Action.DECLARE,
        Action.RUN_DRILL,
    }
)
"""Actions whose pages without an object are open to all who sign in: what they list
or offer is cut by `allowing()` to the teams in which the person may do it."""
