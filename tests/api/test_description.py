"""What version 1 promises: a name that goes, or turns, is a break and is seen here."""

import json
from typing import Any

import pytest

from continuity.api.v1.shapes import Shape
from continuity.api.v1.site import described
from continuity.config.places import PROJECT

KEPT = PROJECT / "tests" / "api" / "v1.json"


def kind(field: dict[str, Any]) -> str:
    """Return what a field may hold, in a few words."""
    if "$ref" in field:
        return str(field["$ref"]).rpartition("/")[2]
    if "anyOf" in field:
        return " | ".join(kind(one) for one in field["anyOf"])
    if "enum" in field:
        return " | ".join(field["enum"])
    if "const" in field:
        return str(field["const"])
    inner = field.get("items") or field.get("additionalProperties")
    if isinstance(inner, dict):
        return f"{field['type']} of {kind(inner)}"
    return " ".join(filter(None, [field.get("type", "anything"), field.get("format")]))


def promised() -> dict[str, Any]:
    """Return the addresses with their parameters, and the fields of every shape."""
    found = json.loads(json.dumps(described(), default=str))
    asked = {path: operations["get"] for path, operations in found["paths"].items()}
    return {
        "paths": {
            path: {
                "answers": kind(
                    one["responses"]["200"]["content"]["application/json"]["schema"]
                ),
                "parameters": {
                    each["name"]: kind(each["schema"]) for each in one["parameters"]
                },
            }
            for path, one in asked.items()
        },
        "shapes": {
            name: {field: kind(each) for field, each in shape["properties"].items()}
            for name, shape in found["components"]["schemas"].items()
            if not name.endswith("Asked")
        },
    }


def test_no_two_shapes_have_one_name():
    """The description knows them by name alone: the second would hide the first."""
    names = [one.__name__ for one in Shape.__subclasses__() if "[" not in one.__name__]

    assert len(names) > 30
    assert sorted(names) == sorted(set(names))


def test_version_1_keeps_every_name_that_it_has_promised():
    """New addresses, parameters and fields may come: add them to v1.json, so that they
    are kept from then on. None may go."""
    assert promised() == json.loads(KEPT.read_text(encoding="utf-8"))


def test_the_description_says_how_to_come_in_and_what_goes_wrong():
    found = described()

    assert found["openapi"] == "3.1.0"
    assert found["security"] == [{"Bearer": []}]
    assert found["components"]["securitySchemes"]["Bearer"]["scheme"] == "bearer"
    for operations in found["paths"].values():
        assert list(operations) == ["get"]
        assert (
            "application/problem+json"
            in (operations["get"]["responses"]["default"]["content"])
        )


@pytest.mark.parametrize("shape", ["WorkflowTold", "Recovery", "ActionTold", "DrillTold"])
def test_a_length_says_that_it_is_in_seconds_and_an_instant_is_one(shape):
    fields = described()["components"]["schemas"][shape]["properties"]

    for name, field in fields.items():
        kinds = kind(field)
        if name.endswith("_seconds"):
            assert "integer" in kinds, name
        if name.endswith("_at"):
            assert "date-time" in kinds, name
