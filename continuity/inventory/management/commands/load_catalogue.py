"""`manage.py load_catalogue`: the shipped catalogue of tools, into the database."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from continuity.inventory.services import catalogue


class Command(BaseCommand):
    help = (
        "Brings the shipped catalogue of tools and their upstreams in, or up to date. "
        "What people made or edited is left alone. Repeating it changes nothing."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        done = catalogue.load(timezone.now())
        self.stdout.write(
            f"Added {done.providers} providers, {done.tools} tools, {done.spellings} "
            f"spellings and {done.upstreams} upstreams; corrected {done.changed} and "
            f"removed {done.removed}; left {done.left} tools that people edited. "
            f"Added {done.scales} categories and levels of impact."
        )
