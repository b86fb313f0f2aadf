"""Handing over what a person who leaves has in their name."""

from django.contrib import messages
from django.http import Http404
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import ngettext

from continuity.accounts.access import access
from continuity.accounts.http import SignedInRequest
from continuity.accounts.roles import Action
from continuity.drills.forms import handing_over as forms
from continuity.drills.queries import handing_over as queries
from continuity.drills.queries import sheets
from continuity.drills.services import handing_over
from continuity.web.paging import page_of
from continuity.web.tables.files import file_of, wants_file


@access(Action.RUN_DRILL)
def people(request: SignedInRequest) -> HttpResponseBase:
    form = forms.PeopleFilter(request.GET)
    wanted = form.cleaned_data if form.is_valid() else {}
    found = queries.people(
        request.user, wanted.get("q", ""), closed=bool(wanted.get("closed"))
    )
    if wants_file(request, "hand-overs"):
        return file_of(request, sheets.hand_overs(lambda: found), now=timezone.now())
    context = {
        "form": form,
        "page": page_of(request, found),
        "active": any(wanted.values()),
    }
    return render(request, "drills/hand_over_people.html", context)


@access(Action.RUN_DRILL)
def person(request: SignedInRequest, pk: int) -> HttpResponseBase:
    """What somebody has in their name; with `to`, who would get it. A POST does it."""
    somebody = queries.person(request.user, pk)
    if somebody is None:
        raise Http404
    form = forms.SuccessorForm(
        request.GET if "to" in request.GET else None, person=somebody
    )
    to = form.cleaned_data["to"] if form.is_valid() else None
    if request.method == "POST" and to is not None:
        seen = request.POST.get("seen", "")
        done = handing_over.hand_over(
            pk, to.pk, seen=seen, actor=request.user, now=timezone.now()
        )
        said = ngettext(
            "%(number)d thing was handed over.",
            "%(number)d things were handed over.",
            len(done.going),
        )
        messages.success(request, said % {"number": len(done.going)})
        return redirect("drills:hand_over", pk)
    view = queries.hand_over(request.user, somebody, to)
    if wants_file(request, "hand-over"):
        return file_of(request, sheets.hand_over(view), now=timezone.now())
    context = {
        "form": form,
        "view": view,
        "page": page_of(request, view.items),
        "may_administer": request.user.may(Action.ADMINISTER),
    }
    status = 422 if form.is_bound and to is None else 200
    return render(request, "drills/hand_over.html", context, status=status)
