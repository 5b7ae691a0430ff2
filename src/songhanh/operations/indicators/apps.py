"""The app that shows where the province stands."""

from django.apps import AppConfig


class IndicatorsConfig(AppConfig):
    """Snapshots of the situation and the line list behind them."""

    name = "songhanh.operations.indicators"
    label = "indicators"
    default_auto_field = "django.db.models.BigAutoField"
