"""Addresses of the pages on the interface, and the door of the interface itself.

What is behind the door has a table of its own, `v1.urls`, which the first request loads:
what checks shapes takes a while to import, and workers and commands never need it.
"""

from django.urls import path

from continuity.api import views

app_name = "api"
urlpatterns = [
    path("tokens/", views.tokens, name="tokens"),
    path("settings/tokens/", views.everybody, name="everybody"),
    path("tokens/<int:pk>/revoke/", views.revoke, name="revoke"),
    path("api/", views.guide, name="guide"),
    path("api/v1/openapi.json", views.description, name="description"),
    path("api/v1/", views.v1, {"address": ""}, name="v1_root"),
    path("api/v1/<path:address>", views.v1, name="v1"),
]
