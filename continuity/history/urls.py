"""Addresses of the history."""

from django.urls import path

from continuity.history import views

app_name = "history"
urlpatterns = [path("", views.history, name="list")]
