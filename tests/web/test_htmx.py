"""Whole page or part of one."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from django_htmx.middleware import HtmxMiddleware

from continuity.web.htmx import render_page, wants_part


def answered(**headers: str) -> tuple[bool, HttpResponse]:
    seen: list[bool] = []

    def view(request: HttpRequest) -> HttpResponse:
        seen.append(wants_part(request))
        return render_page(request, "problem.html", {"message": "No."}, part="x")

    request = RequestFactory().get("/", headers=headers)
    request.user = AnonymousUser()
    return seen, HtmxMiddleware(view)(request)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"hx_request": "true", "hx_boosted": "true"},
        {"hx_request": "true", "hx_history_restore_request": "true"},
    ],
)
def test_a_whole_page_is_sent_where_a_whole_page_goes(headers):
    seen, response = answered(**headers)

    assert seen == [False]
    assert "<!doctype html>" in response.text
    assert {"HX-Request", "HX-Boosted", "HX-History-Restore-Request"} <= {
        word.strip() for word in response["Vary"].split(",")
    }


def test_before_the_middleware_nobody_wants_a_part():
    assert wants_part(RequestFactory().get("/")) is False
