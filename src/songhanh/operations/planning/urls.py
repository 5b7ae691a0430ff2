"""Addresses of the Decide pages."""

from django.urls import path

from songhanh.operations.planning import (
    views,
    views_decided,
    views_forecast,
    views_jobs,
    views_plan,
    views_priorities,
)

app_name = "planning"
urlpatterns = [
    path("", views.decide, name="decide"),
    path("plans.csv", views.plans_csv, name="plans_csv"),
    path("result.json", views.result_json, name="result_json"),
    path("run/", views.run_again, name="run_again"),
    path("search/", views.search, name="search"),
    path("forecast/", views_forecast.forecast, name="forecast"),
    path("forecast/run/", views_jobs.run_forecast, name="run_forecast"),
    path("forecast/forecast.csv", views_forecast.forecast_csv, name="forecast_csv"),
    path("forecast/forecast.json", views_forecast.forecast_json, name="forecast_json"),
    path("forecast/risk.csv", views_forecast.communes_csv, name="communes_csv"),
    path("forecast/risk.geojson", views_forecast.risk_geojson, name="risk_geojson"),
    path("priorities/", views_priorities.priorities, name="priorities"),
    path("priorities/run/", views_jobs.run_priorities, name="run_priorities"),
    path("priorities/map.geojson", views_priorities.priorities_geojson, name="priorities_geojson"),
    path("priorities/<slug:code>/", views_priorities.area, name="area"),
    path("decided/", views_decided.decided_plans, name="decided_plans"),
    path("decided/<int:decided_id>/", views_decided.decided, name="decided"),
    path("decided/<int:decided_id>/rerun/", views_decided.rerun, name="rerun"),
    path("jobs/<int:job_id>/", views_jobs.job, name="job"),
    path("jobs/<int:job_id>/cancel/", views_jobs.cancel_job, name="cancel_job"),
    path("jobs/<int:job_id>/resume/", views_jobs.resume_job, name="resume_job"),
    path("what-if/<int:run_id>/", views_plan.what_if_result, name="what_if_result"),
    path("<slug:plan_id>/", views_plan.plan, name="plan"),
    path("<slug:plan_id>/adopt/", views_plan.adopt, name="adopt"),
    path("<slug:plan_id>/what-if/", views_plan.what_if, name="what_if"),
    path("<slug:plan_id>/daily.csv", views_plan.daily_csv, name="daily_csv"),
    path("<slug:plan_id>/losses.csv", views_plan.losses_csv, name="losses_csv"),
    path("<slug:plan_id>/areas.csv", views_plan.areas_csv, name="areas_csv"),
    path("<slug:plan_id>/areas.geojson", views_plan.areas_geojson, name="areas_geojson"),
]
