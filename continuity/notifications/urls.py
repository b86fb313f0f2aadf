"""Addresses of the outbox."""

from django.urls import path

from continuity.notifications import views

app_name = "notifications"
urlpatterns = [
    path("settings/mail/", views.outbox, name="outbox"),
    path("settings/mail/<int:pk>/again/", views.try_again, name="try_again"),
    path("messages/", views.own, name="own"),
    path("messages/read/", views.read_all, name="read_all"),
]
