"""Addresses of this app."""

from __future__ import annotations

from django.urls import path

from songhanh.operations.intake import views, views_declarations, views_exports

app_name = "intake"
urlpatterns = [
    path("", views.home, name="home"),
    path("files/<uuid:key>/", views.batch, name="batch"),
    path("files/<uuid:key>/mapping/", views.mapping, name="mapping"),
    path("files/<uuid:key>/rejected.csv", views.rejected_rows, name="rejected"),
    path("files/<uuid:key>/<slug:what>/", views.work, name="work"),
    path("export/", views_exports.export, name="export"),
    path("export/<slug:source_format>/<slug:target>.<slug:suffix>", views_exports.download, name="download"),
    path("declare/", views_declarations.declare, name="declare"),
    path("declarations/", views_declarations.listing, name="declarations"),
    path("declarations/new/", views_declarations.telephoned, name="telephoned"),
    path("declarations/<uuid:key>/", views_declarations.look_at, name="declaration"),
]
