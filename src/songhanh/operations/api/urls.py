"""The addresses of the API."""

from __future__ import annotations

from django.urls import path

from songhanh.operations.api.build import api

urlpatterns = [path("", api.urls)]
