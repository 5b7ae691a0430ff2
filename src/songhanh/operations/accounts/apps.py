"""The app of this folder."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Who may see and do what: accounts, roles, jurisdictions, and the one gate that every read goes through."""

    name = "songhanh.operations.accounts"
    label = "accounts"
