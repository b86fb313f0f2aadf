"""The 2025 inventory of AI use in US federal agencies, imported as a person would."""

from pathlib import Path

import pytest

from continuity.accounts.models import Team, User
from continuity.domain.names import normalise
from continuity.inventory.imports.columns import Field
from continuity.inventory.imports.plan import Outcome
from continuity.inventory.models import Dependency, Import, Tool, Workflow
from continuity.inventory.services import catalogue, imports
from tests.factories import NOON, manager

LISTS = Path(__file__).parents[2].parent / "shared/data/us-federal-ai-2025"
pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(
        not LISTS.is_dir(), reason="The federal lists are not beside this checkout."
    ),
]


@pytest.fixture
def boss() -> User:
    catalogue.load(NOON)
    return manager()


def start(name: str, boss: User) -> Import:
    row = imports.start((LISTS / name).read_bytes(), name, actor=boss, now=NOON)
    mapping = imports.checked(row).mapping
    return imports.set_columns(row.pk, mapping, actor=boss, now=NOON)


def answer_all(row: Import, boss: User) -> Import:
    """Answer every question with a new tool of that name, a bare Copilot with the
    product that most of them are."""
    office = Tool.objects.get(name="Microsoft 365 Copilot").pk
    questions = imports.checked(row).plan.questions
    tools = {line.key: "new" for line in questions} | {"copilot": f"tool:{office}"}
    return imports.answer(row.pk, tools=tools, actor=boss, now=NOON)


def test_the_columns_of_both_lists_are_guessed(boss):
    products = imports.checked(start("commercial-products.csv", boss)).mapping
    cases = imports.checked(start("individual-use-cases.csv", boss)).mapping

    assert products.columns == {
        Field.NAME: (1,),
        Field.TEAM: (0,),
        Field.IN_USE: (2,),
        Field.TOOLS: (3,),
        Field.PEOPLE: (4,),
    }
    assert products.in_use == ("y",)
    assert cases.columns == {
        Field.NAME: (3,),
        Field.DEPARTMENT: (1,),
        Field.TEAM: (4,),
        Field.REFERENCE: (2,),
        Field.DESCRIPTION: (12,),
    }


def test_commercial_products_end_as_468_workflows_of_45_teams(boss):
    row = answer_all(start("commercial-products.csv", boss), boss)

    done = imports.apply(row.pk, actor=boss, now=NOON)

    assert Workflow.objects.count() == 468
    assert Team.objects.count() == 45
    assert done.counts["not_in_use"] == 432
    assert done.counts["without_tool"] == 48
    assert Workflow.objects.filter(dependencies=None).count() == 48
    on_chatgpt = Workflow.objects.filter(dependencies__tool__name="ChatGPT")
    assert on_chatgpt.count() == 47
    assert on_chatgpt.values("team").distinct().count() == 11


def test_every_spelling_of_microsoft_365_copilot_is_one_tool_and_no_other_copilot_is(boss):
    row = start("commercial-products.csv", boss)

    plan = imports.checked(row).plan

    tools = {f"tool:{tool.pk}": tool.name for tool in Tool.objects.all()}
    means = {
        spelling: tools.get(line.choice, line.choice)
        for line in plan.names
        for spelling in line.spellings
        if "copilot" in normalise(spelling)
    }
    assert {name for name, tool in means.items() if tool == "Microsoft 365 Copilot"} == {
        "Copilot for MS 365",
        "M365 Copilot",
        "MS 365 Copilot",
        "Microsoft 365 Copilot",
        "Microsoft 365 Copilot GCC",
        "Microsoft Copilot 365",
        "Microsoft M365 Copilot AI",
        "Microsoft365 Copilot",
    }
    assert means["Github CoPilot"] == "GitHub Copilot"
    assert means["GitHub Copilot for Visual Studio"] == "GitHub Copilot"
    assert means["Microsoft Copilot Studio"] == "Microsoft Copilot Studio"
    assert means["Microsoft Security Copilot"] == "Microsoft Security Copilot"
    assert means["Microsoft Dynamics D365 CoPilot"] == "Dynamics 365 Copilot"
    assert means["Magnet Copilot"] == "Magnet Copilot"
    assert means["Microsoft CoPilot"] == "Microsoft Copilot"


def test_a_bare_copilot_is_asked_about_once_for_26_rows(boss):
    row = start("commercial-products.csv", boss)
    plan = imports.checked(row).plan

    bare = [line for line in plan.names if line.key == "copilot"]
    waiting = plan.of(Outcome.FIX)

    assert len(bare) == 1
    assert bare[0].rows == 26
    assert bare[0].spellings == ("CoPilot", "Copilot")
    assert bare[0].choice == ""
    assert len(waiting) == 38

    answered = answer_all(row, boss)

    assert imports.checked(answered).plan.questions == []
    assert imports.checked(answered).plan.counts["new"] == 468


def test_individual_use_cases_show_all_13_bad_rows(boss):
    row = start("individual-use-cases.csv", boss)

    plan = imports.checked(row).plan

    assert plan.counts["all"] == 3611
    assert plan.counts["new"] == 3598
    faults = [fault.code for bad in plan.of(Outcome.FIX) for fault in bad.faults]
    assert faults.count("no_name") == 1
    assert faults.count("repeats") == 12
    assert len(faults) == 13


def test_the_same_list_again_changes_nothing_and_undo_leaves_nothing(boss):
    tools = Tool.objects.count()
    first = answer_all(start("commercial-products.csv", boss), boss)
    imports.apply(first.pk, actor=boss, now=NOON)
    dependencies = Dependency.objects.count()

    again = start("commercial-products.csv", boss)
    plan = imports.checked(again).plan

    assert plan.counts["unchanged"] == 468
    assert plan.to_write == []
    imports.apply(again.pk, actor=boss, now=NOON)
    assert Workflow.objects.count() == 468
    assert Dependency.objects.count() == dependencies

    imports.undo(first.pk, actor=boss, now=NOON)

    assert Workflow.objects.count() == 0
    assert Team.objects.count() == 0
    assert Tool.objects.count() == tools


def test_3598_use_cases_are_imported_and_taken_back_with_their_departments(boss):
    row = start("individual-use-cases.csv", boss)

    imports.apply(row.pk, actor=boss, now=NOON)

    assert Workflow.objects.count() == 3598
    assert Team.objects.filter(parent=None).count() == 41
    imports.undo(row.pk, actor=boss, now=NOON)
    assert Workflow.objects.count() == 0
    assert Team.objects.count() == 0
