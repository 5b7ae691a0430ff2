"""Addresses of the audit's page. It stands here and not in the audit's app, which lies below the gate."""

from __future__ import annotations

from django.urls import path

from songhanh.operations.accounts import views_audit

app_name = "audit"
urlpatterns = [
    path("", views_audit.listing, name="list"),
]
