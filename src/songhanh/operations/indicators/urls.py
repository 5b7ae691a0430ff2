"""Addresses of the Situation pages."""

from django.urls import path

from songhanh.operations.indicators import views, views_waiting

app_name = "indicators"
urlpatterns = [
    path("", views.situation, name="situation"),
    path("map.geojson", views.map_geojson, name="map"),
    path("curve.csv", views.curve_csv, name="curve_csv"),
    path("cases/", views.cases, name="cases"),
    path("areas/", views.areas, name="areas"),
    path("sites/", views.sites, name="sites"),
    path("capacity/", views.capacity, name="capacity"),
    path("waiting/", views_waiting.waiting, name="waiting"),
    path("waiting/<slug:kind>/", views_waiting.waiting_rows, name="waiting_rows"),
]
