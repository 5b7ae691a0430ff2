"""Identity as it is written, made comparable: names kept, telephones and identity numbers in one form."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date
from functools import lru_cache
from typing import Any

import phonenumbers
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from songhanh.operations.people.models import Person, Sex, name_key
from songhanh.operations.project.clock import today
from songhanh.operations.project.folding import fold

FIRST_YEAR = 1900
FIELDS = frozenset(
    {
        "full_name", "sex", "born_on", "birth_year", "id_number", "phone", "phone_owner", "nationality", "unit",
        "hamlet", "address", "site", "lodging", "occupation", "external_ids", "note", "is_synthetic", "uuid",
    }
)  # fmt: skip
_SEXES = {
    "nam": Sex.MALE, "m": Sex.MALE, "male": Sex.MALE, "trai": Sex.MALE,
    "nu": Sex.FEMALE, "f": Sex.FEMALE, "female": Sex.FEMALE, "gai": Sex.FEMALE,
    "khac": Sex.OTHER, "other": Sex.OTHER, "": Sex.UNKNOWN, "unknown": Sex.UNKNOWN, "khong ro": Sex.UNKNOWN,
}  # fmt: skip
_COUNTRIES = {"": "VN", "viet nam": "VN", "vietnam": "VN", "trung quoc": "CN", "han quoc": "KR", "lao": "LA"}
_SPREADSHEET_NUMBER = re.compile(r"^(\d+)\.0+$")
_PASSPORT = re.compile(r"^(?=.*\d)[A-Z0-9]{6,15}$")


def clean(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return the given fields of a person as they are kept, with those that follow from them.

    Names stay as written (in one Unicode form); what cannot be a date, a year or an identity number is refused;
    a telephone that cannot be read is kept as it is.

    Raises
    ------
    ValidationError
        Naming the fields that are wrong.
    """
    unknown = set(fields) - FIELDS
    if unknown:
        raise TypeError(f"a person has no {', '.join(sorted(unknown))}")
    kept: dict[str, Any] = {}
    faults: dict[str, str] = {}
    for name, value in fields.items():
        cleaner = _CLEANERS.get(name, _text if isinstance(value, str) else _as_it_is)
        try:
            kept[name] = cleaner(value)
            _check_length(name, kept[name])
        except ValueError as error:
            faults[name] = str(error)
    if "full_name" in kept:
        kept["name_folded"] = fold(kept["full_name"])[:160]
        kept["name_key"] = name_key(kept["name_folded"])
    born, year = kept.get("born_on"), kept.get("birth_year")
    if born is not None:
        if year is not None and year != born.year:
            faults["birth_year"] = _("The year of birth is not that of the date of birth.")
        kept["birth_year"] = born.year
    if faults:
        raise ValidationError(faults)
    return kept


def _as_it_is(value: Any) -> Any:
    return value


def _text(value: Any) -> str:
    bare = "".join(" " if unicodedata.category(letter) == "Cc" else letter for letter in str(value or ""))
    return " ".join(unicodedata.normalize("NFC", bare).split())


def _note(value: Any) -> str:
    lines = unicodedata.normalize("NFC", str(value or "")).splitlines()
    return "\n".join(_text(line) for line in lines).strip()


def _name(value: Any) -> str:
    name = _text(value)
    if not any(letter.isalpha() for letter in name):
        raise ValueError(_("Write the name, or words by which the person can be found."))
    return name


def _check_length(name: str, value: Any) -> None:
    longest = getattr(Person._meta.get_field(name), "max_length", None)
    if isinstance(value, str) and longest and len(value) > longest:
        raise ValueError(_("At most %(n)s letters fit here.") % {"n": longest})


def _born_on(value: date | None) -> date | None:
    if value is not None:
        _year(value.year)
        if value > today():
            raise ValueError(_("The date of birth lies in the future."))
    return value


def _year(value: Any) -> int | None:
    if value in (None, ""):
        return None
    text = _SPREADSHEET_NUMBER.sub(r"\1", str(value).strip())
    if not (text.isascii() and text.isdigit() and FIRST_YEAR <= int(text) <= today().year):
        raise ValueError(
            _("Write a year between %(first)s and %(last)s.") % {"first": FIRST_YEAR, "last": today().year}
        )
    return int(text)


def _id_number(value: Any) -> str:
    text = _SPREADSHEET_NUMBER.sub(r"\1", _text(value).upper())
    bare = re.sub(r"[\s.\-]", "", text)
    if not bare or (bare.isascii() and bare.isdigit() and len(bare) in (9, 12)):
        return bare
    if bare.isascii() and bare.isdigit() and len(bare) in (8, 11):
        return f"0{bare}"  # a spreadsheet took the zero at the front
    if not bare.isdigit() and _PASSPORT.match(bare):
        return bare
    raise ValueError(_("An identity number has 9 or 12 digits; a passport's has letters and digits."))


@lru_cache(maxsize=20_000)
def phone_number(text: str) -> str:
    """Return a telephone number in E.164; one that cannot be read stays as written."""
    written = _SPREADSHEET_NUMBER.sub(r"\1", _text(text))
    for part in [written, *re.split(r"[/;,]| - ", written)]:  # of several, the first that can be called
        try:
            number = phonenumbers.parse(part, "VN")
        except phonenumbers.NumberParseException:
            continue
        if phonenumbers.is_valid_number(number):
            return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))
    return written


def _phone(value: Any) -> str:
    return phone_number(str(value or ""))


def _sex(value: Any) -> str:
    found = _SEXES.get(fold(str(value or "")))
    if found is None:
        raise ValueError(_("Write male, female, other or unknown."))
    return str(found)


def _nationality(value: Any) -> str:
    text = _text(value)
    code = _COUNTRIES.get(fold(text), text.upper())
    if not (len(code) == 2 and code.isascii() and code.isalpha()):
        raise ValueError(_("Write the two letters of the country, for example VN."))
    return code


_CLEANERS: dict[str, Callable[[Any], Any]] = {
    "full_name": _name,
    "born_on": _born_on,
    "birth_year": _year,
    "id_number": _id_number,
    "phone": _phone,
    "sex": _sex,
    "nationality": _nationality,
    "note": _note,
}
