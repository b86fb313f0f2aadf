"""Turns a refused rule, or a wrong method, into an answer, once, for all pages."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse
from django.shortcuts import render
from django.urls import Resolver404, resolve
from django_htmx.http import reswap, retarget

from continuity.domain.errors import ContinuityError
from continuity.web.htmx import wants_json, wants_part
from continuity.web.problems import NOT_ALLOWED, sentence


class ProblemMiddleware:
    """Answers 409 with a sentence a person can act on when a rule says no, and 405 where
    an address is opened that only takes what a form sends, or the reverse.

    htmx gets the fragment for `#problems`, our own scripts get JSON, everyone
    else gets a page. Any other exception is a bug and stays a 500.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if isinstance(response, HttpResponseNotAllowed):
            return _not_allowed(request, response["Allow"])
        return response

    def process_exception(
        self, request: HttpRequest, exception: Exception
    ) -> HttpResponse | None:
        if not isinstance(exception, ContinuityError):
            return None
        return _said(request, exception.code, sentence(exception), status=409)


def _not_allowed(request: HttpRequest, allow: str) -> HttpResponse:
    """Say what to do at an address of another method: whoever signs in again after
    pressing a button, or opens a bookmark of one, comes here."""
    opened = request.method in {"GET", "HEAD"}
    message = str(NOT_ALLOWED["opened" if opened else "sent"])
    back = page_above(request.path_info) if opened else request.path
    response = _said(request, "method_not_allowed", message, status=405, back=back)
    response["Allow"] = allow
    return response


def page_above(path: str) -> str:
    """Return the nearest address above `path` that there is; "/" is above them all."""
    parts = path.strip("/").split("/")
    for length in range(len(parts) - 1, 0, -1):
        above = f"/{'/'.join(parts[:length])}/"
        try:
            resolve(above)
        except Resolver404:
            continue
        return above
    return "/"


def _said(
    request: HttpRequest, code: str, message: str, *, status: int, back: str = ""
) -> HttpResponse:
    """Answer in the form that was asked for. `back` is where a page leads; empty: to
    where the person came from."""
    context = {"code": code, "message": message}
    if wants_json(request):
        return JsonResponse(context, status=status)
    if wants_part(request):
        response = render(request, "components/_problem.html", context, status=status)
        return reswap(retarget(response, "#problems"), "innerHTML")
    return render(request, "problem.html", {**context, "back": back}, status=status)
