"""The impact analysis of a workflow: ratings, targets, hours, what may be lost."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from continuity.accounts.roles import TeamRole
from continuity.domain.errors import Conflict
from continuity.domain.impact import POINTS, TargetsContradict
from continuity.history.models import Entry
from continuity.history.queries import VALUES, subject_history
from continuity.inventory.models import (
    Impact,
    ImpactCategory,
    ImpactLevel,
    RecoveryPoint,
    Tier,
    Workflow,
)
from continuity.inventory.models.impact import CATEGORY_NAMES, LEVEL_NAMES
from continuity.inventory.queries import harm, similar
from continuity.inventory.queries import impact as queries
from continuity.inventory.queries import scales as rating
from continuity.inventory.services import impact as services
from continuity.inventory.services import workflows
from tests.factories import (
    NOON,
    ImpactFactory,
    OrganisationFactory,
    TeamFactory,
    UserFactory,
    WorkflowFactory,
    administrator,
    auditor,
    manager,
    member,
)

pytestmark = pytest.mark.django_db

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
WHO = ("stranger", "viewer", "member", "lead", "auditor", "manager", "administrator")


@pytest.fixture(autouse=True)
def scales():
    OrganisationFactory(zone="Europe/Paris")
    services.load_scales(NOON)


@pytest.fixture
def workflow():
    return WorkflowFactory(
        name="Triage", rto=30 * MINUTE, mtpd=4 * HOUR, tier=Tier.CRITICAL
    )


@pytest.fixture
def actor(client, workflow):
    person = member(workflow.team, TeamRole.MEMBER)
    client.force_login(person)
    return person


def category(key: str) -> int:
    return ImpactCategory.objects.get(key=key).pk


def level(key: str) -> int:
    return ImpactLevel.objects.get(key=key).pk


def rate(workflow, actor, *, now=NOON, **said):
    """rate(…, customers={"major": 240}): minutes by level, by category."""
    ratings = {
        (category(key), minutes * MINUTE): services.Rated(level(name))
        for key, begins in said.items()
        for name, minutes in begins.items()
    }
    return services.rate(workflow.pk, ratings=ratings, actor=actor, now=now)


def post(client, route, workflow, **data):
    return client.post(reverse(f"inventory:{route}", args=[workflow.pk]), data)


def answer(key: str, minutes: int, name: str) -> dict[str, str]:
    return {f"level-{category(key)}-{minutes}": str(level(name))}


def page(client, workflow, **query) -> str:
    address = reverse("inventory:impact", args=[workflow.pk])
    return client.get(address, query).content.decode()


def plain(html: str) -> str:
    return html.replace("\u00a0", " ")


# Ratings


def test_ratings_are_saved_changed_and_taken_away(client, workflow, actor):
    post(
        client,
        "impact_rate",
        workflow,
        **answer("customers", 15, "minor"),
        **answer("customers", 240, "major"),
        **answer("legal", 1440, "moderate"),
    )
    kept = Impact.objects.get(after=240 * MINUTE).pk
    response = post(
        client,
        "impact_rate",
        workflow,
        **answer("customers", 240, "severe"),
        **answer("legal", 1440, "moderate"),
    )

    assert response["Location"] == f"/workflows/{workflow.pk}/impact/"
    assert set(Impact.objects.values_list("category__key", "after", "level__key")) == {
        ("customers", 4 * HOUR, "severe"),
        ("legal", 24 * HOUR, "moderate"),
    }
    assert Impact.objects.get(after=240 * MINUTE).pk == kept
    first, second = Entry.objects.order_by("pk")
    assert first.after == {
        "impact": {
            "customers": [{"15 min": "minor"}, {"4 h": "major"}],
            "legal": [{"24 h": "moderate"}],
        }
    }
    assert (second.before, second.after) == (
        {"impact": {"customers": [{"15 min": "minor"}, {"4 h": "major"}]}},
        {"impact": {"customers": [{"4 h": "severe"}]}},
    )


def test_saving_what_is_there_writes_nothing(client, workflow, actor):
    data = answer("customers", 240, "major")
    post(client, "impact_rate", workflow, **data)
    post(client, "impact_rate", workflow, **data)

    assert Entry.objects.count() == 1


def test_an_amount_keeps_its_unit_and_takes_the_currency_without_one(
    client, workflow, actor
):
    revenue = category("revenue")
    data = {
        **answer("revenue", 60, "minor"),
        f"amount-{revenue}-60": "1,500",
        **answer("revenue", 240, "major"),
        f"amount-{revenue}-240": "12.50 contracts",
    }
    post(client, "impact_rate", workflow, **data)

    assert list(Impact.objects.order_by("after").values_list("amount", "unit")) == [
        (Decimal("1500.00"), "EUR"),
        (Decimal("12.50"), "contracts"),
    ]
    shown = plain(page(client, workflow))
    assert "1,500 EUR" in shown
    assert "12.50 contracts" in shown


def test_an_amount_without_a_level_is_refused_beside_it(client, workflow, actor):
    revenue = category("revenue")
    response = post(client, "impact_rate", workflow, **{f"amount-{revenue}-240": "100"})

    assert response.status_code == 422
    shown = plain(response.content.decode())
    assert "Choose the level after 4 h too, or remove the amount." in shown
    assert f'id="id_amount-{revenue}-240_error"' in shown
    assert not Impact.objects.exists()


def test_a_level_that_is_gone_is_refused(workflow, actor):
    ratings = {(category("legal"), HOUR): services.Rated(10_000)}

    with pytest.raises(Conflict):
        services.rate(workflow.pk, ratings=ratings, actor=actor, now=NOON)

    assert not Impact.objects.exists()


def test_an_archived_category_keeps_its_ratings_and_counts_no_more(client, workflow, actor):
    rate(workflow, actor, legal={"severe": 60}, customers={"minor": 60})
    ImpactCategory.objects.filter(key="legal").update(archived_at=NOON)

    assert harm.computed(workflow, wrt=None) == harm.Computed(None, None)
    post(client, "impact_rate", workflow, **answer("customers", 60, "moderate"))
    assert Impact.objects.filter(category__key="legal").count() == 1


def test_a_rating_at_another_point_has_a_column_of_its_own(client, workflow, actor):
    rate(workflow, actor, customers={"minor": 15, "major": 120})

    shown = page(client, workflow)
    form = client.get(reverse("inventory:impact_rate", args=[workflow.pk]))

    assert shown.count('<th scope="col">2\u00a0h</th>') == 1
    assert len(form.context["form"].point_labels()) == 9


def test_the_history_reads_ratings_in_words(workflow):
    boss = manager()
    rate(workflow, boss, customers={"minor": 30, "major": 240})

    [line] = subject_history("inventory.workflow", workflow.pk, user=boss).lines

    assert line.did == "Impact rated"
    assert [(one.field, one.before, one.after) for one in line.changes] == [
        ("Impact", "", "Customers: 30 min Minor, 4 h Major")
    ]


def test_the_words_of_the_history_are_those_of_the_scales():
    said = {key: str(name) for key, name in VALUES["impact"].items()}

    assert said == {
        key: str(name) for key, name in {**CATEGORY_NAMES, **LEVEL_NAMES}.items()
    }


# Defaults, and the curve while typing


@pytest.mark.parametrize(
    ("tier", "longest"),
    [
        (Tier.CRITICAL, 4 * HOUR),
        (Tier.IMPORTANT, 8 * HOUR),
        (Tier.NORMAL, 72 * HOUR),
        (Tier.LOW, 168 * HOUR),
    ],
)
def test_the_defaults_of_a_tier_are_those_of_the_printed_table(tier, longest):
    found = rating.defaults(tier, rating.scales())
    levels = {row.pk: row for row in ImpactLevel.objects.all()}
    first = min(after for (_, after), pk in found.items() if not levels[pk].tolerable)
    [row] = [row for row in rating.default_table() if row.label == tier.label]

    assert first == longest
    assert row.begins[2] == rating.point_label(longest)
    assert {after for _, after in found} <= set(POINTS)


def test_the_defaults_of_the_most_critical_work():
    found = rating.defaults(Tier.CRITICAL, rating.scales())
    names = {row.pk: row.key for row in ImpactLevel.objects.all()}
    customers = {
        after: names[pk]
        for (one, after), pk in found.items()
        if one == category("customers")
    }
    legal = {
        after: names[pk] for (one, after), pk in found.items() if one == category("legal")
    }

    assert customers == {
        15 * MINUTE: "minor",
        HOUR: "moderate",
        4 * HOUR: "major",
        8 * HOUR: "severe",
    }
    assert legal == {
        15 * MINUTE: "none",
        HOUR: "minor",
        8 * HOUR: "moderate",
        24 * HOUR: "major",
        72 * HOUR: "severe",
    }


def test_the_defaults_fill_the_form_and_save_nothing(client, workflow, actor):
    response = post(client, "impact_rate", workflow, do="defaults")

    assert response.status_code == 200
    assert not Impact.objects.exists()
    shown = plain(response.content.decode())
    assert "Not saved yet" in shown
    assert "Longest tolerable stop (MTPD): <b>4 h</b>." in shown
    begun = response.context["form"][f"level-{category('customers')}-240"].value()
    assert begun == level("major")


def test_of_a_category_of_the_organisation_s_own_nothing_is_guessed():
    ImpactCategory.objects.filter(key="legal").update(key="", name="Safety")

    found = rating.defaults(Tier.CRITICAL, rating.scales())

    assert len({one for one, _ in found}) == 5


def test_the_curve_is_drawn_from_what_is_chosen_and_nothing_is_saved(
    client, workflow, actor
):
    data = {**answer("customers", 480, "major"), "do": "curve"}
    address = reverse("inventory:impact_rate", args=[workflow.pk])

    whole = client.post(address, data)
    part = client.post(address, data, headers={"HX-Request": "true"})

    for response in (whole, part):
        assert response.status_code == 200
        assert "(MTPD): <b>8 h</b>." in plain(response.content.decode())
        assert "</svg>" in response.content.decode()
    assert "<!doctype" in whole.content.decode()
    assert "<!doctype" not in part.content.decode()
    assert not Impact.objects.exists()
    assert not Entry.objects.exists()


# What follows, and the targets


def test_the_ratings_give_the_first_point_that_is_not_tolerable(workflow, actor):
    rate(
        workflow,
        actor,
        customers={"minor": 15, "severe": 1440},
        legal={"moderate": 60, "major": 480},
    )

    assert harm.computed(workflow, wrt=None) == harm.Computed(8 * HOUR, 8 * HOUR)
    assert harm.computed(workflow, wrt=90 * MINUTE).rto == 390 * MINUTE
    assert harm.computed(workflow, wrt=8 * HOUR).rto is None


def test_the_targets_of_the_ratings_are_used_with_one_button(client, workflow, actor):
    rate(workflow, actor, customers={"major": 480})
    Workflow.objects.update(wrt=HOUR, targets_reason="Because")

    shown = plain(page(client, workflow))
    response = post(client, "impact_use", workflow, mtpd=8 * 3600, rto=7 * 3600)

    assert "Use these: MTPD 8 h, RTO 7 h" in shown
    assert response.status_code == 302
    workflow.refresh_from_db()
    assert (workflow.mtpd, workflow.rto) == (8 * HOUR, 7 * HOUR)
    assert (workflow.targets_by, workflow.targets_reason) == (actor, "")
    assert "Use these" not in page(client, workflow)


@pytest.mark.parametrize("data", [{"mtpd": 14_400, "rto": 14_400}, {}, {"mtpd": "x"}])
def test_ratings_that_changed_in_the_meantime_are_not_used(client, workflow, actor, data):
    rate(workflow, actor, customers={"major": 480})

    response = post(client, "impact_use", workflow, **data)

    assert response.status_code == 409
    workflow.refresh_from_db()
    assert (workflow.mtpd, workflow.targets_at) == (4 * HOUR, None)


def test_a_target_other_than_the_computed_one_needs_a_reason(client, workflow, actor):
    rate(workflow, actor, customers={"major": 480})
    data = {"mtpd": "6 h", "rto": "30 min", "wrt": ""}

    without = post(client, "impact_targets", workflow, **data)
    given = post(client, "impact_targets", workflow, **data, reason="A regulator calls.")

    assert without.status_code == 422
    assert without.context["form"].errors == {
        "reason": ["Say why: this is not what the ratings give."]
    }
    assert given.status_code == 302
    workflow.refresh_from_db()
    assert (workflow.mtpd, workflow.targets_reason) == (6 * HOUR, "A regulator calls.")
    assert workflow.targets_by == actor
    entry = Entry.objects.latest("pk")
    assert entry.verb == "workflow.targets_set"
    assert (entry.before["mtpd"], entry.after["mtpd"]) == (14_400, 21_600)
    shown = page(client, workflow)
    assert "A regulator calls." in shown
    assert f"Set by {actor}" in shown


@pytest.mark.parametrize(
    ("rated", "data"),
    [
        ({}, {"mtpd": "6 h", "rto": "1 h"}),
        ({"customers": {"major": 480}}, {"mtpd": "8 h", "rto": "30 min"}),
        ({"customers": {"major": 480}}, {"mtpd": "8 h", "rto": "7 h", "wrt": "1 h"}),
        ({"customers": {"major": 480}}, {"mtpd": "4 h", "rto": "30 min", "wrt": "1 h"}),
    ],
)
def test_the_computed_target_and_one_that_stays_need_no_reason(
    client, workflow, actor, rated, data
):
    rate(workflow, actor, **rated)

    assert post(client, "impact_targets", workflow, **data).status_code == 302


@pytest.mark.parametrize(
    ("data", "field", "sentence"),
    [
        (
            {"mtpd": "4 h", "rto": "5 h"},
            "rto",
            "The RTO must not be longer than the MTPD (4 h): shorten the RTO to 4 h at "
            "most.",
        ),
        (
            {"mtpd": "4 h", "rto": "3 h", "wrt": "2 h"},
            "rto",
            "RTO and WRT together must not be longer than the MTPD (4 h): with a WRT of "
            "2 h, shorten the RTO to 2 h at most.",
        ),
        (
            {"mtpd": "4 h", "rto": "3 h", "wrt": "4 h"},
            "wrt",
            "The WRT leaves no time for the RTO before the MTPD (4 h): shorten the WRT "
            "to 1 h at most.",
        ),
        ({"mtpd": "0", "rto": ""}, "mtpd", "The MTPD must be longer than zero."),
        ({"mtpd": "4 h", "rto": "0"}, "rto", "The RTO must be longer than zero."),
    ],
)
def test_targets_that_contradict_each_other_name_the_number_to_change(
    client, workflow, actor, data, field, sentence
):
    response = post(client, "impact_targets", workflow, **data)

    assert response.status_code == 422
    [said] = response.context["form"].errors[field]
    assert plain(said) == sentence
    workflow.refresh_from_db()
    assert (workflow.rto, workflow.wrt) == (30 * MINUTE, None)


def test_the_service_holds_the_same_rules_without_the_form(workflow, actor):
    rate(workflow, actor, customers={"major": 480})
    call = {"reason": " ", "actor": actor, "now": NOON}

    with pytest.raises(services.ReasonNeeded):
        services.set_targets(workflow.pk, rto=30 * MINUTE, wrt=None, mtpd=6 * HOUR, **call)
    with pytest.raises(TargetsContradict):
        services.set_targets(workflow.pk, rto=9 * HOUR, wrt=None, mtpd=8 * HOUR, **call)

    workflow.refresh_from_db()
    assert workflow.mtpd == 4 * HOUR


def test_the_database_refuses_targets_that_cannot_all_be_kept(workflow):
    with (
        pytest.raises(IntegrityError, match="workflow_rto_and_wrt_within_mtpd"),
        transaction.atomic(),
    ):
        Workflow.objects.update(wrt=210 * MINUTE + timedelta(seconds=1))

    Workflow.objects.update(wrt=210 * MINUTE)


def test_who_adds_a_workflow_with_targets_is_their_author(client, actor, workflow):
    post_to = reverse("inventory:workflow_new")
    data = {"name": "A", "team": workflow.team_id, "tier": 1}
    client.post(post_to, {**data, "rto": "1 h"})
    client.post(post_to, {**data, "name": "B"})

    authors = dict(Workflow.objects.values_list("name", "targets_by"))
    assert (authors["A"], authors["B"]) == (actor.pk, None)


def test_a_target_changed_elsewhere_loses_the_old_reason(workflow, actor):
    Workflow.objects.update(targets_reason="Because", targets_by=None)

    workflows.change(workflow.pk, fields={"rto": HOUR}, actor=actor, now=NOON)

    workflow.refresh_from_db()
    assert (workflow.targets_by, workflow.targets_reason) == (actor, "")


def test_targets_are_changed_on_their_own_page_alone(client, workflow, actor):
    edit = client.get(reverse("inventory:workflow_edit", args=[workflow.pk]))

    assert {"rto", "mtpd"} & set(edit.context["form"].fields) == set()
    assert reverse("inventory:impact_targets", args=[workflow.pk]) in edit.content.decode()


def test_the_tab_warns_of_targets_that_the_ratings_do_not_allow(client, workflow, actor):
    rate(workflow, actor, customers={"major": 15})

    shown = page(client, workflow)
    assert "The MTPD in force is longer than the ratings say is tolerable." in shown
    assert "The RTO in force is longer than the ratings allow." in shown

    Workflow.objects.update(wrt=HOUR)
    assert "The WRT uses up the whole MTPD of the ratings" in page(client, workflow)


# Hours, cost and one outage

MONDAY = datetime(2026, 3, 2, tzinfo=UTC)


def test_hours_are_read_back_and_counted(client, workflow, actor):
    post(
        client,
        "impact_operation",
        workflow,
        hours="Monday to Friday, 8 to 18",
        peak_hours="Mon 9-11",
        zone="Europe/Berlin",
        cost_per_hour="1 200,50",
    )

    workflow.refresh_from_db()
    assert (workflow.hours, workflow.zone) == ("Monday to Friday, 8 to 18", "Europe/Berlin")
    assert workflow.cost_per_hour == Decimal("1200.50")
    shown = plain(page(client, workflow))
    assert "Mon-Fri 08:00-18:00" in shown
    assert "50 h a week" in shown
    assert "1,200.50 EUR" in shown


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("Mon-Fri", "“Mon-Fri” has no hours. Write them after the days"),
        ("8-18", "“8-18” has no day. Write the days before it"),
        ("Mon 25-26", "“25” is not a time of day."),
        ("Mon 8-8", "“8-8” begins and ends at the same time. For day and night"),
        ("whenever", "“whenever” cannot be understood. Write days and then hours"),
    ],
)
def test_hours_that_cannot_be_read_say_what_is_wrong(
    client, workflow, actor, text, sentence
):
    for route in ("impact_operation", "workflow_edit"):
        data = {"name": "Triage", "team": workflow.team_id, "tier": 1, "hours": text}
        response = post(client, route, workflow, **data)

        assert response.status_code == 422
        assert sentence in response.context["form"].errors["hours"][0]
    workflow.refresh_from_db()
    assert workflow.hours == ""


def test_free_text_of_before_stays_and_counts_as_unknown(client, workflow, actor):
    Workflow.objects.update(hours="office hours", cost_per_hour=100)

    form = client.get(reverse("inventory:impact_operation", args=[workflow.pk]))
    saved = post(
        client, "impact_operation", workflow, hours="office hours", cost_per_hour="200"
    )
    shown = page(client, workflow, since="2026-03-02T10:00", until="2026-03-02T12:00")

    assert "The text stays as it is; the hours count as unknown." in form.content.decode()
    assert saved.status_code == 302
    workflow.refresh_from_db()
    assert (workflow.hours, workflow.cost_per_hour) == ("office hours", 200)
    assert "This text cannot be read as hours, so the hours count as unknown." in shown
    assert "Nobody stated hours that can be read" in shown
    assert Entry.objects.latest("pk").after == {"cost_per_hour": "200.00"}


def test_hours_are_checked_before_they_are_saved(client, workflow, actor):
    response = post(client, "impact_operation", workflow, hours="sam 9-12", do="check")

    assert response.status_code == 200
    assert "read as <b>Sat 09:00-12:00</b>" in response.content.decode()
    workflow.refresh_from_db()
    assert workflow.hours == ""


def cost(workflow, since, until):
    found = queries.page(workflow, user=manager(), now=NOON, asked=(since, until)).outage
    return found.worked, found.at_peak, found.level and str(found.level), found.cost


def test_an_outage_costs_what_was_worked(workflow, actor):
    """Paris is an hour ahead: 08:00 to 13:00 there is 07:00 to 12:00 UTC."""
    Workflow.objects.update(
        hours="Mon-Fri 09:00-18:00", peak_hours="Mon 09:00-10:30", cost_per_hour=300
    )
    rate(workflow, actor, customers={"minor": 15, "major": 240})

    seen = cost(workflow, MONDAY + 7 * HOUR, MONDAY + 12 * HOUR)

    assert seen == (4 * HOUR, 90 * MINUTE, "Major", "1,200\u00a0EUR")


def test_an_outage_at_three_in_the_morning_costs_a_day_shift_nothing(
    client, workflow, actor
):
    Workflow.objects.update(hours="Mon-Fri 09:00-18:00", cost_per_hour=300)
    rate(workflow, actor, customers={"severe": 15})

    seen = cost(workflow, MONDAY + 2 * HOUR, MONDAY + 3 * HOUR)
    shown = page(client, workflow, since="2026-03-02T03:00", until="2026-03-02T04:00")

    assert seen == (timedelta(), None, None, "0\u00a0EUR")
    assert "None: nobody would have been working" in shown


def test_what_nobody_stated_stays_unknown(workflow):
    assert cost(workflow, MONDAY, MONDAY + HOUR) == (None, None, None, "")


def test_a_zone_that_is_not_known_makes_the_hours_unknown(workflow):
    Workflow.objects.update(hours="24/7", zone="Europe/Atlantis")

    assert cost(workflow, MONDAY, MONDAY + HOUR)[0] is None


@pytest.mark.parametrize(
    ("since", "until", "sentence"),
    [
        ("2026-03-02T12:00", "2026-03-02T12:00", "The outage must end after it begins."),
        ("2026-01-02T12:00", "2026-08-02T12:00", "Choose at most three months."),
        ("yesterday", "2026-08-02T12:00", "Enter a valid date/time."),
    ],
)
def test_an_outage_that_makes_no_sense_is_said_so(
    client, workflow, actor, since, until, sentence
):
    shown = page(client, workflow, since=since, until=until)

    assert sentence in shown
    assert "Of that, worked" not in shown


# What may be lost


def test_what_may_be_lost_is_kept_by_material(client, workflow, actor):
    post(
        client,
        "impact_points",
        workflow,
        conversations_rpo="4 h",
        files_copy="Archive",
        prompts_rpo="0",
    )
    kept = {row.material: (row.rpo, row.copy) for row in RecoveryPoint.objects.all()}
    assert kept == {
        "conversations": (4 * HOUR, ""),
        "files": (None, "Archive"),
        "prompts": (timedelta(), ""),
    }
    shown = plain(page(client, workflow))
    assert "up to 4 h of work" in shown
    assert "Copy: Archive" in shown

    post(client, "impact_points", workflow, files_copy="Archive")
    assert RecoveryPoint.objects.get().material == "files"
    entry = Entry.objects.latest("pk")
    assert entry.before == {"conversations_rpo": 14_400, "prompts_rpo": 0}
    assert entry.after == {"conversations_rpo": None, "prompts_rpo": None}
    post(client, "impact_points", workflow, files_copy="Archive")
    assert Entry.objects.count() == 2


# Similar workflows


def test_it_is_compared_with_its_tier_and_its_team(workflow):
    for hours in (1, 2, 4):
        WorkflowFactory(tier=Tier.CRITICAL, rto=hours * HOUR, mtpd=None)
    for hours in (8, 10):
        WorkflowFactory(team=workflow.team, tier=Tier.LOW, rto=hours * HOUR)
    WorkflowFactory(tier=Tier.LOW)
    WorkflowFactory(tier=Tier.CRITICAL, rto=None)
    WorkflowFactory(tier=Tier.CRITICAL, archived_at=NOON)

    found = similar.similar(workflow, user=manager())

    tier, team = found.peers
    assert (tier.count, tier.rto, tier.mtpd) == (4, 2 * HOUR, None)
    assert (team.count, team.rto, team.mtpd) == (2, 9 * HOUR, None)
    assert [row.rto // HOUR for row in found.rows] == [1, 2, 4, 8, 10]


@pytest.mark.parametrize("form", ["impact_rate", "impact_targets"])
def test_similar_work_stands_beside_the_form(client, workflow, form):
    WorkflowFactory(tier=workflow.tier, mtpd=8 * HOUR, rto=2 * HOUR)
    WorkflowFactory(team=workflow.team, tier=Tier.LOW, mtpd=None, rto=None)
    client.force_login(manager())

    html = plain(client.get(reverse(f"inventory:{form}", args=[workflow.pk])).text)

    peers = html[html.index('<dl class="pairs peers"') :]
    assert "(1 other)</span></dt><dd>MTPD <b>8 h</b>, RTO <b>2 h</b>" in peers
    assert "No targets yet" in peers


def test_only_what_one_may_see_is_compared(workflow):
    WorkflowFactory(tier=Tier.CRITICAL)
    viewer = member(workflow.team, TeamRole.VIEWER)

    found = similar.similar(workflow, user=viewer)

    assert (found.peers[0].count, found.peers[0].rto, found.rows) == (0, None, ())


# Who, and how much it asks of the database


@pytest.mark.parametrize("number", [1, 100])
def test_the_tab_takes_eight_queries_for_any_number(
    workflow, django_assert_num_queries, number
):
    person = manager()
    for place in range(number):
        WorkflowFactory(team=workflow.team, tier=Tier.CRITICAL)
        ImpactFactory(
            workflow=workflow,
            category=ImpactCategory.objects.get(key="legal"),
            level=ImpactLevel.objects.get(key="minor"),
            after=(place + 1) * MINUTE,
        )

    with django_assert_num_queries(8):
        found = queries.page(workflow, user=person, now=NOON)

    assert len(found.similar.rows) == min(number, 5)


def person(who: str, team):
    made = {"auditor": auditor, "manager": manager, "administrator": administrator}
    if who in made:
        return made[who]()
    return UserFactory() if who == "stranger" else member(team, TeamRole[who.upper()])


READ = (404, 200, 200, 200, 200, 200, 200)
EDIT = (404, 403, 200, 200, 403, 200, 200)
PRESS = (404, 403, 302, 302, 403, 302, 302)


@pytest.mark.parametrize(
    ("route", "statuses"),
    [
        ("impact", READ),
        ("impact_rate", EDIT),
        ("impact_targets", EDIT),
        ("impact_operation", EDIT),
        ("impact_points", EDIT),
    ],
)
def test_who_may_open_the_impact_of_a_workflow(client, workflow, route, statuses):
    found = []
    for who in WHO:
        client.force_login(person(who, workflow.team))
        address = reverse(f"inventory:{route}", args=[workflow.pk])
        found.append(client.get(address).status_code)

    assert tuple(found) == statuses


@pytest.mark.parametrize("place", range(7))
@pytest.mark.parametrize(
    ("route", "data"),
    [
        ("impact_rate", {}),
        ("impact_targets", {"mtpd": "4 h", "rto": "1 h", "reason": "So it is."}),
        ("impact_use", {"mtpd": 28_800, "rto": 28_800}),
        ("impact_operation", {"hours": "24/7"}),
        ("impact_points", {"files_rpo": "1 h"}),
    ],
)
def test_who_may_change_the_impact_of_a_workflow(client, workflow, route, data, place):
    rate(workflow, manager(), customers={"major": 480})
    client.force_login(person(WHO[place], workflow.team))

    response = post(client, route, workflow, **data)

    assert response.status_code == PRESS[place]
    assert (Entry.objects.count() == 2) is (PRESS[place] == 302)


def test_a_viewer_is_offered_nothing_to_change(client, workflow):
    rate(workflow, manager(), customers={"major": 480})
    client.force_login(member(workflow.team, TeamRole.VIEWER))

    shown = page(client, workflow)

    for word in ("Use these", "/impact/ratings/", "/impact/targets/", "/impact/hours/"):
        assert word not in shown
    assert "Major" in shown


def test_a_link_alone_uses_no_target(client, workflow, actor):
    address = reverse("inventory:impact_use", args=[workflow.pk])

    assert client.get(address).status_code == 405


def test_who_is_not_signed_in_is_sent_to_the_door(client, workflow):
    address = reverse("inventory:impact", args=[workflow.pk])

    assert client.get(address)["Location"].startswith("/account/login/")


def test_without_scales_the_tab_leads_a_manager_to_them(client):
    workflow = WorkflowFactory(team=TeamFactory())
    ImpactCategory.objects.all().delete()
    client.force_login(manager())

    shown = page(client, workflow)
    form = client.get(reverse("inventory:impact_rate", args=[workflow.pk]))

    assert "There is nothing to rate with yet" in shown
    assert reverse("inventory:scales") in shown
    assert "There is nothing to rate with yet" in form.content.decode()
