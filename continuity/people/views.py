"""Pages about people: the first start, one's own settings, accounts, teams."""

from allauth.account import views as account
from django.conf import settings as conf
from django.contrib import messages
from django.contrib.auth import login
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone, translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe

from continuity.accounts.access import access
from continuity.accounts.http import SignedInRequest
from continuity.accounts.models import Team, User
from continuity.accounts.roles import Action
from continuity.history.http import say_deleted
from continuity.history.models import Deletion
from continuity.people import exports, forms, queries, services
from continuity.web.htmx import wants_json
from continuity.web.paging import page_of
from continuity.web.tables.files import file_of, wants_file

SHOWN_ONCE = "password-link"
"""Where the session keeps a link from the answer that made it to the page shown next."""


def sign_in(request: HttpRequest) -> HttpResponseBase:
    """allauth's sign-in, or the first start where nobody could sign in yet."""
    if not queries.is_set_up():
        return redirect("accounts:setup")
    response: HttpResponseBase = account.login(request)
    return response


def sign_out(request: HttpRequest) -> HttpResponseBase:
    """allauth's sign-out, which also clears what this device keeps: grab packs."""
    response: HttpResponse = account.logout(request)
    if request.method == "POST":
        response.headers["Clear-Site-Data"] = '"storage"'
    return response


@sensitive_post_parameters("password")
def set_up(request: HttpRequest) -> HttpResponse:
    """Make the first administrator. There is no such page once there is one."""
    if queries.is_set_up():
        raise Http404
    form = forms.SetUpForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        person = services.set_up(**form.cleaned_data, now=timezone.now())
        login(request, person, backend=conf.AUTHENTICATION_BACKENDS[0])
        return redirect("dashboard:overview")
    return render(request, "people/setup.html", {"form": form})


@require_POST
def preferences(request: HttpRequest) -> HttpResponse:
    """Take a language, a theme or a zone from the frame's buttons, and go back.

    Who is not signed in chooses the language of this browser.
    """
    form = forms.PreferencesForm(request.POST)
    back = request.POST.get("next", "")
    hosts = {request.get_host()}
    if not url_has_allowed_host_and_scheme(back, hosts, require_https=request.is_secure()):
        back = "/"
    response = redirect(back)
    if not form.is_valid():
        return response
    chosen = {
        name: value for name, value in form.cleaned_data.items() if name in request.POST
    }
    if isinstance(request.user, User):
        services.set_preferences(request.user.pk, **chosen, now=timezone.now())
    if wants_json(request):
        return HttpResponse(status=204)
    if language := chosen.get("language"):
        response.set_cookie(
            conf.LANGUAGE_COOKIE_NAME,
            language,
            max_age=365 * 24 * 3600,
            secure=conf.LANGUAGE_COOKIE_SECURE,
            samesite="Lax",
        )
    return response


@access(Action.SIGNED_IN)
def profile(request: SignedInRequest) -> HttpResponse:
    user = request.user
    initial = {
        "name": user.name,
        "language": user.language,
        "theme": user.theme,
        "zone": user.zone or conf.TIME_ZONE,
        "single_keys": user.single_keys,
    }
    form = forms.ProfileForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        services.set_preferences(user.pk, **form.cleaned_data, now=timezone.now())
        # The answer is already in the language that was chosen.
        translation.activate(form.cleaned_data["language"] or translation.get_language())
        messages.success(request, _("Saved."))
        return redirect("accounts:profile")
    memberships = queries.memberships(user)
    return render(
        request, "people/profile.html", {"form": form, "memberships": memberships}
    )


@access(Action.ADMINISTER)
def settings(request: SignedInRequest) -> HttpResponse:
    own = queries.organisation()
    initial = {
        "name": own.name,
        "zone": own.zone,
        "upstream_stale_days": own.upstream_stale_days,
        "review_months": own.review_months,
        "currency": own.currency,
        "concentration_limit": own.concentration_limit,
    }
    form = forms.OrganisationForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        services.change_organisation(
            **form.cleaned_data, actor=request.user, now=timezone.now()
        )
        messages.success(request, _("Saved."))
        return redirect("accounts:settings")
    return render(request, "people/settings.html", {"form": form, "organisation": own})


@access(Action.ADMINISTER)
def people(request: SignedInRequest) -> HttpResponseBase:
    form = forms.PeopleFilter(request.GET)
    wanted = form.cleaned_data if form.is_valid() else {}
    found = queries.people(
        wanted.get("q", ""), wanted.get("role", ""), closed=bool(wanted.get("closed"))
    )
    if wants_file(request, "people"):
        return file_of(request, exports.people(lambda: found), now=timezone.now())
    context = {
        "form": form,
        "page": page_of(request, found),
        "active": any(wanted.values()),
    }
    return render(request, "people/people.html", context)


@access(Action.ADMINISTER)
def person_new(request: SignedInRequest) -> HttpResponse:
    form = forms.NewPersonForm(
        request.POST or None, initial={"language": translation.get_language()}
    )
    if request.method == "POST" and form.is_valid():
        added = services.add_person(
            **form.cleaned_data,
            zone=queries.organisation().zone,
            actor=request.user,
            now=timezone.now(),
        )
        request.session[SHOWN_ONCE] = [added.pk, services.password_link(added)]
        return redirect("accounts:person", added.pk)
    return render(request, "people/person_new.html", {"form": form})


