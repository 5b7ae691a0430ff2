"""A forecast (songhanh-forecast/1) shaped for tables, charts and the map."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from songhanh.operations.project.templatetags.songhanh import percent, words

# From lowest to highest; the classes are those of the forecast, which defines their borders.
RISKS = {
    "low": pgettext_lazy("risk", "low"),
    "medium": pgettext_lazy("risk", "medium"),
    "high": pgettext_lazy("risk", "high"),
    "very-high": pgettext_lazy("risk", "very high"),
}
LEVELS = {
    "province": gettext_lazy("Province"),
    "district": gettext_lazy("Districts"),
    "site": gettext_lazy("Industrial parks"),
}
QUANTILES = ("p05", "p25", "p50", "p75", "p95")
CHANGES_SHOWN = 8  # the table of all places has the rest
CLEAR_DAYS = 14  # of the widest band that is shown whole
PAST_DAYS = 42  # further back the picture would only be smaller


def address(place: Mapping[str, Any]) -> str:
    """Return the name of a place among all: districts and sites have codes of their own kinds."""
    return f"{place['level']}:{place['code']}"


def place_of(result: Mapping[str, Any], wanted: str | None) -> dict[str, Any] | None:
    """Return the place that the reader asked for, else the province; None where there is no such place."""
    for place in result["places"]:
        if (address(place) == wanted) if wanted else place["level"] == "province":
            found: dict[str, Any] = place
            return found
    return None


def groups(result: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the places by level, those with most cases this week first."""
    grouped = []
    for level, name in LEVELS.items():
        rows = [{**p, "address": address(p)} for p in result["places"] if p["level"] == level]
        rows.sort(key=lambda place: (-place["changed"]["week"], place["code"]))
        if rows:
            grouped.append({"level": level, "name": name, "places": rows})
    return grouped


def chart(place: Mapping[str, Any]) -> dict[str, Any]:
    """Return past cases with the nowcast band and the fan after them, on one axis of days."""
    past = place["history"][-PAST_DAYS:]
    nowcast = [day.get("nowcast") or {} for day in past]
    ahead, behind = [None] * len(place["fan"]), [None] * len(past)
    return {
        "dates": [day["date"] for day in [*past, *place["fan"]]],
        "cases": [day["cases"] for day in past] + ahead,
        "nowcast": {q: [_round(band.get(q)) for band in nowcast] + ahead for q in ("p05", "p50", "p95")},
        "fan": {q: behind + [_round(day[q]) for day in place["fan"]] for q in QUANTILES},
        "top": top(place),
        "unit": _("cases"),
        "words": {
            "cases": _("reported"),
            "nowcast": _("expected once late reports are in"),
            "fan": _("forecast, median"),
            "half": _("half of the worlds"),
            "band": _("nine worlds in ten"),
        },
    }


def top(place: Mapping[str, Any]) -> float:
    """Return where the picture ends: above the band of two weeks and the half of four, so that the coming days are seen."""
    fan, past = place["fan"], place["history"][-PAST_DAYS:]
    wide = [day["p95"] for day in fan[:CLEAR_DAYS]] + [day["p75"] for day in fan]
    return float(max([*wide, *(day["cases"] for day in past), 1]))


def is_cut(place: Mapping[str, Any]) -> bool:
    """Say whether the widest band leaves the picture."""
    return any(day["p95"] > top(place) for day in place["fan"])


def _round(value: float | None) -> float | None:
    return None if value is None else round(value, 2)


def sums(place: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the cases expected over the next 7, 14 and 28 days."""
    return [{"days": int(days), **place["sums"][days]} for days in sorted(place["sums"], key=int)]


def history_rows(place: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the days behind the picture, latest first."""
    return list(reversed(place["history"][-PAST_DAYS:]))


def changes(result: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the places where something moved since yesterday, most new cases first."""
    moved = [
        {**place, "address": address(place), "since": place["changed"]["since_yesterday"]}
        for place in result["places"]
        if place["changed"].get("since_yesterday")
    ]
    moved = [place for place in moved if place["since"]["cases"] or place["level"] == "province"]
    moved.sort(key=lambda place: (place["level"] != "province", -place["since"]["cases"]))
    return moved[:CHANGES_SHOWN]


def risk_legend(result: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the classes of risk with how many communes are in each, highest first."""
    counts = dict.fromkeys(RISKS, 0)
    for commune in result["communes"]:
        counts[commune["risk"]] += 1
    return [{"level": risk, "name": RISKS[risk], "n_communes": counts[risk]} for risk in reversed(RISKS)]


def communes(result: Mapping[str, Any], districts: Mapping[str, str], risk: str = "") -> list[dict[str, Any]]:
    """Return the communes, or those of one class, highest probability first."""
    rows = [
        {**row, "district_name": districts.get(row["district_code"], ""), "risk_name": RISKS[row["risk"]]}
        for row in result["communes"]
        if not risk or row["risk"] == risk
    ]
    return sorted(rows, key=lambda row: (-row["p_any_7d"], -row["cases_14d"], row["code"]))


def clusters(result: Mapping[str, Any], names: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return the clusters with the names of their places, most cases first."""
    rows = [
        {
            **cluster,
            "where": [names.get(code, code) for code in cluster["communes"]],
            "site": names.get(cluster["site_id"], cluster["site_id"]) if cluster.get("site_id") else "",
        }
        for cluster in result["clusters"]
    ]
    return sorted(rows, key=lambda row: (not row["growing"], -row["cases"], row["id"]))


def map_properties(result: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Return what the map says of each commune: its class and the lines of its note."""
    return {
        row["code"]: {
            "level": row["risk"],
            "lines": [
                _("risk: %(risk)s") % {"risk": RISKS[row["risk"]]},
                _("any case within 7 days: %(share)s of the worlds") % {"share": percent(row["p_any_7d"])},
                _("cases in 14 days: %(n)s") % {"n": row["cases_14d"]},
            ],
        }
        for row in result["communes"]
    }


def fan_rows(result: Mapping[str, Any]) -> Iterator[Sequence[object]]:
    """Yield every place and day: past days with cases and nowcast, coming days with the fan."""
    for place in result["places"]:
        head = [place["level"], place["code"], words(place["name"])]
        for day in place["history"]:
            nowcast = day.get("nowcast") or {}
            middle = [nowcast.get("p05"), None, nowcast.get("p50"), None, nowcast.get("p95")]
            yield [*head, day["date"], day["cases"], *middle]
        for day in place["fan"]:
            yield [*head, day["date"], None, *(day[q] for q in QUANTILES)]
