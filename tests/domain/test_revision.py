import pytest

from continuity.domain.revision import Change, compare, words


def steps(*texts):
    return [{"text": text, "role": ""} for text in texts]


def told(old, new):
    return [
        (one.change, one.before, one.after) for one in compare(steps(*old), steps(*new))
    ]


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        ([], [], []),
        (["a"], ["a"], [("same", 1, 1)]),
        ([], ["a"], [("added", None, 1)]),
        (["a"], [], [("removed", 1, None)]),
        (["a", "b"], ["b"], [("removed", 1, None), ("same", 2, 1)]),
        (["a", "b"], ["a", "x", "b"], [("same", 1, 1), ("added", None, 2), ("same", 2, 3)]),
        (["open it now"], ["open it later"], [("changed", 1, 1)]),
        (["open it"], ["call them"], [("added", None, 1), ("removed", 1, None)]),
    ],
)
def test_each_step_stays_comes_goes_or_changes(old, new, found):
    assert told(old, new) == found


def test_a_reworded_step_after_one_that_went_is_still_the_same_step():
    old = ["Tell the floor", "Sign in with the claims account"]

    assert told(old, ["Sign in with the shared account"]) == [
        ("removed", 1, None),
        ("changed", 2, 1),
    ]


def test_words_that_went_and_came_are_told_apart():
    pieces = words("Sign in with the claims account", "Sign in with the shared account")

    assert [(one.change, one.text) for one in pieces] == [
        (Change.SAME, "Sign in with the "),
        (Change.REMOVED, "claims"),
        (Change.ADDED, "shared"),
        (Change.SAME, " account"),
    ]


def test_only_the_fields_that_differ_are_named():
    old = [{"text": "Go", "role": "Lead", "details": "x"}]
    new = [{"text": "Go", "role": "Deputy", "details": "x"}]

    (found,) = compare(old, new)

    assert [field.name for field in found.fields] == ["role"]


@pytest.mark.parametrize(("old", "new"), [(range(60), range(30, 90)), ([], range(60))])
def test_every_step_of_both_versions_appears_exactly_once(old, new):
    found = told([f"Step number {n}" for n in old], [f"Step number {n}" for n in new])

    assert [b for _c, b, _a in found if b] == list(range(1, len(old) + 1))
    assert [a for _c, _b, a in found if a] == list(range(1, len(new) + 1))
