"""A worker that does nothing but conduct drills, as the clock's ticks have it, until it is
killed; it says when it is ready: python -m tests.faults.conductor"""

import os
import time

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "continuity.config.settings")

TICK = 2.0


def main() -> None:
    django.setup()
    from continuity.drills.tasks import conduct

    print("ready", flush=True)
    while True:
        conduct()
        time.sleep(TICK)


if __name__ == "__main__":
    main()
