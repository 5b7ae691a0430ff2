"""Filters of every page: words in the reader's language, numbers with the precision they deserve, dates."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date
from typing import Any

from django import template
from django.utils import formats
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from songhanh.core.text import Text
from songhanh.operations.project import assets

register = template.Library()


@register.simple_tag
def asset(name: str) -> str:
    """Return the address of a built style sheet or script."""
    return assets.address(name)


@register.filter
def words(text: Mapping[str, str] | Text | str | None) -> str:
    """Return a text of both languages in the language of the page."""
    if text is None:
        return ""
    if isinstance(text, Text):
        return text.in_language(get_language() or "vi")
    if isinstance(text, str):
        return text
    return text.get((get_language() or "vi")[:2]) or text.get("vi", "")


def decimals_for(value: float) -> int:
    """Return how many decimals a number of this size deserves: three significant digits, no more."""
    size = abs(value)
    if size >= 100 or float(value).is_integer():
        return 0
    return 1 if size >= 10 else 2


def rounded(value: float) -> float:
    """Round to three significant digits, never beyond whole numbers below a thousand."""
    if value == 0 or not math.isfinite(value):
        return value
    digits = 2 - math.floor(math.log10(abs(value)))
    return round(value, digits)


def unknown(value: object) -> bool:
    """Say whether there is no number; Django hands a missing field to a filter as an empty text."""
    return value is None or value == ""


@register.filter
def number(value: float | None, decimals: int | None = None) -> str:
    """Write a count exactly as it is, grouped as the language does; an unknown number is a dash."""
    if value is None or unknown(value):
        return "–"
    places = decimals_for(float(value)) if decimals is None else int(decimals)
    # Rounded first: Django cuts the decimals off.
    return formats.number_format(round(value, places), decimal_pos=places, use_l10n=True, force_grouping=True)


MILLION = 1_000_000


@register.filter
def estimate(value: float | None) -> str:
    """Write a model's number to three significant digits (more would pretend), in millions from a million on."""
    if value is None or unknown(value):
        return "–"
    kept = rounded(float(value))
    if abs(kept) < MILLION:
        return number(kept)
    return _("%(n)s million") % {"n": number(rounded(kept / MILLION))}


@register.filter
def figure_number(value: float | None) -> str:
    """Write a whole number in full and a broken one to three digits, as the figures of a situation come mixed."""
    if value is None or unknown(value):
        return "–"
    return number(value) if float(value).is_integer() else number(rounded(float(value)))


@register.filter
def percent(value: float | None) -> str:
    """Write a share as a percentage."""
    return "–" if value is None or unknown(value) else f"{formats.number_format(round(100 * value), 0)}%"


@register.filter
def interval(outcome: Mapping[str, Any] | None) -> str:
    """Write the 90% interval of an outcome, ``p05–p95``."""
    if not outcome or outcome.get("p05") is None:
        return "–"
    low, high = float(outcome["p05"]), float(outcome["p95"])
    if rounded(low) >= MILLION:  # the unit once, not twice
        return f"{number(rounded(low / MILLION))}–{estimate(high)}"
    return f"{estimate(low)}–{estimate(high)}"


@register.filter
def signed(value: float | None) -> str:
    """Write a difference with its sign."""
    if value is None or unknown(value):
        return "–"
    return f"+{estimate(value)}" if value > 0 else estimate(value).replace("-", "−")


@register.filter
def signed_interval(outcome: Mapping[str, Any] | None) -> str:
    """Write the 90% interval of a difference; a dash between two signs would not be read."""
    if not outcome or outcome.get("p05") is None:
        return "–"
    return f"{signed(outcome['p05'])} … {signed(outcome['p95'])}"


@register.filter
def day(value: date | str | None) -> str:
    """Write a date (or an ISO string of one) as the language does; other words pass through."""
    if value is None or value == "":
        return "–"
    if not isinstance(value, str):
        return formats.date_format(value, "DATE_FORMAT")
    try:
        return formats.date_format(date.fromisoformat(value[:10]), "DATE_FORMAT")
    except ValueError:
        return value


@register.filter
def at(mapping: Mapping[str, Any] | None, key: str) -> Any:
    """Look up a key that is itself a variable."""
    return None if mapping is None else mapping.get(key)


@register.filter
def code(value: Any) -> str:
    """Write an identifier or a machine's number as it is, without grouping."""
    return str(value)
