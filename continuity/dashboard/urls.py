"""Addresses of the overview and of the rows behind its figures."""

from django.urls import path

from continuity.dashboard.views import pages as views
from continuity.dashboard.views import screens

app_name = "dashboard"
urlpatterns = [
    path("", views.landing, name="landing"),
    path("overview/", views.overview, name="overview"),
    path("overview/steps/", views.show_steps, name="steps"),
    path("mine/", views.mine, name="mine"),
    path("readiness/", views.workflows, name="workflows"),
    path("decisions/", views.decisions, name="decisions"),
    path("changes/", views.shifts, name="shifts"),
    path("recoveries/", views.recoveries, name="recoveries"),
    path("screens/", screens.listing, name="screens"),
    path("screens/<int:pk>/revoke/", screens.revoke, name="screen_revoke"),
    path("wall/<str:token>/", screens.wall, name="wall"),
    path("search/", views.search, name="search"),
    path("shortcuts/", views.shortcuts, name="shortcuts"),
]
