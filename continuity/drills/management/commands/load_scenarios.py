"""Bring the shipped scenarios in."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from continuity.drills.services import scenarios


class Command(BaseCommand):
    help = "Load the scenarios that are shipped; again does nothing. After load_catalogue."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            loaded = scenarios.load(timezone.now())
        except scenarios.MissingTool as error:
            raise CommandError(str(error)) from error
        self.stdout.write(
            f"Scenarios: {loaded.added} added, {loaded.updated} updated, "
            f"{loaded.unchanged} as they were."
        )
