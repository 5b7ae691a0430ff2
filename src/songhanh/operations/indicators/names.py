"""Words for the codes that a situation carries."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from songhanh.core.modes import SITE_MODE_NAMES, SiteMode

# The ladder of orders, loosest first. Its colours are not those of the risk levels (Decision 2686),
# which came two weeks after the night of 17 May and must not be read into that map.
ORDER_LEVELS = {
    "none": _("No order of its own"),
    "ct19": _("Directive 19"),
    "ct15": _("Directive 15"),
    "ct16": _("Directive 16"),
    "lockdown": _("Lock-down (medical isolation)"),
}

FOUND = {
    "community": _("in the community"),
    "quarantine": _("in quarantine"),
    "sealed": _("in a sealed area"),
    "imported": _("on arrival"),
}

STATUS = {
    "synthetic": pgettext_lazy("status of a number", "synthetic"),
    "reported": pgettext_lazy("status of a number", "reported"),
    "assumed": pgettext_lazy("status of a number", "assumed"),
    "derived": pgettext_lazy("status of a number", "derived"),
}

GROUPS = {
    "epidemic": _("Epidemic"),
    "capacity": _("Capacity"),
    "work": _("Work"),
}

BULLETIN_INDICATORS = {
    "cases_cumulative": _("Cases, cumulative"),
    "cluster_cases": _("Cases of the cluster, cumulative"),
    "contacts_f1": _("Contacts F1, cumulative"),
    "contacts_f2": _("Contacts F2, cumulative"),
    "samples_cumulative": _("Samples, cumulative"),
    "in_quarantine": _("People in central quarantine"),
    "recovered": _("Recovered, cumulative"),
}


def site_mode_words(mode: object) -> dict[str, str]:
    """Return the words for how a site works, whether it comes as text, code or name."""
    if isinstance(mode, dict):
        return mode.get("name", mode)
    if isinstance(mode, int):
        return SITE_MODE_NAMES[SiteMode(mode)].as_dict()
    try:
        return SITE_MODE_NAMES[SiteMode[str(mode).upper()]].as_dict()
    except KeyError:
        return {"vi": str(mode), "en": str(mode)}
