"""The shipped catalogue: what it lets the product claim, and what it does not."""

from pathlib import Path
from typing import Any

import pytest
import yaml

import continuity
from continuity.domain.fate import (
    PART,
    Edge,
    Effect,
    Fallback,
    FateAnswer,
    Graph,
    Reliance,
)

DATA = Path(continuity.__file__).parent / "inventory" / "data"


def read(name: str) -> Any:
    return yaml.safe_load((DATA / name).read_text(encoding="utf-8"))


TOOLS = {
    tool["name"]: tool.get("part_of")
    for provider in read("tools.yaml")
    for tool in provider["tools"]
}
KEYS = {name: key for key, name in enumerate(TOOLS)}
CATALOGUE = Graph(
    [
        Edge(KEYS[name], KEYS[edge["upstream"]], edge["relation"], edge["needs"] == "stops")
        for name, edges in read("upstreams.yaml").items()
        for edge in edges
    ]
    + [Edge(KEYS[name], KEYS[whole], PART) for name, whole in TOOLS.items() if whole],
    {key: name for name, key in KEYS.items()},
)


def on_chatgpt(workflow: int, *alternatives: str) -> Reliance:
    return Reliance(
        workflow,
        workflow,
        KEYS["ChatGPT"],
        stops=True,
        alternatives=tuple(Fallback(KEYS[name], KEYS[name]) for name in alternatives),
    )


def test_the_loss_of_cloudflare_stops_chatgpt_and_claude_and_perplexity():
    effects = CATALOGUE.blast_radius({KEYS["Cloudflare"]})

    stopped = {
        CATALOGUE.name(tool) for tool, effect in effects.items() if effect == "stops"
    }
    assert {"ChatGPT", "Claude", "Perplexity", "ChatGPT with o3"} <= stopped
    assert effects[KEYS["Claude"]] is Effect.STOPS
    assert KEYS["Google Gemini"] not in effects


def test_the_loss_of_cloudflare_leaves_no_landing_on_claude_or_perplexity():
    result = CATALOGUE.knock_out(
        {KEYS["Cloudflare"]},
        [on_chatgpt(1, "Claude", "Perplexity"), on_chatgpt(2, "Claude", "Google Gemini")],
    )

    assert (result.stops, result.falls_back) == ({1}, {2})
    assert [CATALOGUE.name(one.tool) for one in result.landings] == ["Google Gemini"]


@pytest.mark.parametrize("alternative", ["Claude", "Perplexity"])
def test_an_alternative_behind_cloudflare_shares_the_fate_of_chatgpt(alternative):
    fate = CATALOGUE.shared(KEYS["ChatGPT"], KEYS[alternative])

    assert fate.answer is FateAnswer.SHARES
    assert [CATALOGUE.name(one.upstream) for one in fate.shared] == ["Cloudflare"]


def test_of_gemini_it_is_only_said_that_no_shared_upstream_is_known():
    fate = CATALOGUE.shared(KEYS["ChatGPT"], KEYS["Google Gemini"])

    assert (fate.answer, fate.shared) == (FateAnswer.NONE_KNOWN, ())
    assert fate.known_of_tool == ("model", "edge", "identity")
    assert fate.known_of_alternative == ("model", "hosting")  # and nothing of its edge
    assert {str(answer) for answer in FateAnswer} == {"shares", "none_known", "unknown"}


def test_a_tool_without_sourced_upstreams_is_unknown():
    assert CATALOGUE.shared(KEYS["ChatGPT"], KEYS["NotebookLM"]).answer == "unknown"


def test_the_smallest_cut_of_work_on_three_assistants_is_cloudflare_alone():
    cut = CATALOGUE.smallest_cut([on_chatgpt(1, "Claude", "Perplexity")])

    assert cut == {KEYS["Cloudflare"]}
    assert CATALOGUE.smallest_cut([on_chatgpt(1, "Claude", "Google Gemini")]) == {
        KEYS["Cloudflare"],
        KEYS["Google Gemini"],
    }
