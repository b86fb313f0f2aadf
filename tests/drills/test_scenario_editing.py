from datetime import timedelta

import pytest
from django.urls import reverse

from continuity.accounts.roles import TeamRole
from continuity.domain.errors import Conflict, InvalidScript, NotAllowedNow
from continuity.domain.scenario import ComponentState
from continuity.drills.models import Phase, Scenario
from continuity.drills.queries.scripts import freeze
from continuity.drills.services import scenarios
from continuity.drills.services.scenarios import Part, Step, UnknownComponent
from continuity.history.models import Entry
from tests.factories import (
    NOON,
    ComponentFactory,
    DrillFactory,
    InjectFactory,
    PhaseFactory,
    ScenarioFactory,
    TeamFactory,
    ToolFactory,
    auditor,
    manager,
    member,
)

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)
LATER = NOON + timedelta(days=1)


@pytest.fixture
def shipped():
    scenario = ScenarioFactory(
        title_en="Down",
        title_fr="En panne",
        happened_at=NOON - timedelta(days=300),
        source="https://status.example.test/",
        quality="official",
    )
    component = ComponentFactory(
        scenario=scenario, name="chat", tool=ToolFactory(name="Chat")
    )
    PhaseFactory(component=component, error_percent=35, delay=timedelta(seconds=30))
    ComponentFactory(scenario=scenario, name="status page", tool=None, chosen=False)
    return scenario


@pytest.fixture
def own(shipped):
    return scenarios.copy(shipped.pk, actor=manager(), now=NOON)


def change(scenario, **fields):
    given = {
        "version": scenario.version,
        "title_en": "Slow",
        "title_fr": "Lent",
        "story_en": "It is slow.",
        "story_fr": "C’est lent.",
        "length": 60 * MINUTE,
        "parts": [Part("tool", chosen=True)],
        "steps": [Step("tool", MINUTE, ComponentState.DEGRADED, 50)],
        "actor": scenario.made_by,
        "now": LATER,
    }
    return scenarios.change(scenario.pk, **(given | fields))


def test_a_copy_is_ones_own_and_claims_no_source(shipped, own):
    assert (own.version, own.happened_at, own.source, own.quality) == (1, None, "", "")
    assert (own.title_en, own.title_fr) == ("Down (copy)", "En panne (copie)")
    assert own.copied_from == shipped
    script = freeze(own, [])
    assert script["components"]["chat"][0]["name"] == "Chat"
    assert script["components"]["status page"] == []
    assert [(p["error_percent"], p["delay_seconds"]) for p in script["phases"]] == [
        (35, 30)
    ]
    assert Entry.objects.get(verb="scenario.copied").after["version"] == 1


def test_a_change_is_a_version_and_reaches_no_drill_that_is_planned(own):
    drill = DrillFactory(scenario=own, script=freeze(own, []))

    changed = change(own)

    drill.refresh_from_db()
    assert changed.version == 2
    assert (drill.script["version"], len(drill.script["components"])) == (1, 2)
    assert [p.error_percent for p in Phase.objects.filter(component__scenario=own)] == [50]
    entry = Entry.objects.get(verb="scenario.changed")
    assert (entry.before["version"], entry.after["version"]) == (1, 2)
    assert entry.before["phases"] == ["T+0 chat: down 35 % +30 s"]
    assert entry.after["phases"] == ["T+1 tool: degraded 50 %"]


def test_phases_are_put_in_the_order_of_their_times(own):
    change(
        own,
        steps=[
            Step("tool", 30 * MINUTE, ComponentState.RECOVERED),
            Step("tool", 0 * MINUTE, ComponentState.DOWN),
        ],
    )

    script = freeze(Scenario.objects.get(pk=own.pk), [])
    assert [phase["at_seconds"] for phase in script["phases"]] == [0, 1800]


def test_what_is_shipped_is_not_changed(shipped, own):
    with pytest.raises(NotAllowedNow):
        change(shipped, actor=own.made_by)

    assert Scenario.objects.get(pk=shipped.pk).title_en == "Down"


