"""Addresses of messages, of how one wants them, and of where news goes besides."""

from django.urls import path

from continuity.notifications.views import endpoints, messages

app_name = "notifications"
urlpatterns = [
    path("settings/mail/", messages.outbox, name="outbox"),
    path("settings/mail/<int:pk>/again/", messages.try_again, name="try_again"),
    path("messages/", messages.own, name="own"),
    path("messages/read/", messages.read_all, name="read_all"),
    path("messages/choices/", messages.choices, name="choices"),
    path("messages/<int:pk>/read/", messages.read, name="read"),
    path("settings/webhooks/", endpoints.index, name="endpoints"),
    path("settings/webhooks/new/", endpoints.new, name="endpoint_new"),
    path("settings/webhooks/<int:pk>/", endpoints.endpoint, name="endpoint"),
    path("settings/webhooks/<int:pk>/test/", endpoints.test, name="endpoint_test"),
    path("settings/webhooks/<int:pk>/secret/", endpoints.rotate, name="endpoint_rotate"),
    path("settings/webhooks/<int:pk>/pause/", endpoints.pause, name="endpoint_pause"),
    path("settings/webhooks/<int:pk>/resume/", endpoints.resume, name="endpoint_resume"),
    path("settings/webhooks/<int:pk>/remove/", endpoints.remove, name="endpoint_remove"),
    path("settings/webhooks/<int:pk>/restore/", endpoints.restore, name="endpoint_restore"),
    path(
        "settings/webhooks/deliveries/<int:pk>/again/",
        endpoints.send_again,
        name="delivery_again",
    ),
]
