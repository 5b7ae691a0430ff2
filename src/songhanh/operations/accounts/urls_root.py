"""The first page, and the addresses that django-allauth looks for by name, with our templates."""

from __future__ import annotations

from allauth.account.views import LogoutView, ReauthenticateView
from allauth.mfa.base.views import AuthenticateView
from allauth.mfa.base.views import ReauthenticateView as SecondReauthenticateView
from allauth.mfa.recovery_codes.views import (
    DownloadRecoveryCodesView,
    GenerateRecoveryCodesView,
    ViewRecoveryCodesView,
)
from allauth.mfa.totp.views import ActivateTOTPView, DeactivateTOTPView
from django.urls import path
from django.views.generic import RedirectView

from songhanh.operations.accounts import views_enter

_ACCOUNT = {"section": "account"}


def _page(template: str) -> dict[str, object]:
    return {"template_name": f"accounts/{template}.html", "extra_context": _ACCOUNT}


urlpatterns = [
    path("", views_enter.first_page, name="home"),
    path("account/enter/", views_enter.enter, name="account_login"),
    path("account/closed/", views_enter.closed, name="account_inactive"),
    path("account/leave/", LogoutView.as_view(**_page("leave")), name="account_logout"),
    path(
        "account/again/", ReauthenticateView.as_view(**_page("again_password")), name="account_reauthenticate"
    ),
    path("account/second-factor/", RedirectView.as_view(pattern_name="accounts:home"), name="mfa_index"),
    path("account/code/", AuthenticateView.as_view(**_page("code")), name="mfa_authenticate"),
    path(
        "account/again/code/",
        SecondReauthenticateView.as_view(**_page("again_code")),
        name="mfa_reauthenticate",
    ),
    path(
        "account/second-factor/set-up/", ActivateTOTPView.as_view(**_page("set_up")), name="mfa_activate_totp"
    ),
    path(
        "account/second-factor/remove/",
        DeactivateTOTPView.as_view(**_page("remove")),
        name="mfa_deactivate_totp",
    ),
    path(
        "account/recovery-codes/",
        ViewRecoveryCodesView.as_view(**_page("codes")),
        name="mfa_view_recovery_codes",
    ),
    path(
        "account/recovery-codes/new/",
        GenerateRecoveryCodesView.as_view(**_page("codes_new")),
        name="mfa_generate_recovery_codes",
    ),
    path(
        "account/recovery-codes/codes.txt",
        DownloadRecoveryCodesView.as_view(template_name="accounts/codes.txt"),
        name="mfa_download_recovery_codes",
    ),
]
