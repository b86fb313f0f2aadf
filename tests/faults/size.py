"""How hard the faults are tried: `./run faults` sets the variable, CI does not."""

import os
from typing import Final

FULL: Final = os.environ.get("CONTINUITY_FULL_FAULTS") == "1"
