"""Addresses of outages, rehearsed or real."""

from django.urls import path

from continuity.outages.views import live, passes, pictures

app_name = "outages"
urlpatterns = [
    path("", live.outages, name="list"),
    path("<int:pk>/live/", live.live, name="live"),
    path("<int:pk>/journal/", live.journal, name="journal"),
    path("<int:pk>/start/", live.start, name="start"),
    path("<int:pk>/pause/", live.pause, name="pause"),
    path("<int:pk>/resume/", live.resume, name="resume"),
    path("<int:pk>/end/", live.end, name="end"),
    path("<int:pk>/abort/", live.abort, name="abort"),
    path("<int:pk>/note/", live.note, name="note"),
    path("<int:pk>/excuse/", live.excuse, name="excuse"),
    path("recoveries/<int:pk>/press/", live.press, name="press"),
    path("recoveries/<int:pk>/marks/<int:mark_pk>/undo/", live.undo, name="undo"),
    path("recoveries/<int:pk>/steps/<int:step_pk>/tick/", live.tick, name="tick"),
    path("recoveries/<int:pk>/steps/<int:step_pk>/untick/", live.untick, name="untick"),
    path("recoveries/<int:pk>/stuck/", live.stuck, name="stuck"),
    path("recoveries/<int:pk>/unstuck/", live.unstuck, name="unstuck"),
    path("recoveries/<int:pk>/hand-over/", live.hand_over, name="hand_over"),
    path("recoveries/<int:pk>/pictures/", pictures.add, name="picture_add"),
    path("pictures/<int:pk>/", pictures.show, name="picture"),
    path("<int:pk>/pictures/", pictures.gallery, name="pictures"),
    path("<int:pk>/pulse/", live.pulse, name="pulse"),
    path("<int:pk>/links/", passes.listing, name="passes"),
    path("<int:pk>/links/<int:user_pk>/new/", passes.renew, name="pass_new"),
    path("<int:pk>/links/<int:user_pk>/revoke/", passes.revoke, name="pass_revoke"),
    path("by-link/<str:token>/", passes.page, name="pass"),
    path("by-link/<str:token>/<int:pk>/press/", passes.press, name="pass_press"),
    path(
        "by-link/<str:token>/<int:pk>/marks/<int:mark_pk>/undo/",
        passes.undo,
        name="pass_undo",
    ),
    path("by-link/<str:token>/<int:pk>/stuck/", passes.stuck, name="pass_stuck"),
    path("by-link/<str:token>/<int:pk>/pictures/", passes.picture, name="pass_picture"),
    path("by-link/<str:token>/<int:pk>/note/", passes.note, name="pass_note"),
    path("workflows/<int:pk>/record/", live.workflow_record, name="workflow_record"),
    path("tools/<int:pk>/record/", live.tool_record, name="tool_record"),
    path("workflows/<int:pk>/history/", live.workflow_history, name="workflow_history"),
]
