"""The PDF engine: conforming, repeatable, bounded, and deaf to what users write."""

from __future__ import annotations

import copy
import io
import re
import shutil
import subprocess
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import pikepdf
import psutil
import pytest
from pdfua import validate

from continuity.reports.pdf import Kind, Language, Paper, PdfFailed, digest, publish
from continuity.reports.pdf import words as words_module
from continuity.reports.pdf.words import WORDS, words
from continuity.reports.pdf.words_continuity import CONTINUITY
from continuity.reports.pdf.words_evidence import EVIDENCE
from continuity.reports.pdf.words_packs import PACKS
from continuity.reports.typesetting.coverage import covered, covered_by_fonts
from continuity.reports.typesetting.engine import FONTS
from continuity.reports.typesetting.safe import (
    UnsafeDrawing,
    clean,
    drawing,
    headline,
    link,
    soften,
)
from tests.reports import sample_evidence, sample_facts, sample_packs

HOSTILE: Final = [
    '#read("/etc/passwd")',
    "<img src=file:///etc/passwd>",
    '#panic("x") #import "@preview/cetz:0.3.0" /* c */ //x',
    "*b* _i_ `c` $x^2$ = H\n= H <label> @ref [x](y)",
    '{{ 7*7 }} {% include "x" %} \\input{/etc/passwd}',
    "<script>alert(1)</script> &amp; &#x202e; ]]> \"'",
    "A" * 10_000,
    "مرحبا بالعالم " * 30,
    "שלום עולם " * 30,
    "漢字かな交じり文。한국어 텍스트" * 20,
    "हिन्दी पाठ ไทยข้อความ " * 20,
    "👩‍👩‍👧 🏳️‍🌈 🇫🇷 👍🏽 ❤️ 1️⃣",
    "a\x00b\x07c\x1b[31m\x7f\x85d\ufffe",
    "\u202etxt.exe\u2066 \ufeff \ud800 \ue000 \U000f0000",
    "Z" + "\u0301" * 2_000 + "algo",
    "\u1200 \u0b95 \U00013000",  # Ethiopic, Tamil, hieroglyphs: no font of ours
    "",
    " \t\n\n ",
]
KEPT: Final = {
    "cut_off", "at", "received_at", "onset", "started_at", "ended_at", "day", "first",
    "last", "expires_on", "due_on", "verified_on", "verdict", "readiness", "tone", "answer",
    "section", "kind", "svg", "words", "words_too", "status", "without", "data_class",
    "until", "roles", "made_at", "shown_at", "ended_on", "standing", "began", "ended",
    "as_of",
}  # fmt: skip

SAMPLES: Final[dict[Kind, Callable[..., Any]]] = {
    "after_action": sample_facts.after_action,
    "continuity": sample_facts.continuity,
    "grab_pack": sample_packs.grab_pack,
    "team_plan": sample_packs.team_plan,
    "evidence": sample_evidence.evidence,
}
KINDS: Final[list[Kind]] = list(SAMPLES)
FEW: Final[dict[Kind, dict[str, int]]] = {
    "after_action": {"recoveries": 8},
    "continuity": {"workflows": 8, "drills": 8},
    "grab_pack": {"workflows": 2},
    "team_plan": {"workflows": 2},
    "evidence": {"proofs": 18, "drills": 6},
}


def made(
    facts: Any,
    kind: Kind,
    language: Language = "en",
    paper: Paper = "a4",
    seconds: float = 60,
) -> bytes:
    return publish(
        facts,
        kind=kind,
        language=language,
        paper=paper,
        timeout=timedelta(seconds=seconds),
        memory_mb=2048,
    ).pdf


def read_back(pdf: bytes) -> str:
    """Return the text as a reader's program sees it, blanks made single."""
    if shutil.which("pdftotext") is None:
        pytest.skip("pdftotext (poppler-utils) is not installed.")
    text = subprocess.run(
        ["pdftotext", "-q", "-", "-"], input=pdf, capture_output=True, check=True
    ).stdout.decode()
    return " ".join(text.split())


