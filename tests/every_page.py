"""Every page there is, found by walking the routes, so a new one cannot be forgotten."""

from collections.abc import Iterable, Iterator
from contextlib import suppress
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


def addresses() -> list[str]:
    """Return the address of each route that takes one object at most, and has one."""
    found = []
    for name, view in routes(get_resolver()):
        model = getattr(view, "model", None)
        first = model._default_manager.order_by("pk").first() if model else None
        # Those that take more than one object, or have none, are never a page.
        with suppress(NoReverseMatch, AttributeError):
            found.append(reverse(name, args=[] if model is None else [first.pk]))
    return found


def opened(
    client: Client, some: Iterable[str] | None = None
) -> Iterator[tuple[str, bytes]]:
    """Yield address and content of each whole page that `client` can open; of `some`
    addresses where they are given."""
    for address in addresses() if some is None else some:
        answer = client.get(address)
        if answer.streaming or answer.status_code != 200:
            continue
        if b"<!doctype html" in answer.content[:200].lower():
            yield address, answer.content


def pages(client: Client, some: Iterable[str] | None = None) -> list[str]:
    return [address for address, _content in opened(client, some)]
