"""Pages on access tokens and on the interface, and the door that programs come through."""

from datetime import datetime

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import Resolver404, resolve, reverse
from django.utils import timezone, translation
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from continuity.accounts.access import access
from continuity.accounts.http import SignedInRequest
from continuity.accounts.models import User
from continuity.accounts.roles import Action
from continuity.api import forms, http, queries, services
from continuity.api.models import AccessToken
from continuity.domain.errors import Refused
from continuity.web.paging import page_of
from continuity.web.problems import sentence

V1 = "continuity.api.v1.urls"


@access(Action.SIGNED_IN)
def tokens(request: SignedInRequest) -> HttpResponse:
    """One's own tokens, and the form that makes one. The answer to the form shows the
    token: it is kept nowhere, so no other page could."""
    now = timezone.now()
    form = forms.TokenForm(request.POST or None)
    made = secret = None
    if request.method == "POST" and form.is_valid():
        try:
            made, secret = services.make(**form.cleaned_data, actor=request.user, now=now)
        except Refused as error:
            form.add_error(None, sentence(error))
        else:
            form = forms.TokenForm()
    context = {
        "form": form,
        "page": page_of(request, queries.own(request.user)),
        "now": now,
        "made": made,
        "secret": secret,
        "example": f"{settings.BASE_URL}{_address('figures')}",
        "may_administer": request.user.may(Action.ADMINISTER),
    }
    status = 422 if form.is_bound else 200
    response = render(request, "api/tokens.html", context, status=status)
    if secret:
        response["Cache-Control"] = "no-store"
    return response


@require_safe
@access(Action.ADMINISTER)
def everybody(request: SignedInRequest) -> HttpResponse:
    """The tokens of all people, to take one back."""
    form = forms.TokensFilter(request.GET)
    q = form.cleaned_data["q"] if form.is_valid() else ""
    context = {
        "form": form,
        "page": page_of(request, queries.everybodys(request.user, q)),
        "active": bool(q),
        "now": timezone.now(),
    }
    return render(request, "api/everybody.html", context)


@require_POST
@access(Action.SIGNED_IN, AccessToken)
def revoke(request: SignedInRequest, token: AccessToken) -> HttpResponse:
    services.revoke(token.pk, actor=request.user, now=timezone.now())
    messages.success(request, _("The token opens nothing any more."))
    own = token.owner_id == request.user.pk
    return redirect("api:tokens" if own else "api:everybody")


@require_safe
@access(Action.SIGNED_IN)
def guide(request: SignedInRequest) -> HttpResponse:
    """How a program reads from here: three steps, the addresses, the problems."""
    # Loaded by who looks: see `urls`.
    from continuity.api.v1.site import endpoints

    context = {
        "endpoints": endpoints(),
        "problems": http.PROBLEMS,
        "most": http.MOST_REQUESTS,
        "example": f"{settings.BASE_URL}{_address('figures')}",
    }
    return render(request, "api/guide.html", context)


@csrf_exempt
def description(request: HttpRequest) -> HttpResponseBase:
    """The OpenAPI description: for a token, and for who is signed in."""
    # Loaded by who looks: see `urls`.
    from continuity.api.v1.site import described

    if request.method != "GET":
        return http.problem("method_not_allowed", path=request.path, Allow="GET")
    if not isinstance(request.user, User) or "Authorization" in request.headers:
        found = _let_in(request, timezone.now())
        if isinstance(found, HttpResponse):
            return found
        with http.reading_as(found.owner):
            return _private(JsonResponse(described()))
    return _private(JsonResponse(described()))


@csrf_exempt
def v1(request: HttpRequest, address: str) -> HttpResponseBase:
    """The one door of version 1: let a token in, then ask what stands behind.

    Nothing but the header counts: a session opens nothing here, so no other site can use
    somebody's browser. Whatever is wrong is answered with a problem, never with a page.
    """
    now = timezone.now()
    found = _let_in(request, now)
    if isinstance(found, HttpResponse):
        return found
    request.user = found.owner
    request.now = now  # type: ignore[attr-defined]  # what is behind the door reads it
    with http.reading_as(found.owner):
        return _private(_answered(request, address))


def _let_in(request: HttpRequest, now: datetime) -> AccessToken | HttpResponse:
    """Return the token that the request shows, counted, or the problem with it."""
    opened = queries.opened_by(request.headers.get("Authorization", ""), now=now)
    if opened.token is None:
        challenge = "Bearer"
        if opened.problem != "token_missing":
            challenge += ' error="invalid_token"'
        return _private(
            http.problem(opened.problem, path=request.path, WWW_Authenticate=challenge)
        )
    if seconds := http.wait(opened.token.pk, now):
        with http.reading_as(opened.token.owner):
            return _private(
                http.problem(
                    "too_many_requests", path=request.path, Retry_After=str(seconds)
                )
            )
    services.used(opened.token, now=now)
    return opened.token


def _answered(request: HttpRequest, address: str) -> HttpResponse:
    try:
        found = resolve(f"/{address}", urlconf=V1)
    except Resolver404:
        return http.problem("not_found", path=request.path)
    if not request.accepts("application/json"):
        return http.problem("not_acceptable", path=request.path)
    request.resolver_match = found
    response: HttpResponse = found.func(request, *found.args, **found.kwargs)
    if isinstance(response, HttpResponseNotAllowed):
        return http.problem("method_not_allowed", path=request.path, Allow="GET")
    return response


def _private(response: HttpResponse) -> HttpResponse:
    """Keep what one person may read out of every cache."""
    response["Cache-Control"] = "private, no-store"
    response.headers.setdefault("Content-Language", translation.get_language() or "en")
    patch_vary_headers(response, ["Authorization", "Accept-Language"])
    return response


def _address(address: str) -> str:
    return reverse("api:v1", args=[address])
