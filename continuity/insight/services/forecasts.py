"""A forecast is a row first; a worker computes it and says how far it is."""

import json
import logging
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, Final

from django.db import transaction
from django.db.models import Q

from continuity.accounts.models import User
from continuity.domain.errors import NotAllowedNow
from continuity.history.services import record
from continuity.insight.models import Forecast, ForecastState
from continuity.insight.queries import year

logger = logging.getLogger(__name__)

LEASE: Final = timedelta(minutes=3)
"""How long a forecast belongs to who computes it; more than a task may live."""
ATTEMPTS: Final = 3
STEP_PERCENT: Final = 5
"""Progress is written this seldom: a row that is written all the time helps nobody."""


class CalledOff(Exception):
    """Somebody cancelled the forecast, or another worker took it: stop computing."""


@transaction.atomic
def ask(*, seed: int, years: int, actor: User, now: datetime) -> Forecast:
    """Return the row of a forecast that will be computed.

    A press twice gives one: the same seed and years that still wait are returned instead.
    """
    waiting = (
        Forecast.objects.filter(seed=seed, years=years)
        .filter(Q(state=ForecastState.WAITING) | Q(state=ForecastState.RUNNING))
        .first()
    )
    if waiting is not None:
        return waiting
    forecast = Forecast.objects.create(seed=seed, years=years, asked_by=actor, asked_at=now)
    record(
        "forecast.asked",
        forecast,
        actor=actor,
        now=now,
        after={"seed": seed, "years": years},
    )
    return forecast


@transaction.atomic
def cancel(forecast_pk: int, *, actor: User, now: datetime) -> None:
    """Call a forecast off. Raises NotAllowedNow unless it waits or is being computed."""
    forecast = Forecast.objects.select_for_update().get(pk=forecast_pk)
    if not forecast.is_open:
        raise NotAllowedNow("Only a forecast that is not finished can be cancelled.")
    forecast.state = ForecastState.CANCELLED
    forecast.leased_until = None
    forecast.save(update_fields=["state", "leased_until"])
    record("forecast.cancelled", forecast, actor=actor, now=now)


def compute_due(*, now: datetime) -> bool:
    """Compute one forecast that waits; False if there is none to take.

    The claim is a lease and is committed first, as is each step of the progress: a worker
    that dies leaves a row that the next one takes up, and three that die end it.
    """
    forecast = _claimed(now)
    if forecast is None:
        return False
    written = 0

    def step(done: float) -> None:
        nonlocal written
        percent = min(99, int(done * 100))
        if percent < written + STEP_PERCENT and percent:
            return
        written = percent
        _tell(forecast, percent)

    try:
        result = year.result(
            seed=forecast.seed,
            years=forecast.years,
            now=forecast.as_of or now,
            step=step,
        )
    except CalledOff:
        return True
    _done(forecast, result, now=now)
    return True


def _tell(forecast: Forecast, percent: int) -> None:
    """Write how far it is. Raises CalledOff if it is not this worker's any more."""
    if not _mine(forecast).update(progress=percent):
        raise CalledOff


def _mine(forecast: Forecast) -> Any:
    return Forecast.objects.filter(
        pk=forecast.pk, state=ForecastState.RUNNING, attempts=forecast.attempts
    )


@transaction.atomic(durable=True)
def _claimed(now: datetime) -> Forecast | None:
    forecast = (
        Forecast.objects.to_compute(now)
        .select_for_update(skip_locked=True, of=("self",))
        .order_by("asked_at", "pk")
        .first()
    )
    if forecast is None:
        return None
    if forecast.attempts >= ATTEMPTS:
        logger.warning("forecast %s given up after %s attempts", forecast.pk, ATTEMPTS)
        forecast.state = ForecastState.FAILED
        forecast.leased_until = None
        forecast.save(update_fields=["state", "leased_until"])
        record("forecast.failed", forecast, actor=None, now=now)
        return None
    forecast.state = ForecastState.RUNNING
    forecast.leased_until = now + LEASE
    forecast.attempts += 1
    forecast.progress = 0
    forecast.as_of = now
    forecast.save(update_fields=["state", "leased_until", "attempts", "progress", "as_of"])
    return forecast


@transaction.atomic(durable=True)
def _done(forecast: Forecast, result: dict[str, Any], *, now: datetime) -> None:
    # Only who still holds the lease writes; what was cancelled meanwhile stays so.
    written = _mine(forecast).update(
        state=ForecastState.DONE,
        leased_until=None,
        progress=100,
        finished_at=now,
        result=result,
        result_sha256=digest(result),
    )
    if written:
        record("forecast.made", forecast, actor=None, now=now)


def digest(result: dict[str, Any]) -> str:
    """Return the SHA-256 of a result: its JSON with sorted keys and no spaces."""
    text = json.dumps(result, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return sha256(text.encode()).hexdigest()
