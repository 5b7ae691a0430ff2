"""Addresses of this app."""

from __future__ import annotations

from django.urls import path

from songhanh.operations.quarantine import views

app_name = "quarantine"
urlpatterns = [
    path("", views.stays, name="list"),
    path("admit/", views.admit, name="admit"),
    path("absent/", views.absent, name="absent"),
    path("<uuid:uuid>/", views.stay, name="stay"),
    path("<uuid:uuid>/<slug:what>/", views.change, name="change"),
]
