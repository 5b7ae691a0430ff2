"""Addresses of this app."""

from __future__ import annotations

from django.urls import path

from songhanh.operations.sampling import views

app_name = "sampling"
urlpatterns = [
    path("", views.samples, name="list"),
    path("take/", views.take, name="take"),
    path("tube/", views.tube, name="tube"),
    path("<uuid:uuid>/result/", views.result, name="result"),
]
