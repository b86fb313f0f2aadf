"""Pages of the catalogue: tools, their spellings and upstreams, providers."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from django_htmx.http import HttpResponseClientRefresh, push_url

from continuity.accounts.access import access
from continuity.accounts.http import SignedInRequest
from continuity.accounts.roles import Action
from continuity.history.http import say_deleted
from continuity.inventory import forms
from continuity.inventory.models import ListPage, Provider, Tool, Upstream
from continuity.inventory.queries import catalogue_sheets as sheets
from continuity.inventory.queries import shares
from continuity.inventory.queries import sheets as work_sheets
from continuity.inventory.queries import tools as queries
from continuity.inventory.services import tools as services
from continuity.inventory.views import saved
from continuity.web.htmx import render_page, wants_part
from continuity.web.paging import page_of
from continuity.web.tables.files import file_of, wants_file


@access(Action.SIGNED_IN)
def listing(request: SignedInRequest) -> HttpResponseBase:
    form = forms.ToolFilter(request.GET)
    wanted = form.wanted()
    sort = request.GET.get("sort", "")
    address = reverse("inventory:tools")
    kept = {**wanted, **({"sort": sort} if sort else {})}
    asked = urlencode(sorted(kept.items()))
    found = queries.listed(request.user, wanted, sort=sort)
    if wants_file(request, "tools"):
        return file_of(request, sheets.tools(lambda: found), now=timezone.now())
    context = {
        "form": form,
        "page": page_of(request, found),
        "active": bool(wanted),
        "sort": sort,
        "may_edit": request.user.may(Action.EDIT_CATALOGUE),
        "may_import": request.user.may(Action.IMPORT),
        **saved.context(request, ListPage.TOOLS, address, asked),
    }
    response = render_page(request, "inventory/tools.html", context, part="results")
    if wants_part(request):
        return push_url(response, f"{address}?{asked}" if asked else address)
    return response


@access(Action.SIGNED_IN, Tool)
def tool(request: SignedInRequest, tool: Tool) -> HttpResponseBase:
    return _page(request, tool, forms.SpellingForm())


@access(Action.EDIT_CATALOGUE)
def tool_new(request: SignedInRequest) -> HttpResponse:
    asked = {"name": request.GET.get("name", ""), "provider": request.GET.get("provider")}
    form = forms.ToolForm(request.POST or None, initial=asked)
    if request.method == "POST" and form.is_valid():
        added = services.add(
            fields=form.cleaned_data, actor=request.user, now=timezone.now()
        )
        messages.success(request, _("The tool was added."))
        return redirect(added)
    status = 422 if form.is_bound else 200
    return render(request, "inventory/tool_form.html", {"form": form}, status=status)


@access(Action.EDIT_CATALOGUE, Tool)
def tool_edit(request: SignedInRequest, tool: Tool) -> HttpResponse:
    name = tool.name
    form = forms.ToolForm(request.POST or None, instance=tool)
    if request.method == "POST" and form.is_valid():
        services.change(
            tool.pk,
            fields={name: form.cleaned_data[name] for name in form.changed_data},
            actor=request.user,
            now=timezone.now(),
        )
        messages.success(request, _("Saved."))
        return redirect(tool)
    context = {"form": form, "tool": tool, "name": name}
    status = 422 if form.is_bound else 200
    return render(request, "inventory/tool_form.html", context, status=status)


@access(Action.VIEW, Tool)
def readiness(request: SignedInRequest, tool: Tool) -> HttpResponseBase:
    """How ready the work with a tool is: a page of its own, and a card on the tool's."""
    now = timezone.now()
    if wants_file(request, "not-ready"):
        every = shares.of_tool(tool, request.user, most=None, now=now)
        return file_of(request, work_sheets.not_ready(lambda: every.worst), now=now)
    found = shares.of_tool(tool, request.user, now=now)
    context = {"found": found, "tool": tool}
    return render_page(request, "inventory/tool_readiness.html", context, part="card")


@require_POST
@access(Action.EDIT_CATALOGUE, Tool)
def spellings(request: SignedInRequest, tool: Tool) -> HttpResponseBase:
    """Add a spelling, or forget the one whose key is in `remove`."""
    now = timezone.now()
    remove = request.POST.get("remove", "")
    if remove.isdecimal():
        gone = services.remove_spelling(
            tool.pk, spelling_pk=int(remove), actor=request.user, now=now
        )
        if gone is not None:
            say_deleted(request, _("The spelling was removed."), gone)
        return redirect(tool)
    form = forms.SpellingForm(request.POST)
    if not form.is_valid():
        return _page(request, tool, form, status=422)
    services.add_spelling(
        tool.pk, name=form.cleaned_data["name"], actor=request.user, now=now
    )
    return redirect(tool)


@access(Action.EDIT_CATALOGUE, Tool)
def upstream_new(request: SignedInRequest, tool: Tool) -> HttpResponse:
    now = timezone.now()
    form = forms.UpstreamForm(
        request.POST or None, tool=tool, today=now.date(), auto_id="edge-new-%s"
    )
    if request.method == "POST" and form.is_valid():
        services.add_upstream(
            tool.pk, fields=form.cleaned_data, actor=request.user, now=now
        )
        messages.success(request, _("The upstream was added."))
        return _back(request, tool)
    return _upstream_form(request, {"form": form, "tool": tool})


