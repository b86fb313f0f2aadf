"""Addresses of the reports of outages, rehearsed or real: the key is the outage's."""

from django.urls import path

from continuity.drills.views import after

app_name = "reviews"
urlpatterns = [
    path("<int:pk>/", after.report, name="report"),
    path("<int:pk>/recoveries/", after.recoveries, name="recoveries"),
    path("<int:pk>/injects/", after.injects, name="injects"),
    path("<int:pk>/timeline/", after.timeline, name="timeline"),
    path("<int:pk>/said/", after.said, name="said"),
    path("<int:pk>/conclusion/", after.conclude, name="conclude"),
    path("<int:pk>/aims/<int:number>/", after.rate, name="rate"),
    path(
        "<int:pk>/recoveries/<int:recovery_pk>/rate/",
        after.rate_recovery,
        name="rate_recovery",
    ),
    path("<int:pk>/approve/", after.approve, name="approve"),
    path("<int:pk>/reopen/", after.reopen, name="reopen"),
    path("<int:pk>/findings/new/", after.finding_new, name="finding_new"),
    path("<int:pk>/survey/", after.survey, name="survey"),
]
