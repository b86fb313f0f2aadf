"""Addresses of drills, their schedules and scenarios."""

from django.urls import path

from continuity.drills.views import (
    calendar,
    console,
    drills,
    planning,
    programme,
    scenarios,
)

app_name = "drills"
urlpatterns = [
    path("", drills.drills, name="list"),
    path("plan/", planning.plan, name="plan"),
    path("plan/tools/", planning.plan_tools, name="plan_tools"),
    path("plan/preview/", planning.preview, name="preview"),
    path("<int:pk>/", drills.drill, name="drill"),
    path("of-outage/<int:pk>/", drills.of_outage, name="of_outage"),
    path("of-outage/<int:pk>/console/", console.console_of, name="console_of"),
    path("<int:pk>/approve/", console.approve, name="approve"),
    path("<int:pk>/console/", console.console, name="console"),
    path("<int:pk>/console/course/", console.console_course, name="console_course"),
    path("<int:pk>/console/abort/", console.console_abort, name="console_abort"),
    path("<int:pk>/console/speed/", console.console_speed, name="console_speed"),
    path("<int:pk>/console/note/", console.console_note, name="console_note"),
    path("<int:pk>/injects/add/", console.inject_add, name="inject_add"),
    path("<int:pk>/injects/<int:number>/", console.inject_edit, name="inject_edit"),
    path(
        "<int:pk>/injects/<int:number>/deliver/",
        console.inject_deliver,
        name="inject_deliver",
    ),
    path("<int:pk>/injects/<int:number>/skip/", console.inject_skip, name="inject_skip"),
    path(
        "<int:pk>/injects/<int:number>/record/",
        console.inject_record,
        name="inject_record",
    ),
    path(
        "<int:pk>/criteria/<int:criterion_pk>/",
        console.criterion_rate,
        name="criterion_rate",
    ),
    path("plan/workflows/", planning.plan_workflows, name="plan_workflows"),
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
    path("blackouts/", programme.blackouts, name="blackouts"),
    path("blackouts/upload/", programme.blackout_upload, name="blackout_upload"),
    path("blackouts/<int:pk>/", programme.blackout_file, name="blackout_file"),
    path("blackouts/<int:pk>/use/", programme.blackout_use, name="blackout_use"),
    path("blackouts/<int:pk>/remove/", programme.blackout_remove, name="blackout_remove"),
    path("coverage/", programme.coverage, name="coverage"),
    path("coverage/setting/", programme.coverage_setting, name="coverage_setting"),
]
