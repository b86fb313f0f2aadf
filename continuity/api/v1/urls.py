"""The addresses behind the door. Loaded by its first request, see `api.urls`."""

from django.urls import URLPattern

from continuity.api.v1.site import api

# Without the library's own root, which would show a page.
urlpatterns = [
    one for one in api.urls[0] if isinstance(one, URLPattern) and one.name != "api-root"
]
