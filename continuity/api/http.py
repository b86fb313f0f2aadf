"""What a program is answered that is no result: problems, as RFC 9457 has them."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.cache import cache
from django.http import JsonResponse
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from continuity.accounts.models import User
from continuity.domain.errors import ContinuityError
from continuity.web.problems import sentence

MOST_REQUESTS: Final = 120
"""How many requests one token may make in a minute. Counted in the memory of each web
process, as sign-ins are: n processes allow n times as many, and no server can be down."""
MINUTE: Final = 60


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of problem. `title` names it, `detail` says what to do about it."""

    status: int
    title: Promise
    detail: Promise


PROBLEMS: Final[Mapping[str, Kind]] = {
    "token_missing": Kind(
        401,
        _("No access token"),
        _("Send an access token in the header “Authorization: Bearer …”."),
    ),
    "token_malformed": Kind(
        401,
        _("Not an access token"),
        _("The header has to say “Authorization: Bearer” and then the token itself."),
    ),
    "token_unknown": Kind(
        401,
        _("This token opens nothing"),
        _(
            "It is not known, was taken back, or its owner’s account is closed. Make a "
            "new one on your page of access tokens."
        ),
    ),
    "token_expired": Kind(
        401,
        _("This token has expired"),
        _("Make a new one on your page of access tokens."),
    ),
    "not_allowed": Kind(
        403,
        _("Not allowed"),
        _("The owner of this token may not read this. Ask an administrator."),
    ),
    "not_found": Kind(
        404,
        _("Nothing here"),
        _(
            "There is nothing at this address, or the owner of this token may not see it."
            " The description of the interface lists all addresses."
        ),
    ),
    "method_not_allowed": Kind(
        405, _("Only to read"), _("This interface only answers GET. Nothing was changed.")
    ),
    "not_acceptable": Kind(
        406,
        _("Only JSON"),
        _("This interface only speaks JSON. Accept application/json."),
    ),
    "not_understood": Kind(
        422,
        _("Not understood"),
        _("Some parameters cannot be understood. Each is named, with what to do."),
    ),
    "too_many_requests": Kind(
        429,
        _("Too many requests"),
        _("Wait as long as Retry-After says, in seconds; then go on more slowly."),
    ),
}
"""By code, which never changes once published."""


def problem(
    code: str, *, path: str, errors: Sequence[Mapping[str, str]] = (), **headers: str
) -> JsonResponse:
    """Answer with a problem; `headers` are named with underscores."""
    kind = PROBLEMS[code]
    return _answer(
        kind.status, code, str(kind.title), str(kind.detail), path, errors, headers
    )


def refused(error: ContinuityError, *, path: str) -> JsonResponse:
    """Answer 409 with the sentence that a page would say."""
    return _answer(409, error.code, str(_("Refused")), sentence(error), path, (), {})


def _answer(
    status: int,
    code: str,
    title: str,
    detail: str,
    path: str,
    errors: Sequence[Mapping[str, str]],
    headers: Mapping[str, str],
) -> JsonResponse:
    content: dict[str, Any] = {
        "type": f"{settings.BASE_URL}{reverse('api:guide')}#{code}",
        "title": title,
        "status": status,
        "detail": detail,
        "instance": path,
        "code": code,
    }
    if errors:
        content["errors"] = list(errors)
    return JsonResponse(
        content,
        status=status,
        content_type="application/problem+json",
        headers={name.replace("_", "-"): value for name, value in headers.items()},
    )


def wait(token_pk: int, now: datetime) -> int:
    """Count one more request of a token; return for how many seconds it has to wait, 0
    while it may go on."""
    minute, into = divmod(int(now.timestamp()), MINUTE)
    key = f"api:{token_pk}:{minute}"
    if cache.add(key, 1, timeout=MINUTE):
        return 0
    try:
        number = cache.incr(key)
    except ValueError:  # it ran out between the two
        return 0
    return MINUTE - into if number > MOST_REQUESTS else 0


@contextmanager
def reading_as(user: User) -> Iterator[None]:
    """Speak the person's language and zone while the answer is made, as pages do."""
    with ExitStack() as kept:
        if user.language:
            kept.enter_context(translation.override(user.language))
        if user.zone:
            kept.enter_context(timezone.override(ZoneInfo(user.zone)))
        yield
