"""Looking around before anything is set up."""

from django.conf import settings
from django.contrib.auth import login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_POST

from continuity.people.queries import is_set_up
from continuity.sample import services


@require_POST
def load(request: HttpRequest) -> HttpResponse:
    """Load the sample and sign in as who administers it. The answer shows the password:
    it is kept nowhere, so no other page could. There is no such page once there is
    anybody."""
    if is_set_up():
        raise Http404
    administrator, password = services.load(now=timezone.now())
    login(request, administrator, backend=settings.AUTHENTICATION_BACKENDS[0])
    context = {"administrator": administrator, "password": password}
    response = render(request, "sample/loaded.html", context)
    response["Cache-Control"] = "no-store"
    return response
