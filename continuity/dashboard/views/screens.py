"""Screens on a wall: the links, for who manages all teams; and what such a link shows.

No sign-in is asked of a screen: the address is the secret. It is signed, shows figures and
nothing that can be pressed, and can be taken back.
"""

from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from continuity.accounts.access import access
from continuity.accounts.http import SignedInRequest
from continuity.accounts.roles import Action
from continuity.dashboard import forms, queries
from continuity.insight.models import Screen
from continuity.insight.queries import screens as links
from continuity.insight.services import screens
from continuity.web.htmx import render_page
from continuity.web.paging import page_of


@access(Action.IMPORT)
def listing(request: SignedInRequest) -> HttpResponse:
    """The links that stand, and the form that makes one."""
    now = timezone.now()
    chosen = queries.scope(request.user, department=None, months=0, now=now)
    language = translation.get_language()
    form = forms.ScreenForm(
        request.POST or None,
        departments=chosen.departments,
        initial={"language": language},
    )
    if request.method == "POST" and form.is_valid():
        screens.make(
            name=form.cleaned_data["name"],
            team_pk=form.cleaned_data["team"],
            language=form.cleaned_data["language"],
            actor=request.user,
            now=now,
        )
        messages.success(request, _("The link is made. Open it on the screen."))
        return redirect("dashboard:screens")
    context = {
        "form": form,
        "page": page_of(request, links.standing(request.user)),
        "base_url": settings.BASE_URL,
    }
    return render(request, "dashboard/screens.html", context)


@require_POST
@access(Action.IMPORT, Screen)
def revoke(request: SignedInRequest, screen: Screen) -> HttpResponse:
    screens.revoke(screen.pk, actor=request.user, now=timezone.now())
    messages.success(request, _("The link opens nothing any more."))
    return redirect("dashboard:screens")


@require_safe
def wall(request: HttpRequest, token: str) -> HttpResponse:
    """What hangs on the wall; htmx asks again for its part by itself."""
    now = timezone.now()
    screen = links.opened_by(token)
    if screen is None:
        return render(request, "dashboard/wall_closed.html", status=410)
    screens.seen(screen.pk, now=now)
    zone = ZoneInfo(links.zone())
    with translation.override(screen.language), timezone.override(zone):
        chosen = queries.scope(screen.made_by, department=screen.team_id, months=0, now=now)
        context = {
            "screen": screen,
            "view": queries.overview(chosen, with_steps=False),
            "token": token,
        }
        answer = render_page(request, "dashboard/wall.html", context, part="board")
    answer["X-Robots-Tag"] = "noindex"
    answer["Referrer-Policy"] = "no-referrer"
    return answer