def hostile(value: Any, turn: list[int], key: str = "") -> Any:
    """Return the facts with every free text replaced by one of HOSTILE, in turn."""
    if key in KEPT and not isinstance(value, dict):
        return value
    if isinstance(value, str):
        turn[0] += 1
        return HOSTILE[turn[0] % len(HOSTILE)]
    if isinstance(value, list):
        return [hostile(item, turn) for item in value]
    if isinstance(value, dict) and not key.startswith("words"):
        return {name: hostile(item, turn, name) for name, item in value.items()}
    return value


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("kind", KINDS)
def test_a_report_declares_both_standards_and_is_tagged(kind: Kind, language: Language):
    facts = SAMPLES[kind](language)

    with pikepdf.open(io.BytesIO(made(facts, kind, language))) as pdf:
        assert pdf.Root.MarkInfo.Marked
        assert "/StructTreeRoot" in pdf.Root
        assert str(pdf.Root.Lang) == language
        assert pdf.Root.ViewerPreferences.DisplayDocTitle
        with pdf.open_metadata() as xmp:
            assert xmp["pdfaid:part"] == "2"
            assert xmp["pdfaid:conformance"] == "A"
            assert xmp["pdfuaid:part"] == "1"
            assert xmp["dc:title"] == f"{facts['title']} · Banque Meridian"
            assert xmp["dc:creator"] == ["Banque Meridian"]
            assert xmp["xmp:CreateDate"].startswith("2026-03-31")


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("kind", KINDS)
def test_a_checker_of_pdf_ua_finds_nothing_in_any_kind(
    kind: Kind, language: Language, tmp_path: Path
):
    file = tmp_path / "report.pdf"
    file.write_bytes(made(SAMPLES[kind](language), kind, language, "us-letter"))

    assert [finding.message for finding in validate(file).findings] == []


@pytest.mark.parametrize(("paper", "size"), [("a4", (595, 842)), ("us-letter", (612, 792))])
def test_a_report_comes_on_the_paper_asked_for(paper: Paper, size: tuple[int, int]):
    pdf = made(sample_facts.after_action(), "after_action", paper=paper)

    with pikepdf.open(io.BytesIO(pdf)) as document:
        for page in document.pages:
            assert tuple(round(float(edge)) for edge in page.mediabox)[2:] == size


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_facts_give_the_same_bytes(kind: Kind):
    facts = SAMPLES[kind]()
    shuffled = dict(sorted(facts.items(), reverse=True))

    assert made(facts, kind) == made(shuffled, kind)


def test_another_figure_gives_another_digest_and_a_reworded_layout_does_not():
    facts: Any = sample_facts.after_action()
    other, reworded = copy.deepcopy(facts), copy.deepcopy(facts)
    other["recoveries"][0]["rta"]["seconds"] += 1
    reworded["words"]["summary"] = "In short"

    assert digest(other) != digest(facts)
    assert digest(reworded) == digest(facts)
    assert re.fullmatch("[0-9a-f]{64}", digest(facts))


def test_an_after_action_report_says_exercise_on_every_page_and_names_its_facts():
    facts = sample_facts.after_action()

    text = read_back(made(facts, "after_action"))

    pages = int(text.rpartition("Page ")[2].split()[2])
    assert text.count("EXERCISE - EXERCICE") == pages == 6
    for number in range(2, pages + 1):
        assert f"Page {number} of {pages}" in text
    sha = digest(facts)
    assert f"SHA-256 {sha[:16]}…" in text
    assert f"{sha[:32]} {sha[32:]}" in text
    assert "Practice, not a real outage." in text
    assert "> 40 min 28 s" in text.replace("\u00a0", " ")  # a bound stays a bound


@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_report_of_a_real_outage_says_nowhere_that_it_was_an_exercise(
    language: Language, tmp_path: Path
):
    facts = sample_facts.real_outage(language)
    pdf = made(facts, "after_action", language)
    file = tmp_path / "report.pdf"
    file.write_bytes(pdf)

    assert [finding.message for finding in validate(file).findings] == []
    text = read_back(pdf)
    assert "EXERCISE" not in text
    assert {"en": "A real outage, not an exercise.", "fr": "Une panne réelle"}[
        language
    ] in text
    assert words(language)["aims"] not in text
    assert words(language)["practice_not_real"] not in text


