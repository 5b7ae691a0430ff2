"""Addresses of this app."""

from __future__ import annotations

from django.urls import path

from songhanh.operations.bulletin import views

app_name = "bulletin"
urlpatterns = [
    path("", views.home, name="home"),
    path("<int:pk>/", views.report, name="report"),
    path("<int:pk>/correct/", views.correct, name="correct"),
    path("<int:pk>/report.<str:kind>", views.download, name="download"),
]
