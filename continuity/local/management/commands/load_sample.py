"""manage.py load_sample: fill an empty database with an organisation to try."""

from typing import Any

from django.core.management import BaseCommand, CommandError
from django.utils import timezone

from continuity.config import places
from continuity.domain.errors import Conflict
from continuity.sample import services as sample


class Command(BaseCommand):
    help = "Load the sample organisation into an empty database."

    def handle(self, **options: Any) -> None:
        try:
            administrator, password = sample.load(now=timezone.now())
        except Conflict:
            raise CommandError("There are people in this database already.") from None
        sign_in = f"Sign in as {administrator.email} with the password {password}"
        note = places.VAR / "sign-in.txt"
        note.touch(mode=0o600)
        note.write_text(f"{sign_in}\n", encoding="utf-8")
        self.stdout.write(
            f"{sign_in}\nThe same password for all its people, kept in {note}"
        )