def test_a_french_continuity_report_counts_its_pages_in_french():
    facts = sample_facts.continuity("fr")
    facts["words"]["page_of"] = "Page {page} sur {pages}"

    text = read_back(made(facts, "continuity", "fr"))

    assert "Page 2 sur 16" in text
    assert "Perplexity → Cloudflare" in text
    assert "31 mars 2026" in text.replace("\u00a0", " ")


@pytest.mark.parametrize("kind", KINDS)
def test_hostile_text_is_printed_as_text_and_the_report_still_conforms(kind: Kind):
    facts = hostile(SAMPLES[kind](**FEW[kind]), [0])
    assert "#panic" in str(facts)

    # The engine refuses to write what does not conform.
    pdf = made(facts, kind)

    assert pdf.startswith(b"%PDF-1.7")
    text = read_back(pdf)
    for sign in (
        '#read("/etc/passwd")',
        "<img src=file:///etc/passwd>",
        "{{ 7*7 }}",
        "漢字",
    ):
        assert sign.replace(" ", "") in text.replace("\u200b", "").replace(" ", "")
    assert "root:" not in text


@pytest.mark.parametrize("kind", KINDS)
def test_an_empty_report_says_so_in_each_section(kind: Kind):
    facts: Any = SAMPLES[kind]()
    for key, value in facts.items():
        if isinstance(value, list):
            facts[key] = []
    if kind == "continuity":
        facts["gaps"] = {"not_ready": [], "no_tool": []}
        facts["readiness"].update(share_percent=None, weighted_percent=None)
        facts["drill_figures"]["median"] = None

    text = read_back(made(facts, kind))

    said = [word for key, word in words("en").items() if key.startswith("no_")]
    expected = {
        "after_action": 3,
        "continuity": 7,
        "grab_pack": 0,
        "team_plan": 3,
        "evidence": 2,
    }[kind]
    assert sum(sentence in text for sentence in said if sentence.endswith(".")) >= expected


@pytest.mark.parametrize(
    ("workflows", "unknown", "said", "named"),
    [
        (0, 0, "No workflow is recorded.", "No workflow is recorded."),
        (2, 0, "Every workflow is ready.", "Every workflow names the tools it uses."),
        (2, 1, "No workflow that names a tool is partly or not ready.", "Rota"),
    ],
)
def test_nothing_is_said_of_all_work_that_is_not_known_of_it(
    workflows: int, unknown: int, said: str, named: str
):
    facts: Any = sample_facts.continuity(**FEW["continuity"])
    facts["readiness"].update(
        workflows=workflows,
        ready=workflows - unknown,
        unknown=unknown,
        partly=0,
        not_ready=0,
    )
    nothing_named = [{"workflow": "Rota", "team": "Care", "note": ""}] * unknown
    facts["gaps"] = {"not_ready": [], "no_tool": nothing_named}

    gaps = read_back(made(facts, "continuity")).rpartition("and why")[2]

    assert gaps.strip().startswith(said)
    assert named in gaps.partition("name no tool")[2]
    assert ("Every workflow is ready." in gaps) == (said == "Every workflow is ready.")


def test_neighbours_of_one_team_that_lack_the_same_stand_in_one_row():
    facts: Any = sample_facts.continuity(**FEW["continuity"])
    reasons = {"Claims": ["No alternative holds."], "Care": ["Nobody owns it."]}
    facts["gaps"]["not_ready"] = [
        {"workflow": name, "team": team, "readiness": "not_ready", "reasons": reasons[why]}
        for name, team, why in (
            ("Triage", "Claims", "Claims"),
            ("Letters", "Claims", "Claims"),
            ("Records", "Care", "Claims"),
            ("Rota", "Care", "Care"),
            ("Visits", "Care", "Claims"),
        )
    ]

    printed = read_back(made(facts, "continuity"))

    assert "Triage Letters ✕ Not ready No alternative holds." in printed
    assert printed.count("No alternative holds.") == 3
    assert printed.count("Nobody owns it.") == 1


