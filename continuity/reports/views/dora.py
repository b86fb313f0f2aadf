"""The DORA register extract: what we hold of it, and what we do not."""

import io

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from continuity.accounts.access import access
from continuity.accounts.http import SignedInRequest
from continuity.accounts.roles import Action
from continuity.reports.content import dora
from continuity.web.tables import csv_file


@require_GET
@access(Action.VIEW)
def page(request: SignedInRequest) -> HttpResponse:
    context = {
        "templates": dora.templates(request.user),
        "nothing": dora.NOTHING.items(),
        "source": dora.SOURCE,
        "here": "dora",
    }
    return render(request, "reports/dora.html", context)


@require_GET
@access(Action.VIEW)
def download(request: SignedInRequest) -> HttpResponse:
    """A ZIP with a CSV file for each template we hold something of."""
    out = io.BytesIO()
    csv_file.archive(dora.templates(request.user), out, numbered=False)
    day = timezone.localdate().isoformat()
    response = HttpResponse(out.getvalue(), content_type="application/zip")
    response["Content-Disposition"] = f'attachment; filename="dora-register-{day}.zip"'
    return response
