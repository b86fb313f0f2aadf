"""Turns a refused rule into an answer, once, for every page and fragment."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django_htmx.http import reswap, retarget

from continuity.domain.errors import ContinuityError
from continuity.web.htmx import wants_json, wants_part
from continuity.web.problems import sentence


class ProblemMiddleware:
    """Answers 409 with a sentence a person can act on when a rule says no.

    htmx gets the fragment for `#problems`, our own scripts get JSON, everyone
    else gets a page. Any other exception is a bug and stays a 500.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(
        self, request: HttpRequest, exception: Exception
    ) -> HttpResponse | None:
        if not isinstance(exception, ContinuityError):
            return None
        context = {"code": exception.code, "message": sentence(exception)}
        if wants_json(request):
            return JsonResponse(context, status=409)
        if wants_part(request):
            response = render(request, "components/_problem.html", context, status=409)
            return reswap(retarget(response, "#problems"), "innerHTML")
        return render(request, "problem.html", context, status=409)
