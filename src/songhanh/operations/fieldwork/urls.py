"""Addresses of this app."""

from __future__ import annotations

from django.urls import path

from songhanh.operations.fieldwork import views

app_name = "fieldwork"
urlpatterns = [
    path("", views.entry, name="entry"),
    path("worker.js", views.worker, name="worker"),
    path("manifest.webmanifest", views.manifest, name="manifest"),
    path("session", views.session, name="session"),
    path("data", views.data, name="data"),
    path("submit", views.submit, name="submit"),
    path("conflicts/", views.conflicts, name="conflicts"),
    path("conflicts/<uuid:client_id>/", views.edit, name="edit"),
    path("conflicts/<uuid:client_id>/settle/", views.resolve, name="resolve"),
]