@access(Action.EDIT_CATALOGUE, Upstream)
def upstream_edit(request: SignedInRequest, upstream: Upstream) -> HttpResponse:
    now = timezone.now()
    tool = upstream.tool
    form = forms.UpstreamForm(
        request.POST or None,
        instance=upstream,
        tool=tool,
        today=now.date(),
        # Several rows can be open at once.
        auto_id=f"edge-{upstream.pk}-%s",
    )
    if request.method == "POST" and form.is_valid():
        services.change_upstream(
            upstream.pk,
            fields={name: form.cleaned_data[name] for name in form.changed_data},
            actor=request.user,
            now=now,
        )
        messages.success(request, _("Saved."))
        return _back(request, tool)
    return _upstream_form(request, {"form": form, "tool": tool, "upstream": upstream})


def _upstream_form(request: SignedInRequest, context: Mapping[str, Any]) -> HttpResponse:
    """Show the form of an edge: a page, or for htmx what takes its place in the table."""
    status = 422 if context["form"].is_bound else 200
    template = "inventory/upstream_form.html"
    return render_page(request, template, context, part="place", status=status)


def _back(request: SignedInRequest, tool: Tool) -> HttpResponse:
    """Show the tool again: what it needs has changed in more places than the row."""
    return HttpResponseClientRefresh() if wants_part(request) else redirect(tool)


@require_POST
@access(Action.EDIT_CATALOGUE, Upstream)
def upstream_remove(request: SignedInRequest, upstream: Upstream) -> HttpResponse:
    tool = upstream.tool
    gone = services.remove_upstream(upstream.pk, actor=request.user, now=timezone.now())
    say_deleted(request, _("The upstream was removed."), gone)
    return redirect(tool)


@access(Action.SIGNED_IN)
def provider_list(request: SignedInRequest) -> HttpResponseBase:
    form = forms.ProviderFilter(request.GET)
    wanted = form.wanted()
    found = queries.providers(request.user, wanted)
    if wants_file(request, "providers"):
        return file_of(request, sheets.providers(lambda: found), now=timezone.now())
    context = {
        "form": form,
        "page": page_of(request, found),
        "active": bool(wanted),
        "may_edit": request.user.may(Action.EDIT_CATALOGUE),
    }
    return render(request, "inventory/providers.html", context)


@access(Action.SIGNED_IN, Provider)
def provider(request: SignedInRequest, provider: Provider) -> HttpResponseBase:
    found = queries.listed(request.user, {"provider": provider})
    if wants_file(request, "tools"):
        return file_of(request, sheets.tools(lambda: found), now=timezone.now())
    context = {
        "provider": provider,
        "url": queries.web_address(provider.url),
        "page": page_of(request, found),
        "may_edit": request.user.may(Action.EDIT_CATALOGUE),
    }
    return render(request, "inventory/provider.html", context)


@access(Action.EDIT_CATALOGUE)
def provider_new(request: SignedInRequest) -> HttpResponse:
    form = forms.ProviderForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        added = services.add_provider(
            fields=form.cleaned_data, actor=request.user, now=timezone.now()
        )
        messages.success(request, _("The provider was added."))
        return redirect(added)
    status = 422 if form.is_bound else 200
    return render(request, "inventory/provider_form.html", {"form": form}, status=status)


@access(Action.EDIT_CATALOGUE, Provider)
def provider_edit(request: SignedInRequest, provider: Provider) -> HttpResponse:
    name = provider.name
    form = forms.ProviderForm(request.POST or None, instance=provider)
    if request.method == "POST" and form.is_valid():
        services.change_provider(
            provider.pk,
            fields={name: form.cleaned_data[name] for name in form.changed_data},
            actor=request.user,
            now=timezone.now(),
        )
        messages.success(request, _("Saved."))
        return redirect(provider)
    context = {"form": form, "provider": provider, "name": name}
    status = 422 if form.is_bound else 200
    return render(request, "inventory/provider_form.html", context, status=status)


def _page(
    request: SignedInRequest, tool: Tool, form: forms.SpellingForm, *, status: int = 200
) -> HttpResponseBase:
    now = timezone.now()
    page = queries.page(tool, user=request.user, today=now.date())
    uses = queries.riding(request.user, page)
    if wants_file(request, "workflows"):
        made = sheets.riding(lambda: queries.riding_rows(uses, page))
        return file_of(request, made, now=now)
    if wants_file(request, "upstreams"):
        return file_of(request, sheets.upstreams(page), now=now)
    riding = page_of(request, uses)
    context = {
        "page": page,
        "tool": page.tool,
        "riding": riding,
        "rows": queries.riding_rows(riding, page),
        "spelling_form": form,
        "may_edit": request.user.may(Action.EDIT_CATALOGUE),
    }
    return render(request, "inventory/tool.html", context, status=status)
