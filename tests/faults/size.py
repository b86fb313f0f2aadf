"""How hard the faults are tried: `./run faults` sets the variable, CI does not."""

import os
from typing import Final

import pytest

FULL: Final = os.environ.get("CONTINUITY_FULL_FAULTS") == "1"

by_the_clock = pytest.mark.skipif(
    not FULL,
    reason="Kills processes by the clock, which a shared machine upsets: ./run faults.",
)
