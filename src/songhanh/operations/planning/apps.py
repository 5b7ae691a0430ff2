"""The app that runs the models."""

from django.apps import AppConfig


class PlanningConfig(AppConfig):
    """Evaluations of plans and the jobs that make them."""

    name = "songhanh.operations.planning"
    label = "planning"
    default_auto_field = "django.db.models.BigAutoField"
