"""Pages of proofs: a check, a person's word, an early end, the file, and how long."""

from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from continuity.accounts.access import access
from continuity.accounts.http import SignedInRequest
from continuity.accounts.roles import Action
from continuity.inventory import forms
from continuity.inventory.models import Alternative, Proof, Tier, Workflow
from continuity.inventory.queries import proofs as queries
from continuity.inventory.services import proofs
from continuity.web import attachments
from continuity.web.back import way_back

SANDBOX = "default-src 'none'; sandbox"


@access(Action.EDIT, Alternative)
def check(request: SignedInRequest, alternative: Alternative) -> HttpResponse:
    now = timezone.now()
    workflow = alternative.dependency.workflow
    form = forms.CheckForm(request.POST or None, request.FILES or None, now=now)
    if request.method == "POST" and form.is_valid():
        proofs.check(
            alternative.pk,
            fields=form.facts(),
            attachment=form.cleaned_data["file"],
            actor=request.user,
            now=now,
        )
        messages.success(request, _("The check was recorded."))
        return redirect(_evidence(workflow))
    context = {
        "form": form,
        "alternative": alternative,
        "workflow": workflow,
        "lasting": queries.sentence(queries.policy(), workflow.tier),
    }
    status = 422 if form.is_bound else 200
    return render(request, "inventory/check_form.html", context, status=status)


@require_POST
@access(Action.TAKE_PART, Alternative)
def attest(request: SignedInRequest, alternative: Alternative) -> HttpResponse:
    """Take somebody's word, with the button that takes it back at once."""
    said = proofs.attest(alternative.pk, actor=request.user, now=timezone.now())
    back = way_back(request)
    undo = reverse("inventory:proof_take_back", args=[said.pk])
    if back:
        undo = f"{undo}?{urlencode({'next': back})}"
    text = _("Thank you. Your word on %(name)s is kept as evidence.")
    messages.success(request, text % {"name": alternative}, extra_tags=undo)
    return redirect(back or alternative.dependency.workflow.get_absolute_url())


@require_POST
@access(Action.TAKE_PART, Proof)
def take_back(request: SignedInRequest, proof: Proof) -> HttpResponse:
    workflow = proof.alternative.dependency.workflow
    proofs.take_back(proof.pk, actor=request.user, now=timezone.now())
    messages.success(request, _("Your word was taken back."))
    return redirect(way_back(request) or workflow.get_absolute_url())


@require_POST
@access(Action.EDIT, Proof)
def end(request: SignedInRequest, proof: Proof) -> HttpResponse:
    workflow = proof.alternative.dependency.workflow
    form = forms.EndProofForm(request.POST)
    if not form.is_valid():
        context = {"form": form, "proof": proof, "workflow": workflow}
        return render(request, "inventory/proof_end.html", context, status=422)
    proofs.end_by_hand(
        proof.pk,
        reason=form.cleaned_data["reason"],
        actor=request.user,
        now=timezone.now(),
    )
    messages.success(request, _("The proof counts no more."))
    return redirect(_evidence(workflow))


@require_safe
@access(Action.VIEW, Proof)
def file(request: SignedInRequest, proof: Proof) -> HttpResponse:
    """Hand out the file to be saved. It is never shown as a page of ours."""
    content = queries.file_of(proof)
    kind = attachments.kind_of(content) if content else None
    if content is None or kind is None:
        raise Http404
    saved = content_disposition_header(as_attachment=True, filename=proof.file_name)
    headers = {
        "Content-Disposition": saved or "attachment",
        "Content-Security-Policy": SANDBOX,
        "Cache-Control": "private, no-store",
    }
    return HttpResponse(
        content, content_type=attachments.CONTENT_TYPES[kind], headers=headers
    )


@access(Action.ADMINISTER)
def policy(request: SignedInRequest) -> HttpResponse:
    form = forms.PolicyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        proofs.set_policy(form.days(), actor=request.user, now=timezone.now())
        messages.success(request, _("Saved."))
        return redirect("inventory:proof_policy")
    context = {"form": form, "tiers": Tier.choices}
    status = 422 if form.is_bound else 200
    return render(request, "inventory/proof_policy.html", context, status=status)


def _evidence(workflow: Workflow) -> str:
    return reverse("inventory:evidence", args=[workflow.pk])
