#!/usr/bin/env python
"""The one command: `manage.py up` starts everything, `manage.py help` lists the rest."""

import os
import sys

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "continuity.config.settings")
    if sys.argv[1:2] == ["up"]:
        # Settings want a key, and Django reads them before it looks for the command.
        from continuity.config import places

        try:
            places.make_own_secret_key()
        except OSError as error:
            sys.exit(f"Continuity cannot keep its data in {places.VAR}: {error.strerror}.")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)
