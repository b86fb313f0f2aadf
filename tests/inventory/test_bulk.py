from datetime import timedelta

import pytest
from django.urls import reverse

from continuity.accounts.models import Membership
from continuity.accounts.roles import TeamRole
from continuity.domain.errors import Conflict
from continuity.history.models import Entry
from continuity.inventory.models import Alternative, BulkChange, BulkKind, Workflow
from continuity.inventory.queries import bulk as queries
from continuity.inventory.queries.bulk import Asked, Selection
from continuity.inventory.services import bulk, workflows
from tests.factories import (
    NOON,
    AlternativeFactory,
    DependencyFactory,
    ProofFactory,
    TeamFactory,
    ToolFactory,
    UserFactory,
    WorkflowFactory,
    administrator,
    auditor,
    manager,
    member,
)

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
EDIT = "/workflows/bulk/edit/"


def edit(user, rows, **fields):
    return do(user, rows, Asked(BulkKind.EDIT, fields))


def do(user, rows, asked):
    chosen = Selection(user, tuple(row.pk for row in rows))
    seen = queries.plan(user, chosen.pks(), asked).digest
    return bulk.apply(chosen, asked, seen=seen, actor=user, now=NOON)


def alternative(of, tool, **facts):
    fields = {"of": of, "tool": tool, "procedure": "", "kind": "other_provider", **facts}
    return Asked(BulkKind.ALTERNATIVE, fields)


def refused(user, rows, asked):
    plan = queries.plan(user, [row.pk for row in rows], asked)
    return {line.workflow.name: line.refused for line in plan.lines if line.refused}


def test_all_chosen_get_what_was_chosen_with_a_line_of_history_each():
    owner = UserFactory()
    rows = WorkflowFactory.create_batch(3, tier=3, hours="")

    made = edit(manager(), rows, owner=owner, tier=1, hours="24/7")

    for row in Workflow.objects.all():
        assert (row.owner, row.tier, row.hours) == (owner, 1, "24/7")
    assert (made.changed, made.left_out) == (3, 0)
    assert Entry.objects.filter(verb="workflow.changed").count() == 3
    assert Entry.objects.first().before == {"owner": None, "tier": 3, "hours": ""}


def test_what_is_refused_says_why_and_the_rest_goes_on():
    team = TeamFactory()
    lead = member(team, TeamRole.LEAD)
    viewed = TeamFactory()
    Membership.objects.create(user=lead, team=viewed, role=TeamRole.VIEWER)
    owner = UserFactory()
    rows = [
        WorkflowFactory(name="Fine", team=team),
        WorkflowFactory(name="Tight", team=team, rto=HOUR, mtpd=2 * HOUR),
        WorkflowFactory(name="Deputised", team=team, deputy=owner),
        WorkflowFactory(name="Archived", team=team, archived_at=NOON),
        WorkflowFactory(name="Read only", team=viewed),
        WorkflowFactory(name="Unseen"),
    ]
    asked = Asked(BulkKind.EDIT, {"owner": owner, "rto": 3 * HOUR})

    chosen = Selection(lead, tuple(row.pk for row in rows))
    plan = queries.plan(lead, chosen.pks(), asked)
    made = bulk.apply(chosen, asked, seen=plan.digest, actor=lead, now=NOON)

    assert {line.workflow.name: line.refused for line in plan.lines} == {
        "Fine": "",
        "Tight": "The RTO must not be longer than the MTPD (2\xa0h): shorten the RTO to "
        "2\xa0h at most.",
        "Deputised": "The deputy must be somebody other than the owner.",
        "Archived": "It is archived. Bring it back first.",
        "Read only": "You may see it, not change it.",
    }
    assert (made.changed, made.left_out) == (1, 4)
    assert [one.name for one in Workflow.objects.filter(owner=owner)] == ["Fine"]


def test_nothing_is_written_when_it_is_not_what_was_previewed():
    rows = WorkflowFactory.create_batch(2)
    user = manager()
    asked = Asked(BulkKind.EDIT, {"tier": 1})
    chosen = Selection(user, None, {})
    seen = queries.plan(user, chosen.pks(), asked).digest
    WorkflowFactory(name="Came in the meantime")

    with pytest.raises(Conflict):
        bulk.apply(chosen, asked, seen=seen, actor=user, now=NOON)

    assert Workflow.objects.filter(tier=1).count() == 0
    assert (len(rows), BulkChange.objects.count(), Entry.objects.count()) == (2, 0, 0)


def test_two_of_one_name_do_not_move_into_one_team():
    team = TeamFactory()
    WorkflowFactory(name="taken", team=team)
    rows = [WorkflowFactory(name=name) for name in ("Taken", "Twice", "twice", "Alone")]

    edit(manager(), rows, team=team)

    names = sorted(one.name.lower() for one in Workflow.objects.filter(team=team))
    assert names == ["alone", "taken", "twice"]


