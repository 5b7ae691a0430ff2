"""The app of this folder."""

from django.apps import AppConfig


class PlacesConfig(AppConfig):
    """Where things are: dated administrative units, sites and facilities."""

    name = "songhanh.operations.places"
    label = "places"