@access(Action.ADMINISTER)
def person(request: SignedInRequest, pk: int) -> HttpResponse:
    somebody = get_object_or_404(queries.people(closed=True), pk=pk)
    own = somebody.pk == request.user.pk
    initial = {"name": somebody.name, "organisation_role": somebody.organisation_role}
    form = forms.PersonForm(request.POST or None, initial=initial, own=own)
    if request.method == "POST" and form.is_valid():
        services.change_person(
            somebody.pk,
            name=form.cleaned_data["name"],
            organisation_role=form.cleaned_data["organisation_role"],
            actor=request.user,
            now=timezone.now(),
        )
        messages.success(request, _("Saved."))
        leaves = own and form.cleaned_data.get("sure")
        return redirect("dashboard:overview") if leaves else redirect("accounts:person", pk)
    shown_once = request.session.get(SHOWN_ONCE)
    link = ""
    if request.method == "GET" and shown_once and shown_once[0] == pk:
        link = request.session.pop(SHOWN_ONCE)[1]
    context = {"form": form, "person": somebody, "own": own, "link": link}
    response = render(request, "people/person.html", context)
    if link:
        response["Cache-Control"] = "no-store"
    return response


@require_POST
@access(Action.ADMINISTER)
def person_close(request: SignedInRequest, pk: int) -> HttpResponse:
    somebody = get_object_or_404(queries.people(), pk=pk)
    services.close_account(somebody.pk, actor=request.user, now=timezone.now())
    messages.success(request, _("The account is closed."))
    return redirect("accounts:person", pk)


@require_POST
@access(Action.ADMINISTER)
def person_open(request: SignedInRequest, pk: int) -> HttpResponse:
    somebody = get_object_or_404(queries.people(closed=True), pk=pk)
    services.open_account(somebody.pk, actor=request.user, now=timezone.now())
    messages.success(request, _("The account is open again."))
    return redirect("accounts:person", pk)


@require_POST
@access(Action.ADMINISTER)
def person_link(request: SignedInRequest, pk: int) -> HttpResponse:
    somebody = get_object_or_404(queries.people(), pk=pk)
    services.send_link(somebody.pk, actor=request.user, now=timezone.now())
    request.session[SHOWN_ONCE] = [somebody.pk, services.password_link(somebody)]
    return redirect("accounts:person", pk)


@access(Action.ADMINISTER)
def teams(request: SignedInRequest) -> HttpResponseBase:
    form = forms.TeamsFilter(request.GET)
    q = form.cleaned_data["q"] if form.is_valid() else ""
    found = queries.teams(q)
    if wants_file(request, "teams"):
        return file_of(request, exports.teams(lambda: found), now=timezone.now())
    context = {"form": form, "page": page_of(request, found), "active": bool(q)}
    return render(request, "people/teams.html", context)


@access(Action.ADMINISTER)
def team_new(request: SignedInRequest) -> HttpResponse:
    form = forms.TeamForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = services.make_team(
                **form.cleaned_data, actor=request.user, now=timezone.now()
            )
        except ValidationError as error:
            form.add_error(None, error)
        else:
            return redirect("accounts:team", made.pk)
    return render(request, "people/team_new.html", {"form": form})


@access(Action.ADMINISTER, Team)
def team(request: SignedInRequest, own: Team) -> HttpResponseBase:
    initial = {"name": own.name, "parent": own.parent_id}
    form = forms.TeamForm(request.POST or None, initial=initial, team=own)
    if request.method == "POST" and form.is_valid():
        try:
            services.change_team(
                own.pk, **form.cleaned_data, actor=request.user, now=timezone.now()
            )
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("Saved."))
            return redirect("accounts:team", own.pk)
    view = queries.team_page(own)
    if wants_file(request, "team"):
        made = exports.members(lambda: view.members)
        return file_of(request, made, now=timezone.now())
    q = request.GET.get("q", "").strip()
    context = {
        "form": form,
        "view": view,
        "q": q,
        "candidates": queries.candidates(own, q),
        "roles": forms.TEAM_ROLES,
    }
    return render(request, "people/team.html", context)


@require_safe
@access(Action.EDIT)
def choices(request: SignedInRequest) -> HttpResponse:
    """Suggest people for a field that names one: its own value is what was typed. Who may
    change nothing has nobody to name."""
    asked = " ".join(str(one) for one in request.GET.values())
    found = queries.suggested(asked) if queries.may_name(request.user) else []
    return render(request, "people/choices.html", {"people": found})


@require_POST
@access(Action.ADMINISTER, Team)
def team_member(request: SignedInRequest, own: Team) -> HttpResponse:
    """Set somebody's role in the team; without one they leave it."""
    form = forms.MemberForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Choose a person and a role of the list."))
        return redirect("accounts:team", own.pk)
    gone = services.set_membership(
        own, **form.cleaned_data, actor=request.user, now=timezone.now()
    )
    say_deleted(request, _("Saved."), gone)
    return redirect("accounts:team", own.pk)


@require_POST
@access(Action.ADMINISTER, Team)
def team_remove(request: SignedInRequest, own: Team) -> HttpResponse:
    gone = services.remove_team(own.pk, actor=request.user, now=timezone.now())
    say_deleted(request, _("The team is removed."), gone)
    return redirect("accounts:teams")


@require_POST
@access(Action.EDIT, Deletion)
def undo_deletion(request: SignedInRequest, deletion: Deletion) -> HttpResponse:
    team = services.bring_back(deletion.pk, actor=request.user, now=timezone.now())
    messages.success(request, _("“%(name)s” was brought back.") % {"name": deletion.label})
    return redirect("accounts:team", team.pk)
