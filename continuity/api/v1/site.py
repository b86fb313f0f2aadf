"""Version 1 as a whole: its addresses, their description, and what mistakes come to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from ninja import NinjaAPI
from ninja.errors import ValidationError

from continuity.api import http
from continuity.api.v1 import (
    actions,
    drills,
    figures,
    outages,
    reports,
    tools,
    workflows,
)
from continuity.api.v1.door import NotUnderstood
from continuity.domain.errors import ContinuityError

PREFIX: Final = "/api/v1/"

api = NinjaAPI(
    title="Continuity",
    version="1",
    urls_namespace="v1",
    description=gettext_lazy(  # type: ignore[arg-type]  # translated when it is read
        "Figures and lists of Continuity, to read. Instants are in UTC, lengths in seconds;"
        " what is not known is null, with the reason beside it."
    ),
    servers=[{"url": settings.BASE_URL}],
    openapi_url=None,
    docs_url=None,
    openapi_extra={"security": [{"Bearer": []}]},
)
for name, room in {
    "figures": figures,
    "workflows": workflows,
    "tools": tools,
    "drills": drills,
    "outages": outages,
    "actions": actions,
    "reports": reports,
}.items():
    api.add_router(f"/{name}", room.router)

SAID: Final[Mapping[str, Promise]] = {
    "int_parsing": gettext_lazy("Write a whole number."),
    "int_type": gettext_lazy("Write a whole number."),
    "greater_than_equal": gettext_lazy("It is %(ge)s at least."),
    "less_than_equal": gettext_lazy("It is %(le)s at most."),
    "literal_error": gettext_lazy("It is one of %(expected)s."),
    "string_too_long": gettext_lazy("It has %(max_length)s characters at most."),
    "string_pattern_mismatch": gettext_lazy("It holds a character that no text has."),
}
"""What each mistake in a parameter is answered, by the name that pydantic gives it."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """An address as the guide lists it, with the names of its parameters."""

    path: str
    summary: str
    parameters: Sequence[str]


def described() -> dict[str, Any]:
    """Return the OpenAPI description, in the active language."""
    found: dict[str, Any] = api.get_openapi_schema(path_prefix=PREFIX)
    found["components"]["securitySchemes"] = {
        "Bearer": {"type": "http", "scheme": "bearer"}
    }
    found["components"]["schemas"]["Problem"] = PROBLEM
    answer = {"$ref": "#/components/schemas/Problem"}
    for operations in found["paths"].values():
        operations["get"]["responses"]["default"] = {
            "description": str(_("A problem, as RFC 9457 has them")),
            "content": {"application/problem+json": {"schema": answer}},
        }
    return found


def endpoints() -> list[Endpoint]:
    """Return all addresses, from the description."""
    return [
        Endpoint(
            path=path,
            summary=str(operations["get"]["summary"]),
            parameters=[
                one["name"]
                for one in operations["get"]["parameters"]
                if one["in"] == "query"
            ],
        )
        for path, operations in described()["paths"].items()
    ]


PROBLEM: Final[Mapping[str, Any]] = {
    "title": "Problem",
    "type": "object",
    "required": ["type", "title", "status", "detail", "instance", "code"],
    "properties": {
        "type": {"type": "string", "format": "uri"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "instance": {"type": "string"},
        "code": {"type": "string", "description": "For programs; never changes."},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "parameter": {"type": "string"},
                    "detail": {"type": "string"},
                },
            },
        },
    },
}


@api.exception_handler(NotUnderstood)
def not_understood(request: HttpRequest, error: NotUnderstood) -> HttpResponse:
    return _not_understood(request, error.errors)


@api.exception_handler(ValidationError)
def not_valid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    return _not_understood(
        request, {str(one["loc"][-1]): _said(one) for one in error.errors}
    )


@api.exception_handler(Http404)
def not_found(request: HttpRequest, error: Http404) -> HttpResponse:
    return http.problem("not_found", path=request.path)


@api.exception_handler(PermissionDenied)
def not_allowed(request: HttpRequest, error: PermissionDenied) -> HttpResponse:
    return http.problem("not_allowed", path=request.path)


@api.exception_handler(ContinuityError)
def refused(request: HttpRequest, error: ContinuityError) -> HttpResponse:
    return http.refused(error, path=request.path)


def _not_understood(request: HttpRequest, errors: Mapping[str, str]) -> HttpResponse:
    said = [{"parameter": name, "detail": detail} for name, detail in errors.items()]
    return http.problem("not_understood", path=request.path, errors=said)


def _said(error: Mapping[str, Any]) -> str:
    sentence = SAID.get(error["type"])
    if sentence is None:
        return str(_("This cannot be understood."))
    fields = dict(error.get("ctx", {}))
    if "expected" in fields:
        # The library joins them with an English word.
        fields["expected"] = fields["expected"].replace(" or ", ", ")
    return str(sentence) % fields