def test_two_who_change_one_version_are_told(own):
    change(own)

    with pytest.raises(Conflict):
        change(own, title_en="Other")

    assert Scenario.objects.get(pk=own.pk).title_en == "Slow"


@pytest.mark.parametrize(
    ("steps", "error"),
    [
        ([Step("tool", 61 * MINUTE, ComponentState.DOWN)], InvalidScript),
        ([Step("tool", MINUTE, ComponentState.DOWN)] * 2, InvalidScript),
        ([Step("tool", MINUTE, ComponentState.DOWN, 101)], InvalidScript),
        ([Step("nobody", MINUTE, ComponentState.DOWN)], UnknownComponent),
    ],
)
def test_a_scenario_that_contradicts_itself_changes_nothing(own, steps, error):
    with pytest.raises(error):
        change(own, steps=steps)

    assert Scenario.objects.get(pk=own.pk).version == 1


def form_of(scenario, phases, **fields):
    data = {
        "version": scenario.version,
        "title_en": "Slow",
        "title_fr": "Lent",
        "story_en": "It is slow.",
        "story_fr": "C’est lent.",
        "minutes": 60,
        "parts-TOTAL_FORMS": 1,
        "parts-INITIAL_FORMS": 0,
        "parts-0-name": "tool",
        "parts-0-stands_for": "*",
        "phases-TOTAL_FORMS": len(phases),
        "phases-INITIAL_FORMS": 0,
        "injects-TOTAL_FORMS": 0,
        "injects-INITIAL_FORMS": 0,
    }
    for number, (component, minutes) in enumerate(phases):
        data |= {
            f"phases-{number}-component": component,
            f"phases-{number}-minutes": minutes,
            f"phases-{number}-state": "degraded",
            f"phases-{number}-error_percent": 50,
        }
    return data | fields


PEOPLE = [
    (TeamRole.VIEWER, 403),
    (TeamRole.LEAD, 403),
    ("auditor", 403),
    ("manager", 302),
]


def someone(who):
    if isinstance(who, TeamRole):
        return member(TeamFactory(), who)
    return {"manager": manager, "auditor": auditor}[who]()


@pytest.mark.parametrize(("who", "status"), PEOPLE)
def test_who_may_copy_a_scenario(client, shipped, who, status):
    client.force_login(someone(who))

    response = client.post(reverse("drills:scenario_copy", args=[shipped.pk]))

    assert response.status_code == status
    assert Scenario.objects.count() == (2 if status == 302 else 1)


@pytest.mark.parametrize(("who", "status"), PEOPLE)
def test_who_may_change_a_copy(client, own, who, status):
    client.force_login(someone(who))

    response = client.post(
        reverse("drills:scenario_edit", args=[own.pk]), form_of(own, [("tool", 0)])
    )

    assert response.status_code == status
    assert Scenario.objects.get(pk=own.pk).version == (2 if status == 302 else 1)


def test_a_shipped_one_has_no_form(client, shipped):
    client.force_login(manager())

    assert client.get(reverse("drills:scenario_edit", args=[shipped.pk])).status_code == 403


@pytest.mark.parametrize(
    ("phases", "words"),
    [
        ([("tool", 61)], "This comes after the end."),
        ([("tool", 5), ("tool", 5)], "has another phase at the same minute"),
        ([("nobody", 5)], "No component is called so."),
        ([("", 5)], "Say which component, or remove the phase."),
    ],
)
def test_a_fault_is_told_beside_its_phase(client, own, phases, words):
    client.force_login(manager())

    page = client.post(reverse("drills:scenario_edit", args=[own.pk]), form_of(own, phases))

    assert page.status_code == 422
    assert words in page.content.decode()
    assert Scenario.objects.get(pk=own.pk).version == 1


