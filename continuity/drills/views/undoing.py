"""The door that brings back schedules and files of holidays."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from continuity.accounts.access import access
from continuity.accounts.http import SignedInRequest
from continuity.accounts.roles import Action
from continuity.drills.services import undoing
from continuity.history.models import Deletion


@require_POST
@access(Action.EDIT, Deletion)
def undo_deletion(request: SignedInRequest, deletion: Deletion) -> HttpResponse:
    thing = undoing.bring_back(deletion.pk, actor=request.user, now=timezone.now())
    messages.success(request, _("“%(name)s” was brought back.") % {"name": deletion.label})
    return redirect(thing)
