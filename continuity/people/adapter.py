"""How django-allauth is held to this product's rules."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest
from django.utils import timezone

from continuity.accounts.models import User
from continuity.people import services


class Adapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth ships no types
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """People are added by an administrator; nobody signs up alone."""
        return False

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Put a link in the outbox: a page must open while the mail server is down.

        The link for a forgotten password is the one mail that allauth is left to ask
        for. To an address nobody has here nothing is sent.
        """
        person = context.get("user")
        if isinstance(person, User):
            services.owe_password_link(person, now=timezone.now())
