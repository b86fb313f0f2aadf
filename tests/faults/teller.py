"""A worker that does nothing but deliver, at a moment that it is given, until it is
killed or nothing is left: python -m tests.faults.teller 2026-03-02T12:00:00+00:00"""

import os
import sys
from datetime import datetime

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "continuity.config.settings")


def main() -> None:
    django.setup()
    from continuity.notifications.services import deliver

    now = datetime.fromisoformat(sys.argv[1])
    while deliver(now=now):
        pass


if __name__ == "__main__":
    main()
