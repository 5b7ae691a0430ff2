"""The app of this folder."""

from django.apps import AppConfig


class FieldworkConfig(AppConfig):
    """Entries made in the field, with or without a network: queued on the device, replayed once."""

    name = "songhanh.operations.fieldwork"
    label = "fieldwork"
