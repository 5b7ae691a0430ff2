"""The app of this folder."""

from django.apps import AppConfig


class PeopleConfig(AppConfig):
    """Persons, each once: incomplete identities, candidates for the same person, merges that can be undone."""

    name = "songhanh.operations.people"
    label = "people"