def test_an_edit_of_what_is_approved_makes_a_new_version_and_its_undo_gives_it_back():
    user = manager()
    rows = WorkflowFactory.create_batch(2, tier=3)
    do(user, rows, Asked(BulkKind.APPROVE))
    made = edit(user, rows, tier=1)
    assert set(Workflow.objects.values_list("status", "version")) == {("draft", 2)}

    done = bulk.undo(made.pk, actor=user, now=NOON + HOUR)

    assert done.undone == 2
    assert set(Workflow.objects.values_list("status", "version", "tier")) == {
        ("approved", 1, 3)
    }


def test_an_undo_puts_all_columns_back_and_leaves_what_changed_since():
    user, owner, before = manager(), UserFactory(), UserFactory()
    old, new = TeamFactory(), TeamFactory()
    rows = [
        WorkflowFactory(name=name, team=old, owner=before, rto=HOUR, targets_reason="Why")
        for name in ("One", "Two")
    ]
    made = edit(user, rows, owner=owner, team=new, rto=2 * HOUR)
    workflows.change(rows[1].pk, fields={"rto": 3 * HOUR}, actor=user, now=NOON)

    done = bulk.undo(made.pk, actor=user, now=NOON + HOUR)
    again = bulk.undo(made.pk, actor=user, now=NOON + 2 * HOUR)

    one, two = Workflow.objects.order_by("name")
    assert (one.owner, one.team, one.rto, one.targets_reason) == (before, old, HOUR, "Why")
    assert (two.owner, two.team, two.rto) == (owner, new, 3 * HOUR)
    assert (done.undone, again.undone_at) == (1, NOON + HOUR)
    line = Entry.objects.get(verb="workflow.reverted")
    assert (line.before["owner"], line.after["owner"]) == (owner.name, before.name)


def test_an_alternative_goes_to_each_that_depends_on_the_tool():
    quill, pen = ToolFactory(name="Quill"), ToolFactory(name="Pen")
    rows = [WorkflowFactory(name=name) for name in ("First", "Second", "Has it", "No tool")]
    used = [DependencyFactory(workflow=row, tool=quill) for row in rows[:3]]
    AlternativeFactory(dependency=used[1], rank=1)
    AlternativeFactory(dependency=used[2], rank=1, tool=pen)
    user = manager()
    asked = alternative(quill, pen, expected_capacity=60)

    assert refused(user, rows, asked) == {
        "Has it": "Pen is listed there already.",
        "No tool": "It does not depend on Quill.",
    }
    made = do(user, rows, asked)

    added = Alternative.objects.filter(tool=pen, expected_capacity=60)
    assert sorted(added.values_list("dependency__workflow__name", "rank")) == [
        ("First", 1),
        ("Second", 2),
    ]
    assert Entry.objects.filter(verb="alternative.created").count() == 2
    assert (made.changed, made.left_out) == (2, 2)


def test_a_tool_does_not_stand_in_for_itself():
    quill = ToolFactory(name="Quill")
    row = DependencyFactory(tool=quill, workflow__name="Work").workflow

    found = refused(manager(), [row], alternative(quill, quill))

    assert found == {"Work": "Quill cannot stand in for itself."}


def test_an_undo_takes_alternatives_away_unless_they_are_in_use():
    quill, pen = ToolFactory(), ToolFactory()
    used = [DependencyFactory(tool=quill) for _each in range(3)]
    rows = [one.workflow for one in used]
    user = manager()
    made = do(user, rows, alternative(quill, pen))
    AlternativeFactory(dependency=used[0], rank=2)
    ProofFactory(alternative=used[1].alternatives.get())
    used[2].alternatives.update(expected_quality=70)

    done = bulk.undo(made.pk, actor=user, now=NOON + HOUR)

    assert done.undone == 1
    assert [one.rank for one in used[0].alternatives.all()] == [1]
    assert Alternative.objects.filter(tool=pen).count() == 2


def test_archive_and_restore_of_many_and_their_undo():
    user = manager()
    rows = WorkflowFactory.create_batch(2)
    do(user, rows, Asked(BulkKind.APPROVE))

    away = do(user, rows, Asked(BulkKind.ARCHIVE))
    assert Workflow.objects.current().count() == 0
    bulk.undo(away.pk, actor=user, now=NOON)
    assert set(Workflow.objects.current().values_list("status", "version")) == {
        ("approved", 1)
    }
    do(user, rows, Asked(BulkKind.ARCHIVE))
    WorkflowFactory(team=rows[0].team, name=rows[0].name.upper())

    do(user, rows, Asked(BulkKind.RESTORE))

    back = Workflow.objects.current().filter(pk__in=[row.pk for row in rows])
    assert list(back.values_list("pk", "status")) == [(rows[1].pk, "draft")]


def test_only_leads_approve_many():
    team = TeamFactory()
    rows = WorkflowFactory.create_batch(2, team=team)
    plain, lead = member(team, TeamRole.MEMBER), member(team, TeamRole.LEAD)
    asked = Asked(BulkKind.APPROVE)

    assert set(refused(plain, rows, asked).values()) == {
        "Only a lead of its team can approve it."
    }
    with pytest.raises(Conflict):
        do(plain, rows, asked)
    assert Workflow.objects.filter(status="approved").count() == 0

    made = do(lead, rows, asked)

    assert Workflow.objects.filter(status="approved", approved_by=lead).count() == 2
    assert not made.can_be_undone


