"""Addresses of the history."""

from django.urls import path

from continuity.history import views

app_name = "history"
urlpatterns = [
    path("", views.history, name="list"),
    path("export.csv", views.export, name="export"),
    path("deleted/", views.deleted, name="deleted"),
    path("of/<slug:kind>/<int:pk>/", views.of_subject, name="of"),
]
