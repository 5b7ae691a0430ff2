"""Words for the fields of measures, their choices, and what their models complain of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from songhanh.core.modes import SITE_MODE_NAMES, SiteMode
from songhanh.operations.indicators.names import ORDER_LEVELS
from songhanh.operations.project.templatetags.songhanh import number, words

FIELDS = {
    "from": _("From"),
    "until": _("Until (empty: as ordered)"),
    "window_days": _("counted over days"),
    "for_days": _("days in a row"),
    "level": _("Level"),
    "mode": _("Mode"),
    "share": _("Share (0 to 1)"),
    "cases": _("Cases that close or seal a place"),
    "days": _("Days"),
    "every_days": _("A round every so many days"),
    "over_days": _("Days that a round takes"),
    "pool_size": _("Samples in a pool"),
    "cases_per_day": _("Cases traced a day"),
    "f1_per_day": _("F1 whose contacts are traced, a day"),
    "f2_per_day": _("F2 whose contacts are traced, a day"),
    "effort": _("Effort"),
    "rate": _("Rate of support"),
    "at_home": _("At home"),
    "lab_samples_per_day": _("Samples a day that the laboratories can take"),
    "quarantine_places": _("Quarantine places"),
    "extra_places": _("Further places"),
    "vaccine_doses": _("Doses of vaccine at hand"),
    "doses_per_day": _("Doses that can be given a day"),
    "reach": _("Share of people reached (0 to 1)"),
    "way": _("How far"),
    "scheme": _("Scheme"),
    "checkpoints": _("Checkpoints"),
    "entry_tests": _("Tests on entry"),
    "channel": _("Channel"),
    "capacity": _("Share of the usual capacity"),
    "coverage": _("Share to be vaccinated (0 to 1)"),
    "extra_lodging_places": _("Further places to sleep at each site"),
}
CONDITIONS = {"trigger": _("Starts when"), "release": _("Ends when")}
INDICATORS = {
    "cases": _("cases"),
    "per_1000_workers": _("cases per 1,000 workers"),
    "per_100k_week": _("cases a week per 100,000 people"),
    "growth": _("growth from one window to the next"),
    "days_without": _("days without a case"),
}
CHOICES = {
    "routine": _("as routine"),
    "heightened": _("heightened"),
    "household": _("from door to door"),
    "limited": _("limited"),
    "stopped": _("stopped"),
    "suspended": _("contract suspended for a month or more"),
    "suspended_half_month": _("contract suspended for 15 days to a month"),
    "air": _("by air"),
    "border": _("across the border"),
    "domestic": _("within the country"),
    "ecommerce": _("by e-commerce"),
    "supermarket": _("supermarkets"),
}
COMPLAINTS = {
    "greater_than": _("It must be more than %(gt)s."),
    "greater_than_equal": _("It must be at least %(ge)s."),
    "less_than": _("It must be less than %(lt)s."),
    "less_than_equal": _("It must be at most %(le)s."),
}
SENTENCES = {
    "at_least must be above 0, or it always holds": _("The threshold must be more than 0."),
    "cases are counted: give a whole number": _("Give a whole number."),
    "days_without are counted: give a whole number": _("Give a whole number."),
    "at_least must be at most 365 days without a case": _("Give at most 365 days."),
    "until lies before from": _("The end lies before the start."),
    "give until or exit, not both": _("This measure ends by the common rule: leave its end empty."),
}


def field_name(name: str) -> str:
    """Return the words for a field of a measure; a field without words of its own shows its name."""
    return str(FIELDS.get(name, name.replace("_", " ")))


def condition_name(condition: str, part: str, indicator: str) -> str:
    """Return the words for a number of a condition: its threshold with the indicator, or its days."""
    if part in FIELDS:
        return str(FIELDS[part])
    sign = "≥" if part == "at_least" else "≤"
    return f"{CONDITIONS[condition]}: {INDICATORS.get(indicator, indicator)} {sign}"


def choice_name(choice: str) -> str:
    """Return the words for a choice of a measure: a level, the mode of a site, an effort."""
    if choice in ORDER_LEVELS:
        return str(ORDER_LEVELS[choice])
    if choice.upper() in SiteMode.__members__:
        return words(SITE_MODE_NAMES[SiteMode[choice.upper()]])
    return str(CHOICES.get(choice, choice.replace("_", " ")))


def complaint(item: Mapping[str, Any]) -> str:
    """Return in words what the model of a measure refused."""
    if item["type"] in COMPLAINTS:
        bounds = {name: number(value) for name, value in item.get("ctx", {}).items()}
        return str(COMPLAINTS[item["type"]]) % bounds
    message = str(item["msg"]).removeprefix("Value error, ")
    return str(SENTENCES.get(message, message))
