"""Every address of the product. Each app keeps its own; this is the table of contents."""

from django.urls import URLPattern, URLResolver, include, path

from continuity.config import health
from continuity.people.urls import sign_in_patterns

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("continuity.dashboard.urls")),
    path("", include("continuity.people.urls")),
    path("", include("continuity.inventory.urls")),
    path("account/", include(sign_in_patterns)),
    path("history/", include("continuity.history.urls")),
    path("", include("continuity.notifications.urls")),
    path("outages/", include("continuity.outages.urls")),
    path("outages/", include("continuity.incidents.urls")),
    path("drills/", include("continuity.drills.urls.drills")),
    path("reviews/", include("continuity.drills.urls.reviews")),
    path("forecasts/", include("continuity.insight.urls")),
    path("reports/", include("continuity.reports.urls")),
    path("", include("continuity.api.urls")),
    path("", include("continuity.sample.urls")),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
]
