"""The app of this folder."""

from django.apps import AppConfig


class TracingConfig(AppConfig):
    """Who met whom: contacts, presence lists, levels F0 to Fn, follow-ups, chains."""

    name = "songhanh.operations.tracing"
    label = "tracing"
