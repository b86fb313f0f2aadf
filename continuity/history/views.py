"""The page of what was changed, by whom, from what to what."""

from django.http import HttpResponse
from django.shortcuts import render

from continuity.accounts.access import access
from continuity.accounts.http import SignedInRequest
from continuity.accounts.roles import Action
from continuity.history import forms, queries


@access(Action.VIEW)
def history(request: SignedInRequest) -> HttpResponse:
    form = forms.HistoryFilter(request.GET, user=request.user)
    # What cannot be read asks for nothing, as in an address somebody typed.
    form.is_valid()
    after = form.cleaned_data.pop("after", "")
    wanted = queries.Wanted(**form.cleaned_data)
    older = request.GET.copy()
    page = queries.history(request.user, wanted, after=after)
    older["after"] = page.older
    context = {
        "form": form,
        "page": page,
        "active": wanted != queries.Wanted(),
        "actor": queries.actor_name(request.user, wanted.actor) if wanted.actor else "",
        "later": bool(after),
        "older": f"?{older.urlencode()}" if page.older else "",
        "administers": request.user.may(Action.ADMINISTER),
    }
    return render(request, "history/list.html", context)
