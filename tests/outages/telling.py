"""What a scenario tells an outage, as its tick would."""

from datetime import timedelta

from continuity.outages.models import EntryKind
from continuity.outages.services.journal import append
from tests.factories import NOON


def tell(recovery, state, at=timedelta(), **fields):
    """Tell that the tool of `recovery` is in another state from `at` after noon on."""
    append(
        recovery.outage,
        EntryKind.PHASE,
        at=NOON + at,
        now=NOON + at,
        actor=None,
        data={
            "component": "tool",
            "tools": [recovery.tool.name],
            "tool_pks": [recovery.tool_id],
            "state": state,
            **fields,
        },
    )


def send(outage, text, *people):
    """Deliver an inject to `people`, to everybody where none are named."""
    append(
        outage,
        EntryKind.INJECT,
        at=NOON,
        now=NOON,
        actor=None,
        data={
            "number": 1,
            "sender_en": "A customer",
            "sender_fr": "Un client",
            "channel": "phone",
            "text_en": text,
            "text_fr": text,
            "to_all": not people,
            "to": [person.pk for person in people],
        },
    )
