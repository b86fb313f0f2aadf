from django.urls import path

from continuity.reports import views

app_name = "reports"
urlpatterns = [
    path("", views.listing, name="list"),
    path("new/", views.new, name="new"),
    path("<int:pk>/", views.report, name="report"),
    path("<int:pk>/again/", views.again, name="again"),
    path("<int:pk>/pdf/", views.download, name="download"),
    path("<int:pk>/facts/", views.facts, name="facts"),
    path("drills/<int:pk>/", views.drill_card, name="drill_card"),
    path("drills/<int:pk>/ask/", views.ask_about_drill, name="ask_about_drill"),
]
