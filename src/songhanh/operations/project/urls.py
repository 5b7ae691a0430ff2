"""Addresses. Each app keeps its own; this only says where they hang."""

from django.urls import include, path
from django.views.generic import RedirectView

from songhanh.operations.project import views

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="indicators:situation"), name="home"),
    path("situation/", include("songhanh.operations.indicators.urls")),
    path("decide/", include("songhanh.operations.planning.urls")),
    path("glossary/", views.glossary, name="glossary"),
    path("language/", views.choose_language, name="language"),
]

handler404 = "songhanh.operations.project.views.not_found"
handler500 = "songhanh.operations.project.views.broken"
handler403 = "songhanh.operations.project.views.refused"
handler400 = "songhanh.operations.project.views.not_understood"
