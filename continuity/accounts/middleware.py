"""The person's own language and time zone, for as long as the answer is made."""

from collections.abc import Callable
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone, translation

from continuity.accounts.models import User


class PreferencesMiddleware:
    """Activate what the person chose; Django's LocaleMiddleware has set the browser's."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        user = request.user
        if not isinstance(user, User):
            return self.get_response(request)
        if user.language:
            translation.activate(user.language)
            request.LANGUAGE_CODE = translation.get_language()
        if user.zone:
            with timezone.override(ZoneInfo(user.zone)):
                return self.get_response(request)
        return self.get_response(request)
