"""Addresses of this app."""

from __future__ import annotations

from django.urls import path

from songhanh.operations.places import views

app_name = "places"
urlpatterns = [path("", views.places, name="list")]
