"""Addresses of what only real outages have. The live page is `outages`' own."""

from django.urls import path

from continuity.incidents import views

app_name = "incidents"
urlpatterns = [
    path("declare/", views.declare, name="declare"),
    path("declare/preview/", views.preview, name="preview"),
    path("<int:pk>/join/", views.join, name="join"),
    path("<int:pk>/change/", views.change, name="change"),
    path("<int:pk>/withdraw/", views.withdraw, name="withdraw"),
    path("<int:pk>/take-up/", views.take_up, name="take_up"),
    path("<int:pk>/result/", views.result, name="result"),
]
