"""Grab packs: the page, the file to save, and the worker that keeps pages on a device."""

import hashlib
from base64 import b64encode
from pathlib import Path
from typing import Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.safestring import SafeString
from django.utils.text import slugify
from django.views.decorators.http import require_safe

from continuity.accounts.access import access
from continuity.accounts.http import SignedInRequest
from continuity.accounts.models import Team
from continuity.accounts.roles import Action
from continuity.inventory.models import Workflow
from continuity.inventory.queries import packs, shares, sheets
from continuity.web.htmx import render_page
from continuity.web.paging import page_of
from continuity.web.tables.files import file_of, wants_file

STYLE: Final = Path(settings.BASE_DIR) / "static" / "css" / "pack.css"
WORKER: Final = Path(settings.BASE_DIR) / "static" / "js" / "worker.js"


@require_safe
@access(Action.SIGNED_IN)
def listing(request: SignedInRequest) -> HttpResponse:
    context = {
        "mine": page_of(request, packs.mine(request.user)),
        "teams": packs.teams(request.user)[:50],
        "may_add_teams": request.user.may(Action.ADMINISTER),
    }
    return render(request, "inventory/packs.html", context)


@require_safe
@access(Action.VIEW, Workflow)
def workflow(request: SignedInRequest, workflow: Workflow) -> HttpResponse:
    return _shown(request, packs.of_workflow(workflow, now=timezone.now()))


@require_safe
@access(Action.VIEW, Team)
def team(request: SignedInRequest, team: Team) -> HttpResponse:
    return _shown(request, packs.of_team(team, now=timezone.now()))


@require_safe
@access(Action.VIEW, Team)
def readiness(request: SignedInRequest, team: Team) -> HttpResponseBase:
    """How ready the team is: a page of its own, and a card in others."""
    if wants_file(request, "not-ready"):
        now = timezone.now()
        every = shares.of_team(team, request.user, most=None, now=now)
        return file_of(request, sheets.not_ready(lambda: every.worst), now=now)
    found = shares.of_team(team, request.user, now=timezone.now())
    context = {"found": found, "team": team}
    return render_page(request, "inventory/team_readiness.html", context, part="card")


@require_safe
def worker(request: HttpRequest) -> HttpResponse:
    """The script that keeps pages on a device. It holds nothing of anybody's, and its
    scope is the whole site; a changed script is taken up at the next visit."""
    return HttpResponse(
        WORKER.read_bytes(),
        content_type="text/javascript; charset=utf-8",
        headers={"Cache-Control": "no-cache", "Service-Worker-Allowed": "/"},
    )


def _shown(request: SignedInRequest, pack: packs.Pack) -> HttpResponse:
    """Answer with the page, or with `?save` as a file that asks for nothing more.

    The file carries its style, and a policy that allows this style and nothing else:
    wherever it is opened, it can ask no server for anything.
    """
    if "save" not in request.GET:
        return render(request, "inventory/pack.html", {"pack": pack})
    style = STYLE.read_text(encoding="utf-8")
    digest = b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'"
    html = render_to_string(
        "inventory/pack.html",
        {
            "pack": pack,
            # Our own file, not somebody's text: it is the same for every reader.
            "style": SafeString(f"<style>{style}</style>"),
            "policy": policy,
        },
        request,
    )
    day = timezone.localdate().isoformat()
    name = f"{slugify(pack.title)[:60] or 'pack'}-{day}.html"
    saved = content_disposition_header(as_attachment=True, filename=name)
    return HttpResponse(
        html,
        headers={
            "Content-Disposition": saved or "attachment",
            "Content-Security-Policy": policy,
        },
    )
