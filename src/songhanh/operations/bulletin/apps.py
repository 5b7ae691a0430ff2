"""The app of this folder."""

from django.apps import AppConfig


class BulletinConfig(AppConfig):
    """What is told: today's one-page report and the text for the messaging group."""

    name = "songhanh.operations.bulletin"
    label = "bulletin"