def test_five_hundred_workflows_and_a_hundred_and_twenty_drills_fit_in_one_gigabyte():
    facts = sample_facts.continuity(workflows=500, drills=120)

    pdf = publish(
        facts,
        kind="continuity",
        language="en",
        timeout=timedelta(seconds=60),
        memory_mb=1024,
    ).pdf

    with pikepdf.open(io.BytesIO(pdf)) as document:
        assert len(document.pages) > 60
    assert len(pdf) < 1_500_000


def test_an_export_out_of_time_is_ended_and_leaves_no_process():
    facts = sample_facts.continuity(workflows=3_000, drills=3_000)
    started = time.monotonic()

    with pytest.raises(PdfFailed, match=r"No PDF after 0\.\d+ s") as failed:
        made(facts, "continuity", seconds=0.5)

    assert failed.value.retry is True
    assert time.monotonic() - started < 5
    # Its direct children: those of the run's PostgreSQL come and go.
    own = [" ".join(child.cmdline()) for child in psutil.Process().children()]
    assert [command for command in own if "typesetting.child" in command] == []


def test_an_export_that_needs_too_much_memory_fails_for_good():
    with pytest.raises(PdfFailed) as failed:
        publish(
            sample_facts.continuity(workflows=2_000, drills=2_000),
            kind="continuity",
            language="en",
            timeout=timedelta(seconds=60),
            memory_mb=256,
        )

    assert failed.value.retry is False


def test_facts_without_a_key_are_refused_and_the_log_names_it():
    facts: Any = sample_facts.after_action()
    del facts["journal"]

    with pytest.raises(PdfFailed, match='"journal"') as failed:
        made(facts, "after_action")

    assert failed.value.retry is False


@pytest.mark.parametrize("day", ['#read("/etc/passwd")', "", "2026-13-01", "A" * 10_000])
def test_a_day_that_is_none_is_refused_and_not_printed_as_another(day: str):
    facts: Any = sample_facts.continuity(**FEW["continuity"])
    facts["drills"][0]["day"] = day

    with pytest.raises(PdfFailed, match="TypstError") as failed:
        made(facts, "continuity")

    assert failed.value.retry is False
    assert "root:" not in str(failed.value)


def test_fifty_continuity_reports_in_a_row_leave_the_worker_as_small_as_it_was():
    facts = sample_facts.continuity(workflows=4, drills=4)
    made(facts, "continuity")
    before = psutil.Process().memory_info().rss

    for _ in range(50):
        made(facts, "continuity")

    assert psutil.Process().memory_info().rss - before < 8 << 20


@pytest.mark.parametrize(
    "svg",
    [
        '<svg xmlns="http://www.w3.org/2000/svg"><image href="file:///etc/passwd"/></svg>',
        '<svg xmlns="http://www.w3.org/2000/svg"><script>1</script></svg>',
        '<svg xmlns="http://www.w3.org/2000/svg"><style>*{}</style></svg>',
        '<svg xmlns="http://www.w3.org/2000/svg"><foreignObject/></svg>',
        '<!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]><svg>&x;</svg>',
        "<svg><rect></svg>",
        "no drawing",
    ],
)
def test_a_chart_that_is_more_than_a_drawing_is_refused(svg: str):
    with pytest.raises(UnsafeDrawing):
        drawing(svg)


def test_a_chart_keeps_its_shapes_and_loses_what_points_elsewhere():
    svg = (
        '<svg xmlns="http://www.w3.org/2000/svg" width="10" height="5" onload="x()">'
        '<rect width="4" fill="url(http://a.example/x)" class="bar" style="fill:red"/>'
        "<text>\u1200 &lt;b&gt;</text></svg>"
    )

    assert drawing(svg) == (
        '<svg xmlns="http://www.w3.org/2000/svg" width="10" height="5"><rect width="4" />'
        "<text>\ufffd &lt;b&gt;</text></svg>"
    )


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("Équipe n° 1 – “ok” ✓ €", "Équipe n° 1 – “ok” ✓ €"),
        ("a\x00b\x1b", "a\ufffdb\ufffd"),
        ("a\r\nb\u2028c", "a\nb\nc"),
        ("\u202eexe.txt\u202c", "exe.txt"),
        ("می\u200cخواهم", "می\u200cخواهم"),  # noqa: RUF001 - Persian needs its joiner
        ("\ue000 \U000f0000", "\ufffd \ufffd"),
        ("\ud800", "\ufffd"),
        ("e" + "\u0301" * 9, "e" + "\u0301" * 4),
    ],
)
def test_a_text_is_cleaned_to_what_our_fonts_show(written: str, shown: str):
    assert clean(written) == shown


