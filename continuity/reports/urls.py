from django.urls import path

from continuity.reports.views import asking, charts, dora, logo, reading, regular

app_name = "reports"
urlpatterns = [
    path("", reading.listing, name="list"),
    path("new/", asking.continuity, name="new"),
    path("new/plan/", asking.plan, name="new_plan"),
    path("new/pack/", asking.team_pack, name="new_pack"),
    path("new/pack/<int:pk>/", asking.workflow_pack, name="new_workflow_pack"),
    path("new/evidence/", asking.evidence, name="new_evidence"),
    path("regular/", regular.listing, name="regular_list"),
    path("regular/new/", regular.new, name="regular_new"),
    path("regular/<int:pk>/", regular.page, name="regular"),
    path("regular/<int:pk>/change/", regular.edit, name="regular_edit"),
    path("regular/<int:pk>/pause/", regular.pause, name="regular_pause"),
    path("regular/<int:pk>/resume/", regular.resume, name="regular_resume"),
    path("regular/<int:pk>/delete/", regular.delete, name="regular_delete"),
    path("deleted/<int:pk>/undo/", regular.undo_deletion, name="undo_deletion"),
    path("logo/", logo.page, name="logo"),
    path("logo/picture/", logo.picture, name="logo_picture"),
    path("logo/remove/", logo.remove, name="logo_remove"),
    path("charts/<slug:uid>.<slug:form>", charts.chart, name="chart"),
    path("dora/", dora.page, name="dora"),
    path("dora/csv/", dora.download, name="dora_csv"),
    path("<int:pk>/csv/", reading.csv_files, name="csv"),
    path("<int:pk>/xlsx/", reading.workbook, name="xlsx"),
    path("<int:pk>/", reading.report, name="report"),
    path("<int:pk>/again/", reading.again, name="again"),
    path("<int:pk>/pdf/", reading.download, name="download"),
    path("<int:pk>/volumes/<int:number>/", reading.volume, name="volume"),
    path("<int:pk>/facts/", reading.facts, name="facts"),
    path("outages/<int:pk>/", reading.outage_card, name="outage_card"),
    path("outages/<int:pk>/ask/", asking.about_outage, name="ask_about_outage"),
]
