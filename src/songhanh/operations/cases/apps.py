"""The app of this folder."""

from django.apps import AppConfig


class CasesConfig(AppConfig):
    """The registry of cases (F0)."""

    name = "songhanh.operations.cases"
    label = "cases"
