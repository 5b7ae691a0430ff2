"""The app of this folder."""

from django.apps import AppConfig


class SamplingConfig(AppConfig):
    """Samples and their results."""

    name = "songhanh.operations.sampling"
    label = "sampling"
