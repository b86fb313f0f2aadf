"""The page of the organisation's scales of impact."""

from collections.abc import Sequence

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from continuity.accounts.access import access
from continuity.accounts.http import SignedInRequest
from continuity.accounts.roles import Action
from continuity.history.http import say_deleted
from continuity.inventory.forms.impact import CategoryForm, LevelForm
from continuity.inventory.models import ImpactCategory, ImpactLevel
from continuity.inventory.queries import scales as queries
from continuity.inventory.services import scales as services


@require_safe
@access(Action.EDIT_CATALOGUE)
def page(request: SignedInRequest) -> HttpResponse:
    return _page(request)


@require_POST
@access(Action.EDIT_CATALOGUE)
def begin(request: SignedInRequest) -> HttpResponse:
    """Make the shipped scales where there are none."""
    services.load_scales(timezone.now(), actor=request.user)
    return redirect("inventory:scales")


@require_POST
@access(Action.EDIT_CATALOGUE)
def category_new(request: SignedInRequest) -> HttpResponse:
    form = CategoryForm(request.POST, prefix="category", others=queries.categories())
    if not form.is_valid():
        return _page(request, category_form=form)
    services.add_category(
        name=form.cleaned_data["name"], actor=request.user, now=timezone.now()
    )
    messages.success(request, _("The category was added."))
    return redirect("inventory:scales")


@require_POST
@access(Action.EDIT_CATALOGUE, ImpactCategory)
def category(request: SignedInRequest, category: ImpactCategory) -> HttpResponse:
    others = [one for one in queries.categories() if one != category]
    form = CategoryForm(request.POST, others=others)
    if not form.is_valid():
        return _refused(request, form)
    services.rename_category(
        category.pk,
        name=form.cleaned_data["name"],
        actor=request.user,
        now=timezone.now(),
    )
    messages.success(request, _("Saved."))
    return redirect("inventory:scales")


@require_POST
@access(Action.EDIT_CATALOGUE, ImpactCategory)
def category_move(request: SignedInRequest, category: ImpactCategory) -> HttpResponse:
    services.move_category(
        category.pk,
        up=request.POST.get("way") == "up",
        actor=request.user,
        now=timezone.now(),
    )
    return redirect("inventory:scales")


@require_POST
@access(Action.EDIT_CATALOGUE, ImpactCategory)
def category_archive(request: SignedInRequest, category: ImpactCategory) -> HttpResponse:
    services.archive_category(category.pk, actor=request.user, now=timezone.now())
    messages.success(request, _("The category is archived. Its ratings are kept."))
    return redirect("inventory:scales")


@require_POST
@access(Action.EDIT_CATALOGUE, ImpactCategory)
def category_restore(request: SignedInRequest, category: ImpactCategory) -> HttpResponse:
    services.restore_category(category.pk, actor=request.user, now=timezone.now())
    messages.success(request, _("The category is in use again."))
    return redirect("inventory:scales")


@require_POST
@access(Action.EDIT_CATALOGUE)
def level_new(request: SignedInRequest) -> HttpResponse:
    form = LevelForm(request.POST, prefix="level", others=queries.levels())
    if not form.is_valid():
        return _page(request, level_form=form)
    services.add_level(**form.cleaned_data, actor=request.user, now=timezone.now())
    messages.success(request, _("The level was added, as the worst."))
    return redirect("inventory:scales")


@require_POST
@access(Action.EDIT_CATALOGUE, ImpactLevel)
def level(request: SignedInRequest, level: ImpactLevel) -> HttpResponse:
    others = [one for one in queries.levels() if one != level]
    form = LevelForm(request.POST, others=others)
    if not form.is_valid():
        return _refused(request, form)
    services.change_level(
        level.pk, **form.cleaned_data, actor=request.user, now=timezone.now()
    )
    messages.success(request, _("Saved."))
    return redirect("inventory:scales")


@require_POST
@access(Action.EDIT_CATALOGUE, ImpactLevel)
def level_move(request: SignedInRequest, level: ImpactLevel) -> HttpResponse:
    services.move_level(
        level.pk,
        up=request.POST.get("way") == "up",
        actor=request.user,
        now=timezone.now(),
    )
    return redirect("inventory:scales")


@require_POST
@access(Action.EDIT_CATALOGUE, ImpactLevel)
def level_remove(request: SignedInRequest, level: ImpactLevel) -> HttpResponse:
    gone = services.remove_level(level.pk, actor=request.user, now=timezone.now())
    say_deleted(request, _("The level was removed."), gone)
    return redirect("inventory:scales")


def _page(
    request: SignedInRequest,
    *,
    category_form: CategoryForm | None = None,
    level_form: LevelForm | None = None,
    said: Sequence[str] = (),
) -> HttpResponse:
    refused = bool(category_form or level_form or said)
    context = {
        "categories": queries.categories(),
        "levels": queries.levels_with_use(),
        "archived": queries.archived_categories(),
        "category_form": category_form or CategoryForm(prefix="category", others=()),
        "level_form": level_form or LevelForm(prefix="level", others=()),
        "said": said,
        "administers": request.user.may(Action.ADMINISTER),
    }
    status = 422 if refused else 200
    return render(request, "inventory/scales.html", context, status=status)


def _refused(request: SignedInRequest, form: CategoryForm) -> HttpResponse:
    """Show what was wrong with a name in the list, above it; the list is as it was."""
    return _page(request, said=[str(error) for error in form.errors.get("name", [])])
