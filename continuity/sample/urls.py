from django.urls import path

from continuity.sample import views

app_name = "sample"
urlpatterns = [path("setup/sample/", views.load, name="load")]
