"""The app of this folder."""

from django.apps import AppConfig


class QuarantineConfig(AppConfig):
    """Stays in quarantine; nobody leaves while a result is pending."""

    name = "songhanh.operations.quarantine"
    label = "quarantine"
