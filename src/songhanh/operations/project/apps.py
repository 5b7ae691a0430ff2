"""The bottom app: what every page shares."""

from django.apps import AppConfig


class ProjectConfig(AppConfig):
    """Base templates, filters, static files and the words of the interface."""

    name = "songhanh.operations.project"
    label = "project"
