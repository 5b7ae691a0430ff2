"""The app of this folder."""

from django.apps import AppConfig


class IntakeConfig(AppConfig):
    """Files and declarations in, files out: nothing is lost, nothing is doubled."""

    name = "songhanh.operations.intake"
    label = "intake"
