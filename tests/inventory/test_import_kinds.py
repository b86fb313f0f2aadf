"""Lists of every kind: how a row finds what it belongs to, what is refused, and undo."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from continuity.accounts.models import Team
from continuity.history.models import Entry
from continuity.inventory.imports.fields import Field
from continuity.inventory.models import (
    Alternative,
    Dependency,
    Impact,
    ImpactCategory,
    ImpactLevel,
    ImportKind,
    Provider,
    RecoveryPoint,
    RunbookStep,
    RunbookVersion,
    Tool,
    ToolName,
    Upstream,
    Workflow,
)
from continuity.inventory.services import imports
from tests.factories import (
    NOON,
    AlternativeFactory,
    DependencyFactory,
    ProviderFactory,
    RunbookStepFactory,
    TeamFactory,
    ToolFactory,
    UpstreamFactory,
    manager,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def boss():
    return manager()


@pytest.fixture
def letters():
    """The use of ChatGPT by the workflow Letters of the team Claims."""
    return DependencyFactory(
        workflow__name="Letters",
        workflow__reference="W-1",
        workflow__team__name="Claims",
        tool=ToolFactory(name="ChatGPT", provider=ProviderFactory(name="OpenAI")),
    )


def prepared(boss, text, kind=None):
    row = imports.start(text.encode(), "list.csv", kind=kind, actor=boss, now=NOON)
    return imports.set_columns(row.pk, imports.mapping_of(row), actor=boss, now=NOON)


def outcomes(row):
    row.refresh_from_db()
    return [str(line.outcome) for line in imports.checked(row).plan.rows]


def reasons(row):
    return [
        [(fault.code, fault.where) for fault in line.faults]
        for line in imports.checked(row).plan.rows
    ]


@pytest.mark.parametrize(
    ("headings", "kind"),
    [
        ("Workflow,Team,Tool", "workflows"),
        ("Activité,Équipe,Outils", "workflows"),
        ("Workflow,Team,Tool,Alternative,Rank", "alternatives"),
        ("Activité,Équipe,Outil,Solution de repli,Rang", "alternatives"),
        ("Workflow,Tool,Alternative,Step,What to do", "steps"),
        ("Tool,Upstream,Relation,Source", "upstreams"),
        ("Outil,Dépendance amont,Relation,Source", "upstreams"),
        ("Workflow,Team,Category,After,Level", "impacts"),
        ("Activité,Catégorie,Après,Niveau", "impacts"),
        ("Workflow,Material,RPO", "points"),
        ("Outil,Fournisseur,Genre", "tools"),
        ("Provider,Web address", "providers"),
        ("Department,Team", "teams"),
    ],
)
def test_headings_say_what_the_rows_are(boss, headings, kind):
    text = f"{headings}\n{','.join('x' for _ in headings.split(','))}\n"

    row = imports.start(text.encode(), "list.csv", actor=boss, now=NOON)

    assert row.kind == kind


def test_an_alternative_finds_its_workflow_by_team_and_name_or_by_reference(boss, letters):
    claude = ToolFactory(name="Claude")
    row = prepared(
        boss,
        "Team,Workflow,Reference,Tool,Alternative,Kind,Expected capacity,Switching time,"
        "Approved for data\n"
        'claims,LETTERS,,Chat GPT,claude,,80%,5,"public; internal"\n'
        ",,w-1,,Templates by hand,manual,,,\n",
        ImportKind.ALTERNATIVES,
    )

    assert imports.apply(row.pk, actor=boss, now=NOON).counts["new"] == 2

    one, two = letters.alternatives.order_by("rank")
    assert (one.tool, one.kind, one.expected_capacity) == (claude, "other_provider", 80)
    assert one.expected_switch == timedelta(minutes=5)
    assert one.approved_data == ["public", "internal"]
    assert (two.rank, two.tool, two.procedure) == (2, None, "Templates by hand")
    lines = Entry.objects.filter(verb="alternative.created")
    assert {line.subject_label for line in lines} == {"Letters"}
    assert lines.first().after["tool"] == "ChatGPT"
    assert outcomes(prepared(boss, "Workflow,Alternative\nLetters,Claude\n")) == [
        "unchanged"
    ]


def test_every_row_that_fits_nothing_says_why_and_is_fixed_in_place(boss, letters):
    ToolFactory(name="Gemini")
    other = TeamFactory(name="Legal")
    DependencyFactory(workflow__name="Letters", workflow__team=other)
    row = prepared(
        boss,
        "Team,Workflow,Tool,Rank,Alternative,Kind\n"
        "Claims,Lettters,ChatGPT,1,Gemini,\n"
        ",Letters,ChatGPT,1,Gemini,\n"
        "Claims,Letters,Gemini,1,Gemini,\n"
        "Claims,Letters,ChatGPT,1,ChatGPT,\n"
        "Claims,Letters,ChatGPT,3,Gemini,\n"
        "Claims,Letters,ChatGPT,1,,odd\n",
        ImportKind.ALTERNATIVES,
    )

    assert reasons(row) == [
        [("no_workflow", Field.NAME)],
        [("workflow_unclear", Field.TEAM)],
        [("not_used", Field.TOOL)],
        [("itself", Field.ALTERNATIVE)],
        [("rank_gap", Field.RANK)],
        [("missing", Field.ALTERNATIVE), ("kind", Field.KIND)],
    ]
    first = imports.checked(row).plan.rows[0].faults[0]
    assert first.suggestion == "Letters"
    imports.answer(
        row.pk,
        cells={2: {Field.NAME: "Letters"}},
        left_out=dict.fromkeys((3, 4, 5, 6, 7), True),
        actor=boss,
        now=NOON,
    )
    assert outcomes(row)[0] == "new"


def test_ranks_are_swapped_by_a_file_and_taken_by_none(boss, letters):
    one = AlternativeFactory(dependency=letters, rank=1, tool__name="Claude")
    two = AlternativeFactory(dependency=letters, rank=2, tool__name="Gemini")
    head = "Workflow,Rank,Alternative\n"

    taken = prepared(boss, f"{head}Letters,1,Mistral\n", ImportKind.ALTERNATIVES)
    swapped = prepared(
        boss, f"{head}Letters,2,Claude\nLetters,1,Gemini\n", ImportKind.ALTERNATIVES
    )

    assert reasons(taken) == [[("rank_taken", Field.RANK)]]
    imports.apply(swapped.pk, actor=boss, now=NOON)
    assert list(letters.alternatives.order_by("rank")) == [two, one]
    imports.undo(swapped.pk, actor=boss, now=NOON)
    assert list(letters.alternatives.order_by("rank")) == [one, two]


def test_an_unclear_tool_is_asked_about_once_and_by_hand_is_an_answer(boss, letters):
    ToolFactory(name="GitHub Copilot")
    office = ToolFactory(name="Microsoft 365 Copilot")
    DependencyFactory(workflow__name="Minutes", tool=letters.tool)
    text = "Workflow,Alternative\nLetters,Copilot\nMinutes,copilot\n"
    row = prepared(boss, text, ImportKind.ALTERNATIVES)

    assert outcomes(row) == ["fix", "fix"]
    imports.answer(row.pk, tools={"copilot": f"tool:{office.pk}"}, actor=boss, now=NOON)
    assert [line.tools for line in imports.checked(fresh(row)).plan.rows] == [
        (f"tool:{office.pk}",)
    ] * 2
    imports.answer(row.pk, tools={"copilot": "none"}, actor=boss, now=NOON)
    imports.apply(row.pk, actor=boss, now=NOON)
    assert {one.procedure for one in Alternative.objects.all()} == {"Copilot", "copilot"}


def fresh(row):
    row.refresh_from_db()
    return row


def test_a_changed_step_makes_a_version_and_undo_takes_both_back(boss, letters):
    one = AlternativeFactory(dependency=letters, tool__name="Claude")
    RunbookStepFactory(alternative=one, position=1, text="Open it")
    row = prepared(
        boss,
        "Workflow,Alternative,Step,What to do,Expected time\n"
        "Letters,Claude,1,Open Claude,2 min\nLetters,Claude,,Sign in,\n",
        ImportKind.STEPS,
    )
    # A step without a number is counted: the second row of its runbook is step 2.
    assert outcomes(row) == ["changed", "new"]

    imports.apply(row.pk, actor=boss, now=NOON)

    assert [step.text for step in one.steps.all()] == ["Open Claude", "Sign in"]
    assert [version.number for version in one.runbook_versions.all()] == [2, 1]
    assert Entry.objects.get(verb="runbook.changed").after["version"] == 2
    imports.undo(row.pk, actor=boss, now=NOON)
    assert [step.text for step in RunbookStep.objects.all()] == ["Open it"]
    assert not RunbookVersion.objects.exists()


def test_impact_knows_the_scales_in_both_languages_and_asks_for_a_unit(boss, letters):
    legal = ImpactCategory.objects.create(key="legal")
    major = ImpactLevel.objects.create(key="major", order=3)
    none = ImpactLevel.objects.create(key="none", order=0)
    row = prepared(
        boss,
        "Workflow,Category,After,Level,Amount,Unit\n"
        "Letters,Legal,4 h,Major,\"1,200.5\",EUR\n"
        "Letters,Juridique,1 d,None,,\n"
        "Letters,Weather,1 h,Major,,\n"
        "Letters,Legal,2 h,Awful,,\n"
        "Letters,Legal,8 h,Major,10,\n",
    )  # fmt: skip

    assert reasons(row) == [
        [],
        [],
        [("no_category", Field.CATEGORY)],
        [("no_level", Field.LEVEL)],
        [("no_unit", Field.UNIT)],
    ]
    imports.apply(row.pk, actor=boss, now=NOON)
    first, second = Impact.objects.order_by("after")
    assert (first.category, first.level, first.amount) == (legal, major, Decimal("1200.50"))
    assert (second.after, second.level) == (timedelta(days=1), none)
    imports.undo(row.pk, actor=boss, now=NOON)
    assert not Impact.objects.exists()


def test_a_recovery_point_may_be_nothing_at_all(boss, letters):
    row = prepared(
        boss, "Workflow,Material,RPO,Copy\nLetters,prompts,0 min,Wiki\nLetters,files,,\n"
    )

    assert reasons(row) == [[], [("missing", Field.RPO)]]
    imports.apply(row.pk, actor=boss, now=NOON)
    point = RecoveryPoint.objects.get()
    assert (point.material, point.rpo, point.copy) == ("prompts", timedelta(), "Wiki")


def test_tools_bring_their_provider_their_whole_and_their_spellings(boss):
    row = prepared(
        boss,
        "Tool,Provider,Kind,Part of,Seats,Withdrawn on,Other spellings\n"
        'o4-mini,OpenAI,model,ChatGPT,,31/12/2026,"o4 mini\nGPT o4-mini"\n'
        "ChatGPT,OpenAI,product,,40,,\n"
        "chatgpt,OpenAI,,,,,\n"
        "Gemini,,gadget,Gemini,many,someday,\n",
    )

    assert reasons(row)[2] == [("repeats_row", Field.NAME)]
    assert {code for code, _where in reasons(row)[3]} == {
        "tool_kind", "itself", "number", "day"
    }  # fmt: skip
    done = imports.apply(row.pk, actor=boss, now=NOON)

    assert (done.counts["new"], done.counts["providers"], done.counts["tools"]) == (2, 1, 0)
    mini = Tool.objects.get(name="o4-mini")
    assert (mini.parent.name, mini.provider.name) == ("ChatGPT", "OpenAI")
    assert mini.retired_on == date(2026, 12, 31)
    assert sorted(mini.names.values_list("name", flat=True)) == ["GPT o4-mini", "o4 mini"]
    imports.undo(row.pk, actor=boss, now=NOON)
    assert (Tool.objects.count(), Provider.objects.count()) == (0, 0)
    assert not ToolName.objects.exists()


def test_a_spelling_of_another_tool_is_not_taken_away(boss):
    claude = ToolFactory(name="Claude")
    ToolName.objects.create(tool=claude, name="Anthropic chat", normal="anthropicchat")

    row = prepared(boss, "Tool,Kind,Other spellings\nGemini,product,Anthropic Chat\n")

    assert reasons(row) == [[("spelling_taken", Field.SPELLINGS)]]


def test_an_upstream_names_its_source_and_is_the_organisations_own_once_changed(boss):
    edge = UpstreamFactory(
        tool__name="ChatGPT",
        upstream__name="Cloudflare",
        relation="edge",
        source="https://example.org/a",
        from_catalogue=True,
    )
    head = "Tool,Upstream,Relation,Without it,Source,Verified on,Confidence\n"
    row = prepared(
        boss,
        f"{head}ChatGPT,Cloudflare,edge,degrades,https://example.org/b,2026-02-01,high\n"
        "ChatGPT,Azure,hosting,,,,\n"
        "ChatGPT,ChatGPT,hosting,,x,,\n"
        "ChatGPT,Okta,friendship,,x,,\n",
    )

    assert reasons(row) == [
        [],
        [("missing", Field.SOURCE)],
        [("itself", Field.UPSTREAM)],
        [("relation", Field.RELATION)],
    ]
    imports.apply(row.pk, actor=boss, now=NOON)

    edge.refresh_from_db()
    assert (edge.hard, edge.confidence) == (False, "high")
    assert (edge.verified_on, edge.from_catalogue) == (date(2026, 2, 1), False)
    assert Upstream.objects.count() == 1
    imports.undo(row.pk, actor=boss, now=NOON)
    edge.refresh_from_db()
    assert (edge.hard, edge.verified_on, edge.from_catalogue) == (
        True,
        date(2026, 1, 1),
        True,
    )


def test_teams_come_with_their_departments_once(boss):
    row = prepared(
        boss, "Department,Team\n,Insurance\nInsurance,Claims\nInsurance,claims\n"
    )

    assert outcomes(row) == ["new", "new", "fix"]
    done = imports.apply(row.pk, actor=boss, now=NOON)

    assert done.counts["teams"] == Team.objects.count() == 2
    assert Entry.objects.filter(verb="team.added").count() == 2
    again = prepared(boss, "Department,Team\nInsurance,Claims\n")
    assert outcomes(again) == ["unchanged"]


def test_a_workflow_says_of_each_tool_what_for_and_what_without_it(boss):
    row = prepared(
        boss,
        "Workflow,Team,AI tools,Used for,Without them,WRT,Cost per hour,Time zone\n"
        'Letters,Claims,"ChatGPT\nScribe, Inc.","–\nNotes","stops\ndegraded",1 h,120.5,'
        "Europe/Paris\n"
        "Minutes,Claims,ChatGPT,Notes,perhaps,,-1,Mars/Base\n",
    )

    assert {code for code, _where in reasons(row)[1]} == {"without", "amount", "zone"}
    imports.apply(row.pk, actor=boss, now=NOON)
    letters = Workflow.objects.get()
    assert (letters.wrt, letters.cost_per_hour) == (timedelta(hours=1), Decimal("120.50"))
    assert (letters.targets_by, letters.targets_at) == (boss, NOON)
    uses = Dependency.objects.order_by("position").values_list("purpose", "without")
    assert list(uses) == [("", "stops"), ("Notes", "degraded")]


def test_rto_and_wrt_together_stay_within_the_mtpd(boss):
    row = prepared(boss, "Workflow,Team,RTO,WRT,MTPD\nLetters,Claims,3 h,2 h,4 h\n")

    assert reasons(row) == [[("rto_and_wrt_over_mtpd", Field.WRT)]]


@pytest.mark.parametrize("kind", [k for k in ImportKind if k not in {"teams", "providers"}])
def test_a_kind_takes_the_same_queries_for_1_and_100_rows(
    boss, django_assert_max_num_queries, kind
):
    """Checking reads the inventory as a whole, however many rows the file has."""
    texts = {
        "workflows": ("Workflow,Team", "W{n},Claims"),
        "alternatives": ("Workflow,Alternative", "W{n},Claude"),
        "steps": ("Workflow,Alternative,What to do", "W{n},Claude,Open it"),
        "impacts": ("Workflow,Category,After,Level", "W{n},Legal,1 h,Major"),
        "points": ("Workflow,Material,RPO", "W{n},prompts,1 h"),
        "tools": ("Tool,Kind", "T{n},product"),
        "upstreams": ("Tool,Upstream,Relation,Source", "T{n},Cloudflare,edge,x"),
    }
    head, line = texts[kind]
    counts = []
    for size in (1, 100):
        lines = "\n".join(line.format(n=n) for n in range(size))
        row = prepared(boss, f"{head}\n{lines}\n", kind)
        with django_assert_max_num_queries(12) as captured:
            imports.checked(row)
        counts.append(len(captured))

    assert counts[0] == counts[1]
