"""Addresses of this app."""

from __future__ import annotations

from django.urls import path

from songhanh.operations.people import views, views_duplicates

app_name = "people"
urlpatterns = [
    path("", views.people, name="list"),
    path("new/", views.new, name="new"),
    path("duplicates/", views_duplicates.duplicates, name="duplicates"),
    path("duplicates/look/", views_duplicates.look, name="look"),
    path("duplicates/<int:pk>/", views_duplicates.decide, name="decide"),
    path("merges/<int:pk>/undo/", views_duplicates.unmerge, name="unmerge"),
    path("<uuid:uuid>/", views.person, name="person"),
    path("<uuid:uuid>/edit/", views.edit, name="edit"),
]
