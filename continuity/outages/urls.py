"""Addresses of outages, rehearsed or real."""

from django.urls import path

from continuity.outages import views

app_name = "outages"
urlpatterns = [
    path("", views.outages, name="list"),
    path("<int:pk>/live/", views.live, name="live"),
    path("<int:pk>/journal/", views.journal, name="journal"),
    path("<int:pk>/start/", views.start, name="start"),
    path("<int:pk>/pause/", views.pause, name="pause"),
    path("<int:pk>/resume/", views.resume, name="resume"),
    path("<int:pk>/end/", views.end, name="end"),
    path("<int:pk>/abort/", views.abort, name="abort"),
    path("<int:pk>/note/", views.note, name="note"),
    path("<int:pk>/excuse/", views.excuse, name="excuse"),
    path("recoveries/<int:pk>/press/", views.press, name="press"),
    path("recoveries/<int:pk>/marks/<int:mark_pk>/undo/", views.undo, name="undo"),
    path("recoveries/<int:pk>/steps/<int:step_pk>/tick/", views.tick, name="tick"),
    path("recoveries/<int:pk>/steps/<int:step_pk>/untick/", views.untick, name="untick"),
    path("recoveries/<int:pk>/stuck/", views.stuck, name="stuck"),
    path("recoveries/<int:pk>/unstuck/", views.unstuck, name="unstuck"),
    path("recoveries/<int:pk>/hand-over/", views.hand_over, name="hand_over"),
    path("workflows/<int:pk>/history/", views.workflow_history, name="workflow_history"),
]
