"""Pages of the impact analysis of a workflow."""

from datetime import timedelta

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from continuity.accounts.access import access
from continuity.accounts.http import SignedInRequest
from continuity.accounts.roles import Action
from continuity.inventory.forms import impact as forms
from continuity.inventory.models import Workflow
from continuity.inventory.queries import harm, hours, similar
from continuity.inventory.queries import impact as queries
from continuity.inventory.queries import scales as rating
from continuity.inventory.queries import workflow as one
from continuity.inventory.queries import workflows as many
from continuity.inventory.services import impact, workflows
from continuity.people.queries import organisation
from continuity.web.htmx import render_page


@require_safe
@access(Action.VIEW, Workflow, along=one.ALONG)
def page(request: SignedInRequest, workflow: Workflow) -> HttpResponse:
    asked = request.GET if "since" in request.GET else None
    morning = timezone.localtime().replace(hour=9, minute=0, second=0, microsecond=0)
    initial = {"since": morning, "until": morning + timedelta(hours=3)}
    form = forms.OutageForm(asked, initial=initial)
    own = many.allowed(request.user, workflow, (Action.EDIT, Action.RUN_DRILL))
    context = {
        "page": queries.page(
            workflow, user=request.user, now=timezone.now(), asked=form.asked()
        ),
        "form": form,
        "tab": "impact",
        "may_edit": Action.EDIT in own,
        "may_drill": Action.RUN_DRILL in own,
        "may_scale": request.user.may(Action.EDIT_CATALOGUE),
    }
    return render_page(request, "inventory/impact.html", context, part="outage")


@access(Action.EDIT, Workflow)
def rate(request: SignedInRequest, workflow: Workflow) -> HttpResponse:
    """The grid. "Show the curve" and "Use the defaults" only change the page: nothing is
    kept before "Save", and all of them work without JavaScript."""
    scales = rating.scales()
    rows = harm.ratings_of(workflow)
    currency = organisation().currency
    # Also an answer without a single field is one: nothing is rated any more.
    typed = request.POST if request.method == "POST" else None
    form = forms.RatingsForm(typed, scales=scales, rows=rows, currency=currency)
    button = request.POST.get("do", "")
    if button == "defaults":
        levels = rating.defaults(workflow.tier, scales)
        form = forms.RatingsForm(scales=scales, rows=rows, levels=levels, currency=currency)
    elif request.method == "POST" and not button and form.is_valid():
        impact.rate(
            workflow.pk, ratings=form.ratings(), actor=request.user, now=timezone.now()
        )
        messages.success(request, _("The ratings were saved."))
        return redirect("inventory:impact", pk=workflow.pk)
    context = {
        "workflow": workflow,
        "form": form,
        "scales": scales,
        "analysis": harm.analysis(form.so_far(), scales, wrt=workflow.wrt),
        "peers": similar.peers(workflow, user=request.user),
        "defaults": rating.default_table(),
        "drafted": bool(button),
    }
    status = 422 if form.is_bound and not button else 200
    template = "inventory/impact_rate.html"
    return render_page(request, template, context, part="curve", status=status)


@access(Action.EDIT, Workflow)
def targets(request: SignedInRequest, workflow: Workflow) -> HttpResponse:
    found = harm.analysis(
        harm.facts(harm.ratings_of(workflow)), rating.scales(), wrt=workflow.wrt
    )
    form = forms.TargetsForm(request.POST or None, workflow=workflow, analysis=found)
    if request.method == "POST" and form.is_valid():
        impact.set_targets(
            workflow.pk, **form.cleaned_data, actor=request.user, now=timezone.now()
        )
        messages.success(request, _("The targets were saved."))
        return redirect("inventory:impact", pk=workflow.pk)
    peers = similar.peers(workflow, user=request.user)
    context = {"workflow": workflow, "form": form, "analysis": found, "peers": peers}
    status = 422 if form.is_bound else 200
    return render(request, "inventory/impact_targets.html", context, status=status)


@require_POST
@access(Action.EDIT, Workflow)
def use_computed(request: SignedInRequest, workflow: Workflow) -> HttpResponse:
    impact.use_computed(
        workflow.pk,
        expected=forms.UseComputedForm(request.POST).expected(),
        actor=request.user,
        now=timezone.now(),
    )
    messages.success(request, _("The targets are those that the ratings give."))
    return redirect("inventory:impact", pk=workflow.pk)


@access(Action.EDIT, Workflow)
def operation(request: SignedInRequest, workflow: Workflow) -> HttpResponse:
    """Hours and cost. "Check" reads the hours back and saves nothing."""
    own = organisation()
    form = forms.OperationForm(
        request.POST or None, workflow=workflow, zone=own.zone, currency=own.currency
    )
    checks = "do" in request.POST
    if request.method == "POST" and not checks and form.is_valid():
        workflows.change(
            workflow.pk,
            fields=form.fields_changed(),
            actor=request.user,
            now=timezone.now(),
        )
        messages.success(request, _("Saved."))
        return redirect("inventory:impact", pk=workflow.pk)
    context = {
        "workflow": workflow,
        "form": form,
        "hours": hours.echo(str(form["hours"].value() or "")),
        "peaks": hours.echo(str(form["peak_hours"].value() or "")),
    }
    status = 422 if form.is_bound and not checks else 200
    template = "inventory/impact_operation.html"
    return render_page(request, template, context, part="echo", status=status)


@access(Action.EDIT, Workflow)
def recovery_points(request: SignedInRequest, workflow: Workflow) -> HttpResponse:
    form = forms.RecoveryPointsForm(
        request.POST or None, kept=queries.recovery_points_of(workflow)
    )
    if request.method == "POST" and form.is_valid():
        impact.set_recovery_points(
            workflow.pk, points=form.points(), actor=request.user, now=timezone.now()
        )
        messages.success(request, _("Saved."))
        return redirect(f"{reverse('inventory:impact', args=[workflow.pk])}#lost")
    context = {"workflow": workflow, "form": form}
    status = 422 if form.is_bound else 200
    return render(request, "inventory/impact_points.html", context, status=status)