@pytest.mark.parametrize(
    ("word", "softened"),
    [
        ("fifteen letters", "fifteen letters"),
        ("A" * 25, "\u200b".join(["A" * 10, "A" * 10, "A" * 5])),
        ("https://a.example/b-c", "https://\u200ba.example/\u200bb-c"),
        ("x" * 10 + "e\u0301" + "y" * 9, "x" * 10 + "\u200be\u0301" + "y" * 8 + "\u200by"),
    ],
)
def test_a_long_word_gets_places_to_break_between_letters(word: str, softened: str):
    assert soften(word) == softened


def test_a_title_is_cut_at_two_hundred_characters():
    assert headline("a" * 200) == "a" * 200
    assert headline("a  b\n" + "c" * 300) == "a b " + "c" * 195 + "…"


@pytest.mark.parametrize(
    ("address", "linked"),
    [
        ("https://a.example/b?c=d", True),
        ("http://a.example", True),
        ("javascript:alert(1)", False),
        ("file:///etc/passwd", False),
        ("https://", False),
        ("https://[", False),
        ("https://a.example/\u202e", False),
        ("", False),
    ],
)
def test_only_a_plain_web_address_becomes_a_link(address: str, linked: bool):
    assert link(address) == (address if linked else "")


def test_the_table_of_covered_characters_is_that_of_the_fonts():
    assert covered() == covered_by_fonts()


def test_the_replacement_character_itself_can_be_shown():
    assert any(first <= 0xFFFD <= last for first, last in covered())


def test_every_font_is_small_enough_and_has_its_licence_named():
    told = (FONTS / "README.md").read_text("utf-8")

    for font in FONTS.glob("*.ttf"):
        assert font.stat().st_size < 6 << 20
        assert font.name.split("-")[0] in told
    for licence in ("OFL-Inter.txt", "OFL-Noto.txt", "OFL-NotoSansCJK.txt"):
        assert "SIL OPEN FONT LICENSE Version 1.1" in (FONTS / licence).read_text("utf-8")


def test_the_layouts_use_every_fixed_word_and_no_other():
    layouts = "".join(path.read_text("utf-8") for path in FONTS.parent.glob("*.typ"))
    used = set(re.findall(r"\bw\.([a-z]\w+)", layouts)) - {"at"}
    # Looked up by a key of the facts: w.at("verdict_" + key).
    stems = tuple(set(re.findall(r'w\.at\("(\w+_)"', layouts)))

    assert used - set(WORDS) == set()
    assert {
        word for word in WORDS if word not in used and not word.startswith(stems)
    } == set()


def test_no_word_hides_another_of_the_same_key():
    groups = [
        group
        for name, group in vars(words_module).items()
        if name.startswith("_") and not name.startswith("__") and isinstance(group, dict)
    ]

    told = sum(len(group) for group in (*groups, CONTINUITY, PACKS, EVIDENCE))

    assert told + 24 == len(WORDS)  # the months, long and short


def test_a_layout_reads_nothing_but_its_facts():
    for path in Path(FONTS.parent).glob("*.typ"):
        source = path.read_text("utf-8")
        assert (
            re.findall(r"\b(?:read|eval|include|plugin|yaml|toml|csv|xml)\(", source) == []
        )
        assert set(re.findall(r'#import "([^"]+)"', source)) <= {
            "common.typ",
            "packs.typ",
            "standards.typ",
            "tables.typ",
        }
