"""Forms of the account pages."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.utils.translation import gettext_lazy as _

from songhanh.operations.accounts import queries
from songhanh.operations.accounts.models import User
from songhanh.operations.accounts.roles import Role
from songhanh.operations.places.models import Site, Unit
from songhanh.operations.project.clock import today
from songhanh.operations.project.days import DayField


def _password(label: Any, *, is_new: bool) -> forms.CharField:
    attributes = {"autocomplete": "new-password" if is_new else "current-password"}
    return forms.CharField(label=label, strip=False, widget=forms.PasswordInput(attrs=attributes))


class PasswordForm(forms.Form):
    """Another password for oneself."""

    old = _password(_("password until now"), is_new=False)
    new = _password(_("new password"), is_new=True)
    again = _password(_("new password again"), is_new=True)

    def __init__(self, *args: Any, user: User, **options: Any) -> None:
        super().__init__(*args, **options)
        self._user = user
        self.fields["new"].help_text = _("At least 10 signs, not only digits, no common word.")

    def clean_old(self) -> str:
        """Refuse whoever does not know the password until now."""
        old = str(self.cleaned_data["old"])
        if not self._user.check_password(old):
            raise forms.ValidationError(_("This is not your password."))
        return old

    def clean_new(self) -> str:
        """Refuse a weak password."""
        new = str(self.cleaned_data["new"])
        validate_password(new, self._user)
        return new

    def clean(self) -> dict[str, Any]:
        """Compare both entries."""
        found = super().clean() or {}
        if found.get("new") and found.get("again") and found["new"] != found["again"]:
            self.add_error("again", _("The two new passwords differ."))
        return found


class TokenForm(forms.Form):
    """A key for a program."""

    name = forms.CharField(label=_("program"), max_length=80)
    expires_on = DayField(label=_("last day"))

    def __init__(self, *args: Any, **options: Any) -> None:
        options.setdefault("initial", {"expires_on": today() + timedelta(days=90)})
        super().__init__(*args, **options)


class GlassForm(forms.Form):
    """Why somebody needs to know who one person is."""

    who = forms.CharField(
        label=_("whom you ask about"),
        max_length=80,
        help_text=_(
            "The whole identity number, the whole telephone number, or the code in the person's address."
        ),
    )
    reason = forms.CharField(
        label=_("reason"),
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("One sentence. The auditors read it."),
    )


class RoleForm(forms.Form):
    """A role in a place, between two days."""

    role = forms.ChoiceField(label=_("role"), choices=Role.choices)
    unit = forms.TypedChoiceField(label=_("unit"), required=False, coerce=int, empty_value=None)
    site = forms.TypedChoiceField(label=_("site"), required=False, coerce=int, empty_value=None)
    valid_from = DayField(label=_("from"), required=False)
    valid_until = DayField(label=_("until"), required=False)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        nothing = [("", _("(the whole province)"))]
        self.fields["unit"].choices = [*nothing, *queries.unit_choices()]  # type: ignore[attr-defined]
        self.fields["site"].choices = [("", "–"), *queries.site_choices()]  # type: ignore[attr-defined]

    def place(self) -> dict[str, Any]:
        """Return what the action takes."""
        given = self.cleaned_data
        return {
            "role": given["role"],
            "unit": Unit.objects.get(pk=given["unit"]) if given["unit"] else None,
            "site": Site.objects.get(pk=given["site"]) if given["site"] else None,
        }

    def days(self) -> dict[str, Any]:
        """Return the days between which the role holds."""
        return {name: self.cleaned_data[name] for name in ("valid_from", "valid_until")}


class NewUserForm(forms.Form):
    """A new account."""

    username = forms.CharField(
        label=_("log-in name"), max_length=150, help_text=_("letters, digits and . - _ @")
    )
    full_name = forms.CharField(label=_("name"), max_length=150)
    phone = forms.CharField(label=_("telephone"), max_length=30, required=False)
    password = _password(_("first password"), is_new=True)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["password"].help_text = _("At least 10 signs, not only digits, no common word.")


class NewPasswordForm(forms.Form):
    """Another password for somebody who forgot theirs."""

    password = _password(_("new password"), is_new=True)
