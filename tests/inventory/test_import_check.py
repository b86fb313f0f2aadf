"""From rows to a plan: what is new, what changes, and what keeps a row out."""

from datetime import timedelta

from continuity.inventory.imports.check import plan
from continuity.inventory.imports.columns import Field, Mapping, guess
from continuity.inventory.imports.known import FIELDS
from continuity.inventory.imports.names import KnownTool, Match
from continuity.inventory.imports.picture import (
    Answers,
    Known,
    KnownPerson,
    KnownTeam,
    KnownWorkflow,
)
from continuity.inventory.imports.plan import Change, Outcome
from continuity.inventory.imports.reading import read

NOTHING = Answers()


def workflow(pk, team, name, *, tools=None, **values):
    empty = dict.fromkeys(FIELDS)
    texts = {"description": "", "reference": "", "mbco_words": "", "hours": ""}
    fixed = {"data_class": "", "tier": 3}
    return KnownWorkflow(pk, team, name, empty | texts | fixed | values, tools or {})


CLAIMS = KnownTeam(1, "Claims")
CHATGPT = KnownTool(7, "ChatGPT", "OpenAI")
PEOPLE = (KnownPerson(3, "p.natarajan@meridian.example", "P. Natarajan"),)


def planned(text, *, known=None, answers=NOTHING, mapping=None):
    table = read(text.encode())
    known = known or Known(teams=(CLAIMS,), tools=(CHATGPT,), people=PEOPLE)
    return plan(table, mapping or guess(table), answers, known)


def reasons(result):
    return {
        row.number: [(fault.code, fault.where) for fault in row.faults]
        for row in result.of(Outcome.FIX)
    }


def test_every_row_is_in_the_plan_once():
    result = planned(
        "Workflow,Team,In use\nA,Claims,Yes\nB,Claims,No\nA,claims,yes\n,Claims,yes\n"
    )

    assert [row.number for row in result.rows] == [2, 3, 4, 5]
    assert [row.outcome for row in result.rows] == ["new", "not_in_use", "fix", "fix"]
    assert reasons(result) == {
        4: [("repeats", Field.NAME)],
        5: [("no_name", Field.NAME)],
    }
    assert result.rows[2].faults[0].sentence == "Repeats row 2: same team, same name"


def test_every_cell_that_cannot_be_understood_is_named():
    result = planned(
        "Workflow,Team,RTO,MTPD,MBCO,Criticality,Users,Data class,Owner\n"
        "A,Claims,half an hour,4 h,half,urgent,many,secretish,p.natarajan@meridian.exmple\n"
        "B,Claims,8 h,4 h,50,high,1-100,PII,P.Natarajan@meridian.example\n"
        "C,Claims,1 h,4 h,50,high,1-100,PII,P.Natarajan@meridian.example\n"
    )

    assert reasons(result) == {
        2: [
            ("tier", Field.TIER),
            ("length", Field.RTO),
            ("percent", Field.MBCO),
            ("data_class", Field.DATA_CLASS),
            ("people", Field.PEOPLE),
            ("no_person", Field.OWNER),
        ],
        3: [("rto_over_mtpd", Field.RTO)],
    }
    owner = result.rows[0].faults[-1]
    assert owner.suggestion == "p.natarajan@meridian.example"
    assert result.rows[2].values == {
        "tier": 2,
        "rto": timedelta(hours=1),
        "mtpd": timedelta(hours=4),
        "mbco_percent": 50,
        "data_class": "personal",
        "people_least": 1,
        "people_most": 100,
        "owner_id": 3,
    }


def test_a_corrected_cell_and_a_row_left_out_change_the_plan():
    text = "Workflow,Team,RTO\nA,Claims,soon\nB,Claims,later\nC,Claims,never\n"
    answers = Answers(cells={2: {Field.RTO: "30 min"}}, left_out=frozenset({3}))

    result = planned(text, answers=answers)

    assert [row.outcome for row in result.rows] == ["new", "left_out", "fix"]
    assert result.rows[0].values == {"rto": timedelta(minutes=30)}


def test_a_row_after_one_that_is_left_out_repeats_nothing():
    answers = Answers(left_out=frozenset({2}))

    result = planned("Workflow,Team\nA,Claims\nA,Claims\n", answers=answers)

    assert [row.outcome for row in result.rows] == ["left_out", "new"]


def test_new_changed_and_unchanged_are_told_apart_with_old_and_new_values():
    known = Known(
        teams=(CLAIMS,),
        tools=(CHATGPT, KnownTool(8, "Claude")),
        workflows=(
            workflow(1, 1, "Triage", rto=timedelta(hours=1), tools={7: ""}),
            workflow(2, 1, "Letters", rto=timedelta(hours=1), hours="9-17", tools={7: ""}),
        ),
    )

    result = planned(
        "Workflow,Team,RTO,Hours,Tool\n"
        "triage,CLAIMS,60 min,,ChatGPT\n"
        "Letters,Claims,2 h,,Claude\n"
        "Summaries,Claims,,,\n",
        known=known,
    )

    assert [row.outcome for row in result.rows] == ["unchanged", "changed", "new"]
    assert result.rows[1].changes == (
        Change("rto", timedelta(hours=1), timedelta(hours=2)),
        Change("tools", "", "Claude"),
    )


