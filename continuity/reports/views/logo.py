"""The logo on reports: shown, set, removed."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from continuity.accounts.access import access
from continuity.accounts.http import SignedInRequest
from continuity.accounts.roles import Action
from continuity.reports import forms, queries, services
from continuity.web import problems


@require_http_methods(["GET", "POST"])
@access(Action.ADMINISTER)
def page(request: SignedInRequest) -> HttpResponse:
    logo = queries.logo()
    initial = {"alt": logo.alt if logo else queries.organisation_name()}
    form = forms.LogoForm(request.POST or None, request.FILES or None, initial=initial)
    if form.is_valid():
        try:
            services.set_logo(
                form.cleaned_data["picture"].read(),
                alt=form.cleaned_data["alt"],
                actor=request.user,
                now=timezone.now(),
            )
        except services.LogoRefused as refused:
            form.add_error("picture", problems.sentence(refused))
        else:
            messages.success(request, _("Reports made from now on carry the logo."))
            return redirect("reports:logo")
    return render(
        request,
        "reports/logo.html",
        {"form": form, "logo": logo},
        status=422 if form.is_bound else 200,
    )


@require_GET
@access(Action.SIGNED_IN)
def picture(request: SignedInRequest) -> HttpResponse:
    logo = queries.logo()
    if logo is None:
        raise Http404
    return HttpResponse(bytes(logo.content), content_type="image/png")


@require_POST
@access(Action.ADMINISTER)
def remove(request: SignedInRequest) -> HttpResponse:
    services.remove_logo(actor=request.user, now=timezone.now())
    messages.success(request, _("Reports made from now on carry no logo."))
    return redirect("reports:logo")
