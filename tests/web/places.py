"""Addresses of the shell's places, for tests that need no more than their names."""

from django.http import HttpRequest, HttpResponse
from django.urls import include, path


def nowhere(request: HttpRequest) -> HttpResponse:
    return HttpResponse(status=204)


def space(name: str, **routes: str) -> object:
    views = [path(address, nowhere, name=each) for each, address in routes.items()]
    return path("", include((views, name), namespace=name))


urlpatterns = [
    space("dashboard", overview="", search="search/", shortcuts="shortcuts/", mine="mine/"),
    space(
        "inventory",
        workflows="workflows/",
        due="workflows/due/",
        tools="tools/",
        providers="providers/",
        knock_outs="knock-out/",
        what_if="what-if/",
        my_access="access/",
        packs="packs/",
    ),
    space(
        "drills",
        list="drills/",
        scenarios="drills/scenarios/",
        actions="drills/actions/",
        hand_overs="drills/hand-over/",
    ),
    space("outages", list="outages/"),
    space("reports", list="reports/"),
    space("insight", list="forecasts/"),
    space("notifications", own="messages/"),
    space("history", list="history/"),
    space("api", tokens="tokens/", guide="api/"),
    space(
        "accounts",
        settings="settings/",
        people="people/",
        preferences="preferences/",
        profile="profile/",
    ),
    path("login/", nowhere, name="account_login"),
    path("logout/", nowhere, name="account_logout"),
    path("password/", nowhere, name="account_change_password"),
]
