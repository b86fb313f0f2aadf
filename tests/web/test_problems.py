"""What a refused rule says, and where it is answered."""

import json
from typing import ClassVar

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from django.urls import reverse
from django_htmx.middleware import HtmxMiddleware

from continuity.domain import errors, recurrence, states
from continuity.domain.clocks import Clock
from continuity.web.middleware import ProblemMiddleware, page_above
from continuity.web.problems import GENERAL, SENTENCES, WORDS, sentence
from tests.factories import UserFactory, manager

ENDED = "You cannot pause this now: it is ended. Reload the page to see where it stands."


def refused() -> errors.IllegalTransition:
    return errors.IllegalTransition(
        "A ended drill cannot pause.",
        state=states.DrillState.ENDED,
        event=states.DrillEvent.PAUSE,
    )


def answer(**headers: str) -> HttpResponse:
    request = RequestFactory().post("/drills/7/pause/", headers=headers)
    request.user = AnonymousUser()

    def view(request: HttpRequest) -> HttpResponse:
        response = ProblemMiddleware(lambda _: HttpResponse()).process_exception(
            request, refused()
        )
        assert response is not None
        return response

    return HtmxMiddleware(view)(request)


def test_the_sentence_is_filled_from_the_fields_of_the_error():
    assert sentence(refused()) == ENDED


def test_clocks_are_named_as_on_the_page():
    error = errors.OutOfOrder("x", earlier="occurred", later=Clock.MINIMUM.value)

    assert sentence(error) == (
        "These times are out of order: “Working again” cannot come before “Onset”. "
        "Check both."
    )


def test_a_reason_gives_the_closer_sentence_and_an_unknown_one_the_wider():
    near = errors.InvalidRule("x", reason=recurrence.Fault.NEVER)
    far = errors.InvalidRule("x", reason=recurrence.Fault.UNREADABLE, part="BYDAY")

    assert sentence(near) == "This never comes to pass. Choose other days or a later end."
    assert sentence(far) == str(SENTENCES["invalid_rule"])


def test_a_missing_field_or_an_unknown_code_gives_the_general_sentence():
    class Unheard(errors.ContinuityError):
        code: ClassVar[str] = "unheard_of"

    assert sentence(errors.IllegalTransition("x")) == str(GENERAL)
    assert sentence(Unheard("x")) == str(GENERAL)


def test_every_error_of_the_domain_has_a_sentence_of_its_own():
    def below(kind: type[errors.ContinuityError]) -> set[type[errors.ContinuityError]]:
        found = {
            each for each in kind.__subclasses__() if each.__module__ == errors.__name__
        }
        return found.union(*(below(each) for each in found))

    codes = {kind.code for kind in below(errors.ContinuityError)}

    assert codes - SENTENCES.keys() == set()


@pytest.mark.parametrize(
    ("family", "values"),
    [("state", states.DrillState), ("event", states.DrillEvent), ("clock", Clock)],
)
def test_every_word_a_sentence_may_need_is_known(family, values):
    assert {str(value) for value in values} - WORDS[family].keys() == set()


def test_a_page_is_answered_with_a_page_and_409():
    response = answer()

    assert response.status_code == 409
    assert ENDED in response.text
    assert "<!doctype html>" in response.text


def test_htmx_gets_a_fragment_aimed_at_the_problems():
    response = answer(hx_request="true")

    assert response.status_code == 409
    assert response["HX-Retarget"] == "#problems"
    assert response["HX-Reswap"] == "innerHTML"
    assert 'data-code="illegal_transition"' in response.text
    assert "<!doctype html>" not in response.text


def test_our_own_scripts_get_code_and_message_as_json():
    response = answer(accept="application/json")

    assert response.status_code == 409
    assert json.loads(response.content) == {"code": "illegal_transition", "message": ENDED}


def test_a_bug_stays_a_bug():
    middleware = ProblemMiddleware(lambda _: HttpResponse())

    assert middleware.process_exception(RequestFactory().get("/"), ValueError("x")) is None


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "This address takes what a button or a form sends"),
        ("fr", "Cette adresse reçoit ce qu’un bouton ou un formulaire envoie"),
    ],
)
def test_opening_what_only_a_button_sends_to_says_so_and_leads_back(
    client, language, words
):
    client.force_login(UserFactory(language=language))

    answer = client.get("/drills/proposals/7/plan/")

    assert (answer.status_code, answer["Allow"]) == (405, "POST")
    assert words in answer.text
    assert 'class="btn" href="/drills/proposals/"' in answer.text


@pytest.mark.django_db
def test_sending_to_what_can_only_be_opened_says_so_and_leads_to_it(client):
    client.force_login(manager())

    answer = client.post(reverse("drills:proposals"), {"plan": "7"})

    assert (answer.status_code, answer["Allow"]) == (405, "GET, HEAD")
    assert "Nothing can be sent to this address" in answer.text
    assert 'class="btn" href="/drills/proposals/"' in answer.text


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("headers", "begins"),
    [
        ({"HX-Request": "true"}, '<div class="problem" data-code="method_not_allowed">'),
        ({"Accept": "application/json"}, '{"code": "method_not_allowed"'),
    ],
)
def test_a_wrong_method_is_answered_in_the_form_that_was_asked_for(client, headers, begins):
    client.force_login(manager())

    answer = client.get("/drills/proposals/7/plan/", headers=headers)

    assert (answer.status_code, answer["Allow"]) == (405, "POST")
    assert begins in answer.text


@pytest.mark.parametrize(
    ("path", "above"),
    [
        ("/drills/7/approve/", "/drills/7/"),
        ("/drills/proposals/7/plan/", "/drills/proposals/"),
        ("/nowhere/at/all/", "/"),
        ("//nowhere.example/at/", "/"),
    ],
)
def test_the_page_above_is_the_nearest_that_there_is(path, above):
    assert page_above(path) == above