def test_a_reference_finds_a_renamed_workflow_of_the_same_team():
    known = Known(
        teams=(CLAIMS, KnownTeam(2, "Legal")),
        workflows=(workflow(1, 1, "Old name", reference="W-1"),),
    )

    result = planned(
        "Workflow,Team,Reference\nNew name,Claims,w-1\nNew name,Legal,W-1\n", known=known
    )

    assert [row.outcome for row in result.rows] == ["changed", "new"]
    assert result.rows[0].workflow == 1
    # Only the spelling of the reference differs: it is the file's that stays.
    assert result.rows[0].changes == (
        Change("name", "Old name", "New name"),
        Change("reference", "W-1", "w-1"),
    )


def test_two_rows_cannot_change_one_workflow():
    known = Known(teams=(CLAIMS,), workflows=(workflow(1, 1, "Old name", reference="W-1"),))

    result = planned(
        "Workflow,Team,Reference\nOne,Claims,W-1\nTwo,Claims,W-1\n", known=known
    )

    assert reasons(result) == {3: [("same_workflow", Field.REFERENCE)]}


def test_a_reference_never_claims_a_workflow_that_another_row_calls_by_its_name():
    known = Known(teams=(CLAIMS,), workflows=(workflow(1, 1, "Triage", reference="W-1"),))

    result = planned(
        "Workflow,Team,Reference\nOne,Claims,W-1\nTriage,Claims,W-1\n", known=known
    )

    assert [row.outcome for row in result.rows] == ["new", "unchanged"]


def test_a_team_is_found_below_its_department_and_a_row_without_one_is_the_departments():
    known = Known(
        teams=(KnownTeam(1, "Justice"), KnownTeam(2, "Legal", 1), KnownTeam(3, "Legal"))
    )

    result = planned(
        "Workflow,Department,Team\nA,Justice,legal\nB,Justice,\nC,,Legal\n"
        "D,Justice,Justice\nE,Labor,Legal\nF,Labor,\n",
        known=known,
    )

    assert [row.team_pk for row in result.rows] == [2, 1, 3, 1, None, None]
    assert [(team.name, team.department) for team in result.teams] == [
        ("Legal", "Labor"),
        ("Labor", ""),
    ]


def test_a_team_name_of_several_departments_is_asked_about():
    known = Known(
        teams=(
            KnownTeam(1, "A"), KnownTeam(2, "B"), KnownTeam(3, "X", 1), KnownTeam(4, "X", 2)
        )
    )  # fmt: skip

    result = planned("Workflow,Team\nW,X\n", known=known)

    assert reasons(result) == {2: [("team_unclear", Field.TEAM)]}


def test_without_a_column_all_rows_belong_to_the_team_that_was_written():
    mapping = Mapping(columns={Field.NAME: (0,)}, team="Claims")

    result = planned("Workflow\nA\n", mapping=mapping)

    assert result.rows[0].team_pk == 1
    assert reasons(planned("Workflow\nA\n", mapping=Mapping({Field.NAME: (0,)}))) == {
        2: [("no_team", Field.TEAM)]
    }


def test_an_answer_about_a_name_holds_for_all_its_rows():
    known = Known(
        teams=(CLAIMS,),
        tools=(KnownTool(1, "GitHub Copilot"), KnownTool(2, "Microsoft 365 Copilot")),
    )
    text = "Workflow,Team,Tool\nA,Claims,Copilot\nB,Claims,CoPilot\nC,Claims,copilot\n"

    asked = planned(text, known=known)
    told = planned(text, known=known, answers=Answers(tools={"copilot": "tool:2"}))
    none = planned(text, known=known, answers=Answers(tools={"copilot": "none"}))
    gone = planned(text, known=known, answers=Answers(tools={"copilot": "tool:99"}))

    assert [line.rows for line in asked.questions] == [3]
    assert [row.outcome for row in asked.rows] == ["fix", "fix", "fix"]
    assert [row.tools for row in told.rows] == [("tool:2",)] * 3
    assert [row.outcome for row in none.rows] == ["new"] * 3
    assert none.counts["without_tool"] == 3
    assert [row.outcome for row in gone.rows] == ["fix", "fix", "fix"]


def test_a_slip_of_another_new_name_makes_one_tool():
    result = planned(
        "Workflow,Team,Tool\nA,Claims,ServiceDesk\nB,Claims,ServiceDesk\nC,Claims,Servicdesk\n"
    )

    line = next(line for line in result.names if line.name == "Servicdesk")
    assert line.match == Match.LIKELY
    assert [row.tools for row in result.rows] == [("name:servicedesk",)] * 3
    assert result.counts["tools"] == 1


def test_a_row_that_names_no_product_is_planned_without_a_tool():
    result = planned("Workflow,Team,Tool\nA,Claims,N/A\nB,Claims,Various\nC,Claims,\n")

    assert [row.outcome for row in result.rows] == ["new"] * 3
    assert result.counts["without_tool"] == 3
    assert result.names == ()


def test_what_is_too_long_says_how_long():
    result = planned(f"Workflow,Team\n{'x' * 301},Claims\n")

    assert result.rows[0].faults[0].sentence == "Too long: 301 characters, 300 at most"


def test_the_digest_changes_with_what_would_be_written():
    one = planned("Workflow,Team,RTO\nA,Claims,1 h\n")
    same = planned("Workflow,Team,RTO\nA,Claims,60 min\n")
    other = planned("Workflow,Team,RTO\nA,Claims,1 h\nB,Claims,1 h\n")

    assert one.digest() == same.digest()
    assert one.digest() != other.digest()
