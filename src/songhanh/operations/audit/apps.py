"""The app of this folder."""

from django.apps import AppConfig


class AuditConfig(AppConfig):
    """What was done, by whom and when: append only, hash chained."""

    name = "songhanh.operations.audit"
    label = "audit"
