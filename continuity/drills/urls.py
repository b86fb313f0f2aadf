"""Addresses of drills, their schedules and scenarios."""

from django.urls import path

from continuity.drills.views import (
    calendar,
    drills,
    handing_over,
    planning,
    programme,
    scenarios,
    undoing,
)

app_name = "drills"
urlpatterns = [
    path("", drills.drills, name="list"),
    path("plan/", planning.plan, name="plan"),
    path("plan/tools/", planning.plan_tools, name="plan_tools"),
    path("plan/preview/", planning.preview, name="preview"),
    path("<int:pk>/", drills.drill, name="drill"),
    path("of-outage/<int:pk>/", drills.of_outage, name="of_outage"),
    path("schedules/<int:pk>/", planning.schedule, name="schedule"),
    path("schedules/<int:pk>/edit/", planning.schedule_edit, name="schedule_edit"),
    path("schedules/<int:pk>/pause/", planning.schedule_pause, name="schedule_pause"),
    path("schedules/<int:pk>/resume/", planning.schedule_resume, name="schedule_resume"),
    path("schedules/<int:pk>/delete/", planning.schedule_delete, name="schedule_delete"),
    path("scenarios/", scenarios.scenarios, name="scenarios"),
    path("scenarios/<int:pk>/", scenarios.scenario, name="scenario"),
    path("calendar/", calendar.calendar, name="calendar"),
    path("calendar/links/", calendar.calendar_links_of, name="calendar_links"),
    path(
        "calendar/links/<int:pk>/revoke/",
        calendar.calendar_link_revoke,
        name="calendar_link_revoke",
    ),
    path("calendar/feed/<str:token>.ics", calendar.calendar_feed, name="calendar_feed"),
    path("scenarios/<int:pk>/copy/", scenarios.scenario_copy, name="scenario_copy"),
    path("scenarios/<int:pk>/edit/", scenarios.scenario_edit, name="scenario_edit"),
    path("hand-over/", handing_over.people, name="hand_overs"),
    path("hand-over/<int:pk>/", handing_over.person, name="hand_over"),
    path("blackouts/", programme.blackouts, name="blackouts"),
    path("blackouts/upload/", programme.blackout_upload, name="blackout_upload"),
    path("blackouts/<int:pk>/", programme.blackout_file, name="blackout_file"),
    path("blackouts/<int:pk>/use/", programme.blackout_use, name="blackout_use"),
    path("blackouts/<int:pk>/remove/", programme.blackout_remove, name="blackout_remove"),
    path("deleted/<int:pk>/undo/", undoing.undo_deletion, name="undo_deletion"),
    path("coverage/", programme.coverage, name="coverage"),
    path("coverage/setting/", programme.coverage_setting, name="coverage_setting"),
]
