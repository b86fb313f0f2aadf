"""Every address of the product. Each app keeps its own; this is the table of contents."""

from django.urls import URLPattern, URLResolver, path

from continuity.config import health

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
]
