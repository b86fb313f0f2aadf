from django.urls import path

from continuity.insight import views

app_name = "insight"
urlpatterns = [
    path("", views.listing, name="list"),
    path("ask/", views.ask, name="ask"),
    path("compare/", views.compare, name="compare"),
    path("<int:pk>/", views.forecast, name="forecast"),
    path("<int:pk>/worth/<int:place>/", views.worth, name="worth"),
    path("<int:pk>/cancel/", views.cancel, name="cancel"),
]
