"""How a view answers htmx with part of a page."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django_htmx.middleware import HtmxDetails


class Request(HttpRequest):
    """A request that went through HtmxMiddleware."""

    htmx: HtmxDetails


def wants_part(request: HttpRequest) -> bool:
    """True if htmx asked for a fragment.

    A boosted link and a history restore also carry HX-Request, yet both put
    the answer where a whole page goes. False before HtmxMiddleware has run.
    """
    htmx: HtmxDetails | None = getattr(request, "htmx", None)
    if not htmx:
        return False
    return not htmx.boosted and not htmx.history_restore_request


def wants_json(request: HttpRequest) -> bool:
    """True if one of our own scripts asked: the outbox and the ranked lists do."""
    return request.headers.get("Accept", "").startswith("application/json")


def render_page(
    request: HttpRequest,
    template: str,
    context: Mapping[str, Any],
    *,
    part: str,
    status: int = 200,
) -> HttpResponse:
    """Render `template`, or only its partial `part` where htmx wants just that."""
    name = f"{template}#{part}" if wants_part(request) else template
    response = render(request, name, dict(context), status=status)
    patch_vary_headers(response, ["HX-Request", "HX-Boosted", "HX-History-Restore-Request"])
    return response
