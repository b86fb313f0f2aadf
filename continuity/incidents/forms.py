"""What is said when something really fails."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from continuity.accounts.models import User
from continuity.incidents import queries
from continuity.inventory.models import Tool
from continuity.outages.models import Outage

LONGEST_AGO: Final = timedelta(days=90)
MOST_LINKS: Final = 5
LONGEST_LINK: Final = 300
MOST_NAMED: Final = 3
"""Tools that a title made from them names."""


class ToolChoices(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]
    """Tools as boxes to tick, each with how many workflows depend on it."""

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.name} ({obj.used_by})" if obj.used_by else obj.name


class ToolsForm(forms.Form):
    """Which tools fail, and what somebody meets: enough to join an outage."""

    tools = ToolChoices(
        Tool.objects.none(),
        label=_("Tools that fail"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Tick at least one tool that fails.")},
        help_text=_("With how many workflows use each. What needs them falls too."),
    )
    seen = forms.CharField(
        label=_("What you see"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Error messages, how many are hit, what still works."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._field("tools").queryset = queries.tools()

    def _field(self, name: str) -> Any:
        return self.fields[name]


class OutageForm(ToolsForm):
    """All that is said of a real outage."""

    since = forms.DateTimeField(
        label=_("Since when"),
        widget=forms.DateTimeInput(
            attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"
        ),
        error_messages={
            "required": _("Say when it began, as well as you know."),
            "invalid": _("This is not a day and a time. Choose both."),
        },
        help_text=_("The clocks of everybody run from then. It can be corrected later."),
    )
    title = forms.CharField(
        label=_("Title"),
        required=False,
        max_length=160,
        help_text=_("Empty: the names of the tools."),
    )
    links = forms.CharField(
        label=_("Status pages"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("One web address to a line."),
    )

    def __init__(self, *args: Any, now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.now = now
        self.order_fields(["tools", "since", "seen", "title", "links"])

    def clean_since(self) -> datetime:
        since: datetime = self.cleaned_data["since"]
        if since > self.now:
            raise ValidationError(
                _("The onset lies in the future. Choose when it began, or now."), "ahead"
            )
        if self.now - since > LONGEST_AGO:
            raise ValidationError(
                _("That is more than 90 days ago. Check the day."), "long_ago"
            )
        return since

    def clean_links(self) -> list[str]:
        found = [line.strip() for line in self.cleaned_data["links"].splitlines()]
        links = list(dict.fromkeys(line for line in found if line))
        if len(links) > MOST_LINKS:
            raise ValidationError(
                _("Name the %(most)s best at most."), "many", {"most": MOST_LINKS}
            )
        check = URLValidator(schemes=["http", "https"])
        for link in links:
            try:
                check(link)
            except ValidationError:
                raise ValidationError(
                    _("“%(link)s” is not a web address. Begin it with https://."),
                    "not_a_link",
                    {"link": link[:80]},
                ) from None
            if len(link) > LONGEST_LINK:
                raise ValidationError(
                    _("A web address here has 300 characters at most."), "long"
                )
        return links

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if not said.get("title") and said.get("tools"):
            said["title"] = title_of(list(said["tools"]))
        return said


def title_of(tools: Sequence[Tool]) -> str:
    """Return what an outage is called to which nobody gave a name."""
    names = ", ".join(tool.name for tool in tools[:MOST_NAMED])
    if len(tools) > MOST_NAMED:
        names = f"{names} …"
    return gettext("%(tools)s does not work")[:160] % {"tools": names[:130]}


class Theirs(ToolsForm):
    """Tools that hit work of the person who names them."""

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_tools(self) -> list[Tool]:
        tools = list(self.cleaned_data["tools"])
        if not queries.hits_theirs(self.user, [tool.pk for tool in tools]):
            raise ValidationError(
                _(
                    "No work of your teams falls with these tools. Choose others, or ask "
                    "a manager to declare it."
                ),
                "none_of_yours",
            )
        return tools


class JoinForm(Theirs):
    """What a person who joins brings along, from the form of a declaration."""


class DeclareForm(Theirs, OutageForm):
    """Declaring one, as fast as can be: the tools, and all else may stay as it is."""

    def facts(self) -> dict[str, Any]:
        """Return what `services.declaring.declare` takes, but for who and when."""
        said = self.cleaned_data
        return {
            "title": said["title"],
            "seen": said["seen"],
            "tools": said["tools"],
            "occurred_at": said["since"],
            "links": said["links"],
        }


class ChangeForm(OutageForm):
    """Correcting one. What is over keeps its tools."""

    reason = forms.CharField(
        label=_("Why the onset is corrected"),
        required=False,
        max_length=300,
        help_text=_("The journal keeps both instants, and this."),
    )

    def __init__(self, *args: Any, outage: Outage, now: datetime, **kwargs: Any) -> None:
        links = "\n".join(queries.incident_of(outage).links)
        own = list(outage.tools.values_list("pk", flat=True))
        initial = {
            "tools": own,
            "since": timezone.localtime(outage.onset),
            "seen": outage.briefing,
            "title": outage.title,
            "links": links,
        }
        super().__init__(*args, now=now, initial=initial, **kwargs)
        self.outage = outage
        self._field("tools").queryset = queries.tools(besides=own)
        if outage.ended_at is not None:
            del self.fields["tools"]
        self.order_fields(["tools", "since", "reason", "seen", "title", "links"])

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        since = said.get("since")
        # The field shows minutes: what was not touched keeps its seconds.
        if since is not None and since == self.outage.onset.replace(
            second=0, microsecond=0
        ):
            said["since"] = self.outage.onset
        elif since is not None and not said.get("reason"):
            self.add_error("reason", _("Say why: other clocks follow from it."))
        return said

    def facts(self) -> dict[str, Any]:
        """Return what `services.declaring.change` takes, but for who and when."""
        said = self.cleaned_data
        return {
            "title": said["title"] or self.outage.title,
            "seen": said["seen"],
            "tools": said.get("tools"),
            "occurred_at": said["since"],
            "reason": said["reason"],
            "links": said["links"],
        }


class WithdrawForm(forms.Form):
    reason = forms.CharField(
        label=_("Why it was a false alarm"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Say why it was a false alarm.")},
        help_text=_("It stays in the list with this, and out of all figures."),
    )
