"""Scenarios, shipped and one's own."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from continuity.accounts.access import access
from continuity.accounts.http import SignedInRequest
from continuity.accounts.roles import Action
from continuity.drills.forms.scenarios import ScenarioEditor
from continuity.drills.models import Scenario
from continuity.drills.queries import pages, sheets
from continuity.drills.services import scenarios as scenario_services
from continuity.web.paging import page_of
from continuity.web.tables.files import file_of, wants_file


@require_safe
@access(Action.VIEW)
def scenarios(request: SignedInRequest) -> HttpResponse:
    context = {"page": page_of(request, pages.scenarios())}
    return render(request, "drills/scenarios.html", context)


@require_safe
@access(Action.VIEW, Scenario)
def scenario(request: SignedInRequest, scenario: Scenario) -> HttpResponseBase:
    found = pages.scenario_page(scenario)
    if wants_file(request, "phases"):
        made = sheets.phases("phases", lambda: found.phases)
        return file_of(request, made, now=timezone.now())
    context = {
        "found": found,
        "may_plan": pages.may_plan(request.user),
        "may_edit": request.user.may(Action.EDIT_CATALOGUE),
    }
    return render(request, "drills/scenario.html", context)


@require_POST
@access(Action.EDIT_CATALOGUE, Scenario)
def scenario_copy(request: SignedInRequest, scenario: Scenario) -> HttpResponse:
    made = scenario_services.copy(scenario.pk, actor=request.user, now=timezone.now())
    messages.success(request, _("This copy is yours. Change what you need and save it."))
    return redirect("drills:scenario_edit", made.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@access(Action.EDIT_CATALOGUE, Scenario)
def scenario_edit(request: SignedInRequest, scenario: Scenario) -> HttpResponse:
    """Every button but "Save" only changes the forms; all work without JavaScript."""
    if not scenario.is_own:
        raise PermissionDenied
    posted = request.POST if request.method == "POST" else None
    editor = ScenarioEditor(scenario, posted, pages.editable_tools(scenario))
    button = request.POST.get("do", "")
    if posted is not None and button:
        editor.rearrange(button)
    elif posted is not None and editor.is_valid():
        scenario_services.change(
            scenario.pk, **editor.drawn(), actor=request.user, now=timezone.now()
        )
        messages.success(request, _("The scenario is saved as a new version."))
        return redirect(scenario)
    context = {"scenario": scenario, "editor": editor}
    status = 422 if editor.is_bound else 200
    return render(request, "drills/scenario_form.html", context, status=status)
