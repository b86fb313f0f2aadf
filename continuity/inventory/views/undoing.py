"""The door that brings back what was deleted from the inventory."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from continuity.accounts.access import access
from continuity.accounts.http import SignedInRequest
from continuity.accounts.roles import Action
from continuity.history.models import Deletion
from continuity.inventory.models import ImpactLevel, SavedView
from continuity.inventory.services import undoing


@require_POST
@access(Action.EDIT, Deletion)
def undo_deletion(request: SignedInRequest, deletion: Deletion) -> HttpResponse:
    thing: Any = undoing.bring_back(deletion.pk, actor=request.user, now=timezone.now())
    messages.success(request, _("“%(name)s” was brought back.") % {"name": deletion.label})
    if isinstance(thing, ImpactLevel):
        return redirect("inventory:scales")
    if isinstance(thing, SavedView):
        return redirect("inventory:views")
    return redirect(thing)
