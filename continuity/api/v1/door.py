"""How an address of the interface names what one must be allowed, and what it answers."""

import inspect
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any, Final
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from ninja import Router
from ninja.params.functions import Query
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from continuity.accounts.access import access
from continuity.accounts.http import SignedInRequest
from continuity.accounts.models import Team
from continuity.accounts.roles import Action
from continuity.api.v1.shapes import Shape, page_at
from continuity.inventory.queries.workflows import teams
from continuity.web.paging import PER_PAGE, Counted

MOST_ROWS: Final = 200
LARGEST_KEY: Final = 2**63 - 1

Text = Annotated[str, StringConstraints(max_length=200, pattern=r"^[^\x00]*$")]
Key = Annotated[int, Field(ge=1, le=LARGEST_KEY)]


class Request(SignedInRequest):
    """What stands behind the door gets: the token's owner, and the instant it came in."""

    now: datetime


class Asked(BaseModel):
    """The parameters of a list. One that nobody knows is a mistake and says so: a filter
    with a typing error would otherwise give everything."""

    model_config = ConfigDict(frozen=True)

    page: Annotated[int, Field(ge=1, le=1_000_000)] = 1
    page_size: Annotated[int, Field(ge=1, le=MOST_ROWS)] = PER_PAGE

    def wanted(self, *names: str) -> dict[str, Any]:
        """Return the filters among `names` that were asked for."""
        return {name: value for name in names if (value := getattr(self, name))}


class Page[Row: Shape](Shape):
    """A part of a list. `next` and `previous` are whole addresses, with the filters."""

    count: int
    page: int
    pages: int
    next: str | None
    previous: str | None
    results: list[Row]


class NotUnderstood(Exception):
    """Parameters that make no sense: each with a sentence that says what to do."""

    def __init__(self, errors: Mapping[str, str]) -> None:
        super().__init__(", ".join(errors))
        self.errors = errors


def reads(
    router: Router,
    address: str,
    action: Action,
    model: type[models.Model] | None = None,
    *,
    answers: Any,
    summary: str | Promise,
    along: Sequence[str] = (),
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Put what `GET address` answers into the table of addresses, behind `@access`.

    With `model` it is handed the object whose key is the `id` in the address, or is not
    called at all. Its parameters are those of a model named `asked`, and no others.
    """

    def decorate(answer: Callable[..., Any]) -> Callable[..., Any]:
        known = inspect.signature(answer).parameters
        asked = known["asked"].annotation.model_fields if "asked" in known else ()

        def checked(request: Request, *args: Any, **kwargs: Any) -> Any:
            if foreign := sorted(set(request.GET) - set(asked)):
                raise NotUnderstood(
                    dict.fromkeys(foreign, _("There is no such parameter. Leave it out."))
                )
            return answer(request, *args, **kwargs)

        guarded = access(action, model, along=along)(checked)

        def entered(request: Request, **given: Any) -> Any:
            if model is not None:
                given["pk"] = given.pop("id")
            return guarded(request, **given)

        parameters = [_parameter("request", Request)]
        if model is not None:
            parameters.append(_parameter("id", int))
        if asked:
            parameters.append(_parameter("asked", known["asked"].annotation, Query(...)))
        name = f"{answer.__module__.rpartition('.')[2]}_{answer.__name__}"
        # Read by the library, which makes parameters of the signature.
        entered.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
        entered.__name__, entered.__doc__ = name, answer.__doc__
        # Read by the guard tests, which walk every address.
        entered.access, entered.model = action, model  # type: ignore[attr-defined]
        router.get(
            address,
            response=answers,
            summary=summary,  # type: ignore[arg-type]  # translated when it is read
            operation_id=name,
            url_name=name,
        )(entered)
        return answer

    return decorate


def _parameter(
    name: str, annotation: Any, default: Any = inspect.Parameter.empty
) -> inspect.Parameter:
    kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
    return inspect.Parameter(name, kind, annotation=annotation, default=default)


def team_of(request: Request, key: int | None, *, name: str = "team") -> Team | None:
    """Return the team that a filter names, None for none. Raises NotUnderstood for one
    that the owner of the token may not see: an empty list would hide the mistake."""
    if key is None:
        return None
    found = teams(request.user).filter(pk=key).first()
    if found is None:
        said = _("There is no such team, or the owner of this token may not see it.")
        raise NotUnderstood({name: said})
    return found


def page_of[Thing, Row: Shape](
    request: Request,
    rows: "models.QuerySet[Any, Thing] | Sequence[Thing] | Counted[Thing]",
    asked: Asked,
    told: Callable[[Sequence[Thing]], list[Row]],
) -> Page[Row]:
    """Return the page that is asked for, `told` in one go so that it costs the same
    queries for any number of rows. Behind the last page there is nothing, and no error:
    a list may shrink while somebody leafs through it."""
    known: Any = rows
    paginator: Paginator[Any] = Paginator(known, asked.page_size)
    pages, here = paginator.num_pages, asked.page
    found = paginator.page(here).object_list if here <= pages else []

    def at(number: int) -> str:
        kept = {**request.GET.dict(), "page": number}
        return f"{page_at(request.path)}?{urlencode(kept)}"

    return Page(
        count=paginator.count,
        page=here,
        pages=pages,
        next=at(here + 1) if here < pages else None,
        previous=at(min(here - 1, pages)) if here > 1 else None,
        results=told(list(found)),
    )
