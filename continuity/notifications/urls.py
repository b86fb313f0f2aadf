"""Addresses of the outbox."""

from django.urls import path

from continuity.notifications import views

app_name = "notifications"
urlpatterns = [
    path("", views.outbox, name="outbox"),
    path("<int:pk>/again/", views.try_again, name="try_again"),
]
