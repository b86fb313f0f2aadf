"""Where a form that stands on many pages leads back to."""

from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme


def way_back(request: HttpRequest) -> str:
    """Return the page that the form stood on, which it names as `next` among its fields
    or in its address; empty where it names none, or one that is not ours."""
    url = request.POST.get("next") or request.GET.get("next", "")
    hosts = {request.get_host()}
    return url if url_has_allowed_host_and_scheme(url, hosts, require_https=False) else ""
