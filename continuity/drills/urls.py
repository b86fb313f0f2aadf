"""Addresses of drills, their schedules and scenarios."""

from django.urls import path

from continuity.drills import views

app_name = "drills"
urlpatterns = [
    path("", views.drills, name="list"),
    path("plan/", views.plan, name="plan"),
    path("plan/tools/", views.plan_tools, name="plan_tools"),
    path("plan/preview/", views.preview, name="preview"),
    path("<int:pk>/", views.drill, name="drill"),
    path("of-outage/<int:pk>/", views.of_outage, name="of_outage"),
    path("schedules/<int:pk>/", views.schedule, name="schedule"),
    path("schedules/<int:pk>/edit/", views.schedule_edit, name="schedule_edit"),
    path("schedules/<int:pk>/pause/", views.schedule_pause, name="schedule_pause"),
    path("schedules/<int:pk>/resume/", views.schedule_resume, name="schedule_resume"),
    path("schedules/<int:pk>/delete/", views.schedule_delete, name="schedule_delete"),
    path("scenarios/", views.scenarios, name="scenarios"),
    path("scenarios/<int:pk>/", views.scenario, name="scenario"),
    path("calendar/", views.calendar, name="calendar"),
    path("calendar/links/", views.calendar_links_of, name="calendar_links"),
    path(
        "calendar/links/<int:pk>/revoke/",
        views.calendar_link_revoke,
        name="calendar_link_revoke",
    ),
    path("calendar/feed/<str:token>.ics", views.calendar_feed, name="calendar_feed"),
    path("scenarios/<int:pk>/copy/", views.scenario_copy, name="scenario_copy"),
    path("scenarios/<int:pk>/edit/", views.scenario_edit, name="scenario_edit"),
    path("blackouts/", views.blackouts, name="blackouts"),
    path("blackouts/upload/", views.blackout_upload, name="blackout_upload"),
    path("blackouts/<int:pk>/", views.blackout_file, name="blackout_file"),
    path("blackouts/<int:pk>/use/", views.blackout_use, name="blackout_use"),
    path("blackouts/<int:pk>/remove/", views.blackout_remove, name="blackout_remove"),
    path("coverage/", views.coverage, name="coverage"),
    path("coverage/setting/", views.coverage_setting, name="coverage_setting"),
]
