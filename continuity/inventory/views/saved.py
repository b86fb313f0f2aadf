"""Doors to saved views."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from continuity.accounts.access import access
from continuity.accounts.http import SignedInRequest
from continuity.accounts.roles import Action
from continuity.history.http import say_deleted
from continuity.inventory import forms
from continuity.inventory.models import SavedView
from continuity.inventory.queries import saved as queries
from continuity.inventory.services import saved as services
from continuity.web.htmx import wants_part
from continuity.web.paging import page_of


def context(
    request: SignedInRequest, page: str, address: str, asked: str
) -> dict[str, Any]:
    """Return what inventory/_views.html needs above a list that shows `asked`."""
    choices = queries.choices(request.user, page, asked)
    return {
        "views": choices,
        "known": any(choice.current for choice in choices),
        "list": page,
        "list_url": address,
        "asked": asked,
        "part": wants_part(request),
    }


@access(Action.SIGNED_IN)
def listing(request: SignedInRequest) -> HttpResponse:
    context = {"page": page_of(request, queries.own(request.user))}
    return render(request, "inventory/views.html", context)


@access(Action.SIGNED_IN)
def view_new(request: SignedInRequest) -> HttpResponse:
    """Take a name for what the list shows; the list's own form sends it here."""
    asked = {"page": request.GET.get("list"), "query": request.GET.get("query", "")}
    form = forms.SavedViewForm(request.POST or None, user=request.user, initial=asked)
    if request.method == "POST" and form.is_valid():
        view = services.save(**form.cleaned_data, actor=request.user, now=timezone.now())
        messages.success(request, _("The view was saved."))
        return redirect(queries.address(view))
    status = 422 if form.is_bound else 200
    return render(request, "inventory/view_form.html", {"form": form}, status=status)


@access(Action.EDIT, SavedView)
def view_edit(request: SignedInRequest, view: SavedView) -> HttpResponse:
    own = {"name": view.name, "shared": view.shared}
    form = forms.SavedViewForm(
        request.POST or None, user=request.user, view=view, initial=own
    )
    if request.method == "POST" and form.is_valid():
        services.change(
            view.pk, **form.cleaned_data, actor=request.user, now=timezone.now()
        )
        messages.success(request, _("Saved."))
        return redirect("inventory:views")
    status = 422 if form.is_bound else 200
    context = {"form": form, "view": view}
    return render(request, "inventory/view_form.html", context, status=status)


@require_POST
@access(Action.EDIT, SavedView)
def view_remove(request: SignedInRequest, view: SavedView) -> HttpResponse:
    gone = services.remove(view.pk, actor=request.user, now=timezone.now())
    say_deleted(request, _("The view was deleted."), gone)
    return redirect("inventory:views")
