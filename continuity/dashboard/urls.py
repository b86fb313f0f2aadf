"""Addresses of the overview and of the rows behind its figures."""

from django.urls import path

from continuity.dashboard import views

app_name = "dashboard"
urlpatterns = [
    path("", views.overview, name="overview"),
    path("readiness/", views.workflows, name="workflows"),
    path("decisions/", views.decisions, name="decisions"),
    path("recoveries/", views.recoveries, name="recoveries"),
    path("search/", views.search, name="search"),
    path("shortcuts/", views.shortcuts, name="shortcuts"),
]
