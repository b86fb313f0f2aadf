"""Gather the texts of all sources into the French catalogue, and compile it."""

from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    help = "Gather texts into continuity/locale and compile them; says what lacks French."

    def handle(self, *args: Any, **options: Any) -> None:
        """Without places of texts, since each line that moved would be a change."""
        call_command(
            "makemessages",
            locale=["fr"],
            no_location=True,
            no_obsolete=True,
            ignore_patterns=["tests", "var"],
        )
        call_command("compilemessages", locale=["fr"], ignore_patterns=[".venv", "var"])
