"""Every page there is, found by walking the routes, so a new one cannot be forgotten."""

from collections.abc import Iterator
from typing import Any

from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.urls.exceptions import NoReverseMatch
from django.utils import timezone

from continuity.accounts.models import User
from continuity.inventory.services import imports
from continuity.reports import services as reports
from continuity.sample import services as sample

LIST = (
    b"Team,Workflow,Tool,RTO\nClaims,Claims triage,ChatGPT,half an hour\n"
    b"Claims,Recourse letters,Copilot,45\nFinance,Invoice coding,Ledger Reader,60\n"
)


def organisation() -> User:
    """Make the sample organisation with an import half-way and a report made; return who
    administers it."""
    now = timezone.now()
    administrator, _password = sample.load(now=now)
    row = imports.start(LIST, "list.csv", actor=administrator, now=now)
    mapping = imports.checked(row).mapping
    imports.set_columns(row.pk, mapping, actor=administrator, now=now)
    reports.ask_for_missing(now=now)
    reports.render_due(now=now)
    return administrator


def routes(resolver: URLResolver, space: str = "") -> Iterator[tuple[str, Any]]:
    for entry in resolver.url_patterns:
        if isinstance(entry, URLPattern):
            yield f"{space}{entry.name}", entry.callback
        else:
            inner = f"{space}{entry.namespace}:" if entry.namespace else space
            yield from routes(entry, inner)


def pages(client: Client) -> list[str]:
    """Return the address of each whole page that `client` can open."""
    found = []
    for name, view in routes(get_resolver()):
        model = getattr(view, "model", None)
        first = model._default_manager.order_by("pk").first() if model else None
        try:
            address = reverse(name, args=[] if model is None else [first.pk])
        except (NoReverseMatch, AttributeError):
            continue  # takes more than one object, or there is none: never a page
        answer = client.get(address)
        if answer.streaming or answer.status_code != 200:
            continue
        if b"<!doctype html" in answer.content[:200].lower():
            found.append(address)
    return found
