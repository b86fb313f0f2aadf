import pickle

import pytest

from continuity.domain import errors
from continuity.domain.errors import ContinuityError, IllegalTransition, Refused

EVERY_ERROR = [
    kind
    for kind in vars(errors).values()
    if isinstance(kind, type) and issubclass(kind, ContinuityError)
]


def test_the_fields_are_kept_for_the_translated_sentence():
    error = IllegalTransition("A draft drill cannot end.", state="draft", event="end")

    assert str(error) == "A draft drill cannot end."
    assert error.fields == {"state": "draft", "event": "end"}


def test_an_error_without_words_has_no_fields():
    assert Refused().fields == {}


def test_an_app_gives_its_own_refusal_a_code():
    class SeatTaken(Refused):
        code = "seat_taken"

    assert (SeatTaken().code, Refused().code) == ("seat_taken", "refused")


def test_published_codes_never_change():
    assert {kind.__name__: kind.code for kind in EVERY_ERROR} == {
        "ContinuityError": "refused",
        "Refused": "refused",
        "IllegalTransition": "illegal_transition",
        "OutOfOrder": "out_of_order",
        "NotRunning": "not_running",
        "OutsideWindow": "undo_too_late",
        "InvalidRule": "invalid_rule",
        "InvalidScript": "invalid_script",
        "Conflict": "conflict",
        "NotAllowedNow": "not_allowed_now",
    }


@pytest.mark.parametrize("kind", EVERY_ERROR)
def test_an_error_survives_the_way_back_from_a_worker(kind):
    error = pickle.loads(pickle.dumps(kind("No.", tool="ChatGPT")))  # noqa: S301

    assert type(error) is kind
    assert (str(error), error.fields) == ("No.", {"tool": "ChatGPT"})
