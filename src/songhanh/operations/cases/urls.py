"""Addresses of this app."""

from __future__ import annotations

from django.urls import path

from songhanh.operations.cases import views, views_case, views_entry, views_more

app_name = "cases"
urlpatterns = [
    path("", views.cases, name="list"),
    path("new/", views_entry.new, name="new"),
    path("quick/", views_entry.quick, name="quick"),
    path("last-community/", views.quiet, name="quiet"),
    path("milestones/", views.milestones, name="milestones"),
    path("milestones/<uuid:uuid>/", views_more.milestone, name="milestone"),
    path("milestones/<uuid:uuid>/publish/", views_more.milestone_publish, name="milestone_publish"),
    path("milestones/<uuid:uuid>/remove/", views_more.milestone_remove, name="milestone_remove"),
    path("clusters/", views_more.clusters, name="clusters"),
    path("clusters/new/", views_more.cluster_new, name="cluster_new"),
    path("clusters/<uuid:uuid>/", views_more.cluster, name="cluster"),
    path("clusters/<uuid:uuid>/edit/", views_more.cluster_edit, name="cluster_edit"),
    path("<uuid:uuid>/", views_case.case, name="case"),
    path("<uuid:uuid>/edit/", views_case.edit, name="edit"),
    path("<uuid:uuid>/classify/", views_case.classify, name="classify"),
    path("<uuid:uuid>/milestones/", views_more.milestone_new, name="milestone_new"),
]