def test_the_pages_lead_from_the_list_to_the_change_and_back(client):
    user = manager()
    client.force_login(user)
    owner = UserFactory(name="Nora New")
    rows = [WorkflowFactory(name=name, tier=2) for name in ("Alpha", "Beta")]
    WorkflowFactory(name="Gamma", tier=4)
    listing = client.get("/workflows/").text
    assert f'name="pick" value="{rows[0].pk}"' in listing
    asked = {"scope": "all", "tier": 2, "go": 1, "to-owner": owner.pk}

    preview = client.get(EDIT, asked)

    assert preview.status_code == 200
    assert {line.workflow.name for line in preview.context["page"]} == {"Alpha", "Beta"}
    assert "Nora New" in preview.text
    assert Workflow.objects.filter(owner=owner).count() == 0
    response = client.post(
        f"{EDIT}?scope=all&tier=2&go=1&to-owner={owner.pk}",
        {"seen": preview.context["plan"].digest},
    )
    made = BulkChange.objects.get()
    assert response.url == made.get_absolute_url()
    assert sorted(Workflow.objects.filter(owner=owner).values_list("name", flat=True)) == [
        "Alpha",
        "Beta",
    ]
    assert "Undo all of it" in client.get(response.url).text
    assert client.get("/workflows/bulk/").context["page"].object_list[0] == made
    client.post(reverse("inventory:bulk_undo", args=[made.pk]))
    assert Workflow.objects.filter(owner=owner).count() == 0


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("", 200),
        ("scope=picked&pick=x&pick=99999999999999999999", 200),
        ("scope=page", 200),
        ("scope=all&go=1", 422),
        ("scope=all&go=1&to-owner=999", 422),
        ("scope=all&go=1&to-rto=soon", 422),
        ("scope=all&go=1&to-rto=5 h&to-mtpd=2 h", 422),
        ("scope=all&go=1&to-hours=whenever", 422),
        ("scope=all&go=1&to-rto=5 h&to-empty=rto", 422),
        ("scope=all&go=1&to-empty=rto", 200),
        ("scope=all&go=1&to-tier=1", 200),
    ],
)
def test_what_makes_no_sense_gets_a_page_and_changes_nothing(client, query, status):
    client.force_login(manager())
    WorkflowFactory()

    response = client.get(f"{EDIT}?{query}")

    assert response.status_code == status
    assert Entry.objects.count() == 0


def test_a_post_that_was_not_previewed_is_refused(client):
    client.force_login(manager())
    WorkflowFactory(tier=3)

    response = client.post(f"{EDIT}?scope=all&go=1&to-tier=1", {"seen": "x"})

    assert response.status_code == 409
    assert Workflow.objects.get().tier == 3


def test_no_other_kind_of_change_has_a_page(client):
    client.force_login(manager())

    assert client.get("/workflows/bulk/delete/").status_code == 404


def test_an_auditor_sees_no_boxes_and_changes_nothing(client):
    client.force_login(auditor())
    WorkflowFactory(tier=3)

    assert 'name="pick"' not in client.get("/workflows/").text
    plan = client.get(f"{EDIT}?scope=all&go=1&to-tier=1").context["plan"]
    assert (len(plan.changing), plan.refused) == (0, 1)


def test_a_change_of_another_is_found_by_those_who_answer_for_all(client):
    made = edit(manager(), [WorkflowFactory()], tier=1)
    address = reverse("inventory:bulk_done", args=[made.pk])
    undo = reverse("inventory:bulk_undo", args=[made.pk])

    client.force_login(UserFactory())
    assert (client.get(address).status_code, client.post(undo).status_code) == (404, 404)
    client.force_login(administrator())
    assert client.get(address).status_code == 200
    assert Workflow.objects.get().tier == 1


@pytest.mark.parametrize("kind", ["edit", "approve", "archive", "alternative"])
def test_a_preview_asks_the_same_for_one_and_for_thirty(
    client, kind, django_assert_max_num_queries, django_assert_num_queries
):
    client.force_login(manager())
    quill, pen = ToolFactory(), ToolFactory()

    def add():
        row = WorkflowFactory(owner=UserFactory())
        AlternativeFactory(dependency=DependencyFactory(workflow=row, tool=quill), rank=1)

    more = f"&to-of={quill.pk}&to-tool={pen.pk}&to-kind=other_provider&to-tier=1"
    address = f"/workflows/bulk/{kind}/?scope=all&go=1{more}"
    add()
    client.get(address)
    with django_assert_max_num_queries(17) as asked:
        client.get(address)
    for _each in range(29):
        add()

    with django_assert_num_queries(len(asked)):
        assert len(client.get(address).context["page"]) == 30
