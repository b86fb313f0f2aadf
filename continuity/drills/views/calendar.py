"""Drills as a calendar, and for calendar programs."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from continuity.accounts.access import access
from continuity.accounts.http import SignedInRequest
from continuity.accounts.roles import Action
from continuity.drills.forms.lists import CalendarForm, LinkForm
from continuity.drills.models import CalendarLink
from continuity.drills.queries import calendar as calendars
from continuity.drills.queries import pages
from continuity.drills.queries.feed import feed
from continuity.drills.services import calendar as calendar_links
from continuity.web.paging import page_of

SHOWN_ONCE = "calendar-link"
"""Where the session keeps a secret from the answer that made it to the page shown next."""


@require_safe
@access(Action.VIEW)
def calendar(request: SignedInRequest) -> HttpResponse:
    """A month of drills, in the reader's zone: a grid, and a list of days for phones."""
    form = CalendarForm(request.GET, user=request.user)
    team = form.cleaned_data["team"] if form.is_valid() else None
    found = calendars.month(
        request.user, request.GET.get("month", ""), team=team, now=timezone.now()
    )
    context = {
        "form": form,
        "month": found,
        "team": team,
        "zone": timezone.get_current_timezone_name(),
        "as_list": request.GET.get("view") == "list",
        "may_plan": pages.may_plan(request.user),
    }
    return render(request, "drills/calendar.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@access(Action.SIGNED_IN)
def calendar_links_of(request: SignedInRequest) -> HttpResponse:
    """The person's own links for calendar programs; a new one is shown once."""
    form = LinkForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        token = calendar_links.make_link(
            form.cleaned_data["team"], actor=request.user, now=timezone.now()
        )
        request.session[SHOWN_ONCE] = calendars.address_of(token)
        return redirect("drills:calendar_links")
    context = {
        "form": form,
        "page": page_of(request, calendars.links(request.user)),
        "link": request.session.pop(SHOWN_ONCE, "") if request.method == "GET" else "",
    }
    status = 422 if form.is_bound else 200
    response = render(request, "drills/calendar_links.html", context, status=status)
    response["Cache-Control"] = "no-store"
    return response


@require_POST
@access(Action.SIGNED_IN, CalendarLink)
def calendar_link_revoke(request: SignedInRequest, link: CalendarLink) -> HttpResponse:
    calendar_links.revoke(link.pk, actor=request.user, now=timezone.now())
    messages.success(request, _("The link is taken back. Its address is dead."))
    return redirect("drills:calendar_links")


@require_safe
def calendar_feed(request: HttpRequest, token: str) -> HttpResponse:
    """What a calendar program reads: the secret in the address is all it has."""
    link = calendars.link_of(calendar_links.hashed(token))
    if link is None:
        raise Http404
    response = HttpResponse(
        feed(link, now=timezone.now()), content_type="text/calendar; charset=utf-8"
    )
    response["Content-Disposition"] = 'inline; filename="continuity-drills.ics"'
    response["Cache-Control"] = "private, max-age=300"
    response["Referrer-Policy"] = "no-referrer"
    return response
