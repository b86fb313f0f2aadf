"""Several small questions in one round trip: numbers, moments, permissions, choices."""

import pytest
from django import forms

from continuity.accounts.models import Team
from continuity.accounts.roles import Action, TeamRole
from continuity.inventory.models import Workflow
from continuity.inventory.queries.allowed import permissions
from continuity.web.choices import Shown, show_together
from continuity.web.counted import page_of_counted
from continuity.web.together import moment, number_of, together, value_of
from tests.factories import NOON, TeamFactory, WorkflowFactory, member

pytestmark = pytest.mark.django_db


def test_numbers_and_moments_come_from_one_question(django_assert_num_queries):
    WorkflowFactory(created_at=NOON)
    WorkflowFactory(created_at=NOON)
    rows = Workflow.objects.all()

    with django_assert_num_queries(1):
        found = together(
            all=number_of(rows),
            none=number_of(rows.none()),
            made=rows.values_list("created_at"),
        )

    assert (value_of(found["all"]), value_of(found["none"])) == (2, 0)
    assert [moment(at) for (at,) in found["made"]] == [NOON, NOON]


def test_all_that_somebody_may_do_to_one_thing_is_one_question(django_assert_num_queries):
    workflow = WorkflowFactory()
    own = Workflow.objects.filter(pk=workflow.pk)
    person = member(workflow.team, TeamRole.MEMBER)
    actions = (Action.VIEW, Action.EDIT, Action.APPROVE)

    with django_assert_num_queries(1):
        found = together(**permissions(own, person, actions))

    assert [action for action in actions if found[action]] == [Action.VIEW, Action.EDIT]


def test_fields_that_choose_among_rows_are_shown_from_one_question(
    django_assert_num_queries,
):
    claims, legal = TeamFactory(name="Claims"), TeamFactory(name="Legal")

    class Two(forms.Form):
        one = forms.ModelChoiceField(Team.objects.all(), empty_label="Every team")
        other = forms.ModelChoiceField(Team.objects.filter(name="Legal"), empty_label=None)

    form = Two(initial={"one": claims.pk})
    show_together(form, one=Shown(), other=Shown(("pk", "name"), str.upper))

    with django_assert_num_queries(1):
        shown = str(form["one"].as_widget()) + str(form["other"].as_widget())

    assert '<option value="">Every team</option>' in shown
    assert f'<option value="{claims.pk}" selected>Claims</option>' in shown
    assert f'<option value="{legal.pk}">LEGAL</option>' in shown
    assert list(Two({"one": claims.pk, "other": claims.pk}).errors) == ["other"]


@pytest.mark.parametrize(
    ("asked", "number", "shown"), [(None, 1, 2), ("2", 2, 1), ("9", 2, 1), ("x", 1, 2)]
)
def test_a_page_of_what_is_counted_asks_nothing_before_it_is_read(
    asked, number, shown, django_assert_num_queries
):
    for _each in range(3):
        TeamFactory()
    rows = Team.objects.order_by("pk")

    with django_assert_num_queries(0):
        page = page_of_counted(rows, 3, asked, per_page=2)

    assert (page.number, len(page.object_list)) == (number, shown)
