"""What version 1 promises: a name that goes, or turns, is a break and is seen here."""

import json
from typing import Any

import pytest

from continuity.api.v1.site import described
from continuity.config.places import PROJECT

KEPT = PROJECT / "tests" / "api" / "v1.json"


def promised() -> dict[str, Any]:
    """Return the addresses with their parameters, and the fields of every shape."""
    found = json.loads(json.dumps(described(), default=str))
    return {
        "paths": {
            path: {
                "answers": operations["get"]["responses"]["200"]["content"][
                    "application/json"
                ]["schema"]["$ref"].rpartition("/")[2],
                "parameters": sorted(
                    one["name"] for one in operations["get"]["parameters"]
                ),
            }
            for path, operations in found["paths"].items()
        },
        "shapes": {
            name: sorted(shape["properties"])
            for name, shape in sorted(found["components"]["schemas"].items())
            if "properties" in shape
        },
    }


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
    shapes = described()["components"]["schemas"]
    instant = json.dumps(shapes["Instant"])

    for name, field in shapes[shape]["properties"].items():
        kinds = json.dumps(field).replace('"#/components/schemas/Instant"', instant)
        if name.endswith("_seconds"):
            assert "integer" in kinds, name
        if name.endswith("_at"):
            assert "date-time" in kinds, name
