"""The app of this folder."""

from django.apps import AppConfig
from django.utils.module_loading import import_string


class AccountsConfig(AppConfig):
    """Who may see and do what: accounts, roles, jurisdictions, and the one gate that every read goes through."""

    name = "songhanh.operations.accounts"
    label = "accounts"

    def ready(self) -> None:
        """Hear of log-ins; models are loaded only now, so the receivers are too."""
        import_string("songhanh.operations.accounts.receivers.connect")()
