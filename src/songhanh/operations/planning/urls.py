"""Addresses of the Decide pages."""

from django.urls import path

from songhanh.operations.planning import views

app_name = "planning"
urlpatterns = [
    path("", views.decide, name="decide"),
    path("plans.csv", views.plans_csv, name="plans_csv"),
    path("evaluation.json", views.evaluation_json, name="evaluation_json"),
    path("run/", views.run_again, name="run_again"),
    path("jobs/<int:job_id>/", views.job, name="job"),
    path("jobs/<int:job_id>/cancel/", views.cancel_job, name="cancel_job"),
    path("<slug:plan_id>/", views.plan, name="plan"),
    path("<slug:plan_id>/daily.csv", views.daily_csv, name="daily_csv"),
    path("<slug:plan_id>/losses.csv", views.losses_csv, name="losses_csv"),
    path("<slug:plan_id>/areas.csv", views.areas_csv, name="areas_csv"),
    path("<slug:plan_id>/areas.geojson", views.areas_geojson, name="areas_geojson"),
]
