"""What webhooks and chats are told, and in which form."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.db.models import Q
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from continuity.accounts.models import Team
from continuity.notifications.models import Delivery, Endpoint, Kind, Style


@dataclass(frozen=True, slots=True)
class News:
    """One event in words. `url` is whole, or empty where there is no page of it."""

    subject: str
    text: str
    url: str
    exercise: bool


def tell(
    kind: Kind,
    *,
    write: Callable[[str], News],
    key: str,
    teams: Sequence[Team],
    now: datetime,
) -> None:
    """Owe an event to each endpoint that wants it, once for each `key`, in its language.

    An endpoint of some teams hears what concerns one of them or a team below one.
    """
    concerned = {team.pk for team in teams} | {
        team.parent_id for team in teams if team.parent_id is not None
    }
    # An OR over the join to the teams finds an endpoint once for each of its teams.
    wanting = (
        Endpoint.objects.open()
        .filter(Q(kinds=[]) | Q(kinds__contains=[kind]))
        .filter(Q(teams=None) | Q(teams__in=concerned))
        .distinct()
    )
    Delivery.objects.bulk_create(
        [delivery(endpoint, kind, write, key=key, now=now) for endpoint in wanting],
        ignore_conflicts=True,
    )


def delivery(
    endpoint: Endpoint,
    kind: Kind,
    write: Callable[[str], News],
    *,
    key: str,
    now: datetime,
) -> Delivery:
    """Return the row of one event for one endpoint, not saved."""
    with translation.override(endpoint.language), timezone.override(settings.TIME_ZONE):
        news = write(endpoint.language)
        return Delivery(
            endpoint=endpoint,
            kind=kind,
            subject=news.subject,
            body=json.dumps(_FORMS[Style(endpoint.style)](kind, news, now)),
            dedupe_key=key,
            made_at=now,
            due_at=now,
        )


def _webhook(kind: Kind, news: News, now: datetime) -> dict[str, Any]:
    """As Standard Webhooks has it: type, timestamp and data, and whether it is a drill."""
    return {
        "type": str(kind.value),
        "timestamp": now.astimezone(UTC).isoformat().replace("+00:00", "Z"),
        "exercise": news.exercise,
        "data": {"subject": news.subject, "text": news.text, "url": news.url or None},
    }


def _slack(_kind: Kind, news: News, _now: datetime) -> dict[str, Any]:
    text = f"*{_slack_text(news.subject)}*\n{_slack_text(news.text)}"
    if news.url:
        text += f"\n<{news.url}|{_slack_text(_('Open in Continuity'))}>"
    return {"text": text, "unfurl_links": False}


def _slack_text(text: str) -> str:
    """Escape what Slack would read as a link or as a call to everybody."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _teams(_kind: Kind, news: News, _now: datetime) -> dict[str, Any]:
    # Rich text blocks: plain ones would read what people wrote as Markdown.
    lines = [_block(news.subject, weight="Bolder")]
    lines += [_block(part) for part in news.text.split("\n\n")]
    card: dict[str, Any] = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "body": lines,
    }
    if news.url:
        title = _("Open in Continuity")
        card["actions"] = [{"type": "Action.OpenUrl", "title": title, "url": news.url}]
    attachment = {
        "contentType": "application/vnd.microsoft.card.adaptive",
        "contentUrl": None,
        "content": card,
    }
    return {"type": "message", "attachments": [attachment]}


def _block(text: str, weight: str = "Default") -> dict[str, Any]:
    run = {"type": "TextRun", "text": text, "weight": weight}
    return {"type": "RichTextBlock", "inlines": [run]}


_FORMS = {Style.WEBHOOK: _webhook, Style.SLACK: _slack, Style.TEAMS: _teams}
