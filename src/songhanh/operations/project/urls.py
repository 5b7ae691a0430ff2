"""Addresses. Each app keeps its own; this only says where they hang."""

from django.urls import include, path

from songhanh.operations.project import views

urlpatterns = [
    path("", include("songhanh.operations.accounts.urls_root")),
    path("situation/", include("songhanh.operations.indicators.urls")),
    path("decide/", include("songhanh.operations.planning.urls")),
    path("account/", include("songhanh.operations.accounts.urls")),
    path("audit/", include("songhanh.operations.accounts.urls_audit")),
    path("places/", include("songhanh.operations.places.urls")),
    path("people/", include("songhanh.operations.people.urls")),
    path("tracing/", include("songhanh.operations.tracing.urls")),
    path("cases/", include("songhanh.operations.cases.urls")),
    path("samples/", include("songhanh.operations.sampling.urls")),
    path("quarantine/", include("songhanh.operations.quarantine.urls")),
    path("intake/", include("songhanh.operations.intake.urls")),
    path("field/", include("songhanh.operations.fieldwork.urls")),
    path("api/v1/", include("songhanh.operations.api.urls")),
    path("report/", include("songhanh.operations.bulletin.urls")),
    path("glossary/", views.glossary, name="glossary"),
    path("language/", views.choose_language, name="language"),
]

handler404 = "songhanh.operations.project.views.not_found"
handler500 = "songhanh.operations.project.views.broken"
handler403 = "songhanh.operations.project.views.refused"
handler400 = "songhanh.operations.project.views.not_understood"
