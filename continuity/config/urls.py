"""Every address of the product. Each app keeps its own; this is the table of contents."""

from django.urls import URLPattern, URLResolver

urlpatterns: list[URLPattern | URLResolver] = []