def test_the_form_shows_the_scenario_and_its_buttons_keep_what_was_typed(client, own):
    client.force_login(manager())
    address = reverse("drills:scenario_edit", args=[own.pk])

    first = client.get(address).content.decode()
    more = client.post(
        address, form_of(own, [("tool", 7)], do="add-phase")
    ).content.decode()
    fewer = client.post(
        address, form_of(own, [("tool", 7)], do="drop-phase:0")
    ).content.decode()

    assert 'name="phases-0-error_percent" value="35"' in first
    assert 'name="phases-0-minutes" value="7"' in more
    assert 'name="phases-1-minutes"' in more
    assert "phases-0-minutes" not in fewer
    assert Scenario.objects.get(pk=own.pk).version == 1


def inject_of(number, when="time:", minutes=10, **fields):
    words = {
        "number": number,
        "when": when,
        "minutes": minutes,
        "channel": "phone",
        "sender_en": "A customer",
        "sender_fr": "Un client",
        "text_en": "Where is it?",
        "text_fr": "Où est-ce ?",
    }
    return words | fields


def with_injects(*rows):
    data = {"injects-TOTAL_FORMS": len(rows)}
    for place, row in enumerate(rows):
        data |= {f"injects-{place}-{name}": value for name, value in row.items()}
    return data


def test_a_copy_keeps_the_injects_and_they_are_its_own(shipped):
    InjectFactory(scenario=shipped, number=7)

    made = scenarios.copy(shipped.pk, actor=manager(), now=NOON)
    made.injects.update(text_en="Changed")

    assert [each.number for each in made.injects.all()] == [7]
    assert shipped.injects.get().text_en == "Is this known?"


def test_injects_are_saved_with_what_they_wait_for(client, own):
    client.force_login(manager())
    rows = with_injects(
        inject_of(1),
        inject_of(2, "decision:switch", 5, to_role="lead"),
        inject_of(3, "inject:", 0, after_inject=2),
    )

    answer = client.post(
        reverse("drills:scenario_edit", args=[own.pk]), form_of(own, [("tool", 0)], **rows)
    )

    assert answer.status_code == 302
    told = [
        (each.number, each.trigger, each.value, each.wait // MINUTE, each.to_role)
        for each in own.injects.all()
    ]
    assert told == [
        (1, "time", "", 10, ""),
        (2, "decision", "switch", 5, "lead"),
        (3, "inject", "2", 0, ""),
    ]
    assert len(Entry.objects.get(verb="scenario.changed").after["injects"]) == 3


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([inject_of(1), inject_of(1)], "Another inject has this number."),
        ([inject_of(1, minutes=61)], "This comes after the end of the scenario."),
        (
            [
                inject_of(1, "inject:", 0, after_inject=2),
                inject_of(2, "inject:", 0, after_inject=1),
            ],
            "These injects wait for each other",
        ),
        (
            [inject_of(1, "inject:", 0, after_inject=8)],
            "There is no inject with the number",
        ),
    ],
)
def test_a_fault_of_the_injects_is_told_and_nothing_is_saved(client, own, rows, words):
    client.force_login(manager())

    page = client.post(
        reverse("drills:scenario_edit", args=[own.pk]),
        form_of(own, [("tool", 0)], **with_injects(*rows)),
    )

    assert page.status_code == 422
    assert words in page.content.decode()
    assert not own.injects.exists()


def test_adding_an_inject_keeps_what_was_typed_and_takes_the_next_number(client, own):
    client.force_login(manager())

    page = client.post(
        reverse("drills:scenario_edit", args=[own.pk]),
        form_of(own, [("tool", 0)], do="add-inject", **with_injects(inject_of(4))),
    ).content.decode()

    assert 'name="injects-0-number" value="4"' in page
    assert 'name="injects-1-number" value="5"' in page


def test_only_who_plans_drills_reads_the_injects(client, own):
    InjectFactory(scenario=own, number=1)
    address = own.get_absolute_url()

    client.force_login(member(TeamFactory(), TeamRole.MEMBER))
    assert "Is this known?" not in client.get(address).content.decode()

    client.force_login(member(TeamFactory(), TeamRole.LEAD))
    assert "Is this known?" in client.get(address).content.decode()
