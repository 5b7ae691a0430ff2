"""The three answers of a morning: where a province stands, where it is going, what each area should do.

One line list is behind all three: that of the province where one is given, else a synthetic one that agrees with the
bulletins. The plans that are compared beside them run in worlds that agree with the same counts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from songhanh import __version__
from songhanh.core.text import Text
from songhanh.decision.evaluate import evaluate
from songhanh.decision.priorities import priorities
from songhanh.decision.situation import situation
from songhanh.joint.ensemble import Report, Stop
from songhanh.joint.setting import setting
from songhanh.twin.forecast import forecast
from songhanh.twin.linelist import SyntheticCase, announced
from songhanh.twin.lines import LineList

SCHEMA = "songhanh-morning/1"
FIRST = 5  # districts that a sentence names


def morning(
    pack_ref: str | Path,
    as_of: date,
    lines: LineList | None = None,
    seed: int = 1,
    n_worlds: int = 100,
    n_histories: int | None = None,
    n_jobs: int = -1,
    on_progress: Report = lambda done, total, stage: None,
    should_stop: Stop = lambda: False,
) -> dict[str, Any]:
    """Answer the three questions of a morning from the line list known on an evening.

    Parameters
    ----------
    lines
        The line list; by default the synthetic one of `situation`.
    n_worlds
        Worlds in which the plans of the pack are compared; 0 leaves the plans out.

    Returns
    -------
    dict
        Schema `songhanh-morning/1`: the documents `situation`, `forecast`, `priorities` and `evaluation` (or null),
        and ``answers``, three lists of sentences: ``stand``, ``going``, ``do``.

    Raises
    ------
    SonghanhError
        If the pack, a plan or the date is at fault.
    Cancelled
        If ``should_stop`` said so.
    """
    reference = str(pack_ref)
    ground = setting(reference)
    evening = situation(
        reference,
        as_of,
        seed,
        n_histories=n_histories,
        n_jobs=n_jobs,
        on_progress=on_progress,
        should_stop=should_stop,
    )
    known = lines if lines is not None else announced(_cases(evening), ground.pack, as_of)
    ahead = forecast(ground.pack, known, as_of, seed)
    areas = priorities(reference, as_of, seed, lines=known, forecast=ahead)
    plans = (
        evaluate(
            reference,
            as_of,
            seed,
            n_worlds,
            n_histories=n_histories,
            n_jobs=n_jobs,
            on_progress=on_progress,
            should_stop=should_stop,
            lines=lines,
        )
        if n_worlds
        else None
    )
    return {
        "schema": SCHEMA,
        "pack": {"id": ground.pack.id, "hash": ground.pack.hash, "name": ground.pack.name.as_dict()},
        "as_of": as_of.isoformat(),
        "seed": seed,
        "model_version": __version__,
        "synthetic": lines is None,
        "answers": {
            "stand": [text.as_dict() for text in stand(ahead, evening, as_of)],
            "going": [text.as_dict() for text in going(ahead)],
            "do": [text.as_dict() for text in to_do(areas, evening, plans)],
        },
        "situation": evening,
        "forecast": ahead,
        "priorities": areas,
        "evaluation": plans,
    }


def _cases(evening: Mapping[str, Any]) -> list[SyntheticCase]:
    return [
        SyntheticCase(**{**row, "reported_on": date.fromisoformat(row["reported_on"])})
        for row in evening["cases"]
    ]


def stand(ahead: Mapping[str, Any], evening: Mapping[str, Any], as_of: date) -> list[Text]:
    """Say where the province stands: counts of the line list, R, and what is left of the capacities."""
    province = _province(ahead)
    history = province["history"]
    today = sum(row["cases"] for row in history if row["date"] == as_of.isoformat())
    week = _last(history, as_of, 7)
    before = _last(history, as_of - timedelta(days=7), 7)
    total = sum(row["cases"] for row in history)
    said = [
        Text(
            f"{_vi(today)} ca công bố hôm nay, {_vi(week)} ca trong 7 ngày (7 ngày trước đó: {_vi(before)}), "
            f"{_vi(total)} ca từ đầu đợt.",
            f"{_en(today)} cases announced today, {_en(week)} in 7 days (the 7 days before: {_en(before)}), "
            f"{_en(total)} since the start.",
        ),
        *_reproduction(province),
    ]
    for figure in evening["figures"]:
        if figure["id"] in ("lab", "places", "workers_at_work", "value_added"):
            said.append(_figure(figure))
    return said


def going(ahead: Mapping[str, Any]) -> list[Text]:
    """Say where this is going: weekly sums with intervals for the province and the districts that matter most."""
    said = []
    if ahead["too_little_data"]:
        said.append(
            Text(
                "Số liệu còn quá ít để hiệu chỉnh: dự báo dưới đây dựa vào tiên nghiệm, chưa dựa vào số liệu.",
                "There is too little data to calibrate: the forecast below rests on the prior, not yet on data.",
            )
        )
    province = _province(ahead)
    for days in ("7", "14", "28"):
        total = province["sums"][days]
        said.append(
            Text(
                f"{days} ngày tới, toàn tỉnh: {_vi(total['p50'])} ca "
                f"(khoảng 50%: {_vi(total['p25'])}–{_vi(total['p75'])}; "
                f"90%: {_vi(total['p05'])}–{_vi(total['p95'])}).",
                f"Next {days} days, the province: {_en(total['p50'])} cases "
                f"(50%: {_en(total['p25'])}–{_en(total['p75'])}; 90%: {_en(total['p05'])}–{_en(total['p95'])}).",
            )
        )
    districts = [place for place in ahead["places"] if place["level"] == "district"]
    worst = sorted(districts, key=lambda place: -place["sums"]["7"]["p50"])[:FIRST]
    named = [place for place in worst if place["sums"]["7"]["p95"] >= 1]
    if named:
        said.append(
            Text(
                "Theo huyện, 7 ngày tới (khoảng 90%): "
                + "; ".join(f"{_words(p['name']).vi} {_range(p['sums']['7'], _vi)}" for p in named)
                + ".",
                "By district, next 7 days (90%): "
                + "; ".join(f"{_words(p['name']).en} {_range(p['sums']['7'], _en)}" for p in named)
                + ".",
            )
        )
    at_risk = [row for row in ahead["communes"] if row["risk"] in ("high", "very-high")]
    said.append(
        Text(
            f"{_vi(len(at_risk))} xã, phường có khả năng cao hoặc rất cao có ca trong 7 ngày tới.",
            f"{_en(len(at_risk))} communes have a high or very high chance of a case within 7 days.",
        )
    )
    return said


def to_do(
    areas: Mapping[str, Any], evening: Mapping[str, Any], plans: Mapping[str, Any] | None
) -> list[Text]:
    """Say what each area should do: modes by district and commune, sites that need a decision, plans that stand."""
    said = []
    for level, vi, en in (
        ("district", "huyện, thành phố", "districts"),
        ("commune", "xã, phường", "communes"),
    ):
        rows = [row for row in areas["areas"] if row["level"] == level]
        names: dict[str, Text] = {}
        counts: dict[str, int] = {}
        for row in rows:
            names[row["mode"]] = _words(row["mode_name"])
            counts[row["mode"]] = counts.get(row["mode"], 0) + 1
        parts = sorted(counts, key=lambda mode: (-counts[mode], mode))
        said.append(
            Text(
                f"{_vi(len(rows))} {vi}: "
                + "; ".join(f"{names[mode].vi} {_vi(counts[mode])}" for mode in parts)
                + ".",
                f"{_en(len(rows))} {en}: "
                + "; ".join(f"{names[mode].en} {_en(counts[mode])}" for mode in parts)
                + ".",
            )
        )
    said += [_words(item["title"]) for item in evening["decisions"]]
    if plans is not None:
        standing = [row for row in plans["plans"] if row["on_front"] and not row["reference"]]
        said.append(
            Text(
                "Phương án không bị phương án nào vượt ở cả hai mục tiêu: "
                + "; ".join(row["name"]["vi"] for row in standing)
                + ".",
                "Plans that no other beats on both goals: "
                + "; ".join(row["name"]["en"] for row in standing)
                + ".",
            )
        )
    return said


def _province(ahead: Mapping[str, Any]) -> Mapping[str, Any]:
    found: Mapping[str, Any] = next(place for place in ahead["places"] if place["level"] == "province")
    return found


def _last(history: Sequence[Mapping[str, Any]], until: date, days: int) -> int:
    first, last = (until - timedelta(days=days - 1)).isoformat(), until.isoformat()
    return sum(row["cases"] for row in history if first <= row["date"] <= last)


def _reproduction(province: Mapping[str, Any]) -> list[Text]:
    number = province["r"]
    caveat = _words(province["r_caveat"]) if province["r_caveat"] else Text("", "")
    if number is None:
        return [Text(f"Không nêu R: {caveat.vi}", f"R is not shown: {caveat.en}")] if caveat.vi else []
    low, middle, high = (f"{number[key]:.2f}" for key in ("p05", "p50", "p95"))
    return [
        Text(
            f"Hệ số lây nhiễm thực tế R {middle} (khoảng 90%: {low}–{high})".replace(".", ",")
            + f". {caveat.vi}",
            f"Effective reproduction number R {middle} (90%: {low}–{high}). {caveat.en}",
        )
    ]


def _figure(figure: Mapping[str, Any]) -> Text:
    name, unit = _words(figure["name"]), _words(figure["unit"])
    if figure["value"] is None:
        return Text(f"{name.vi}: không có số liệu.", f"{name.en}: no figure.")
    of = figure["of"]
    vi = f"{name.vi}: {_vi(figure['value'])}" + (f" / {_vi(of)}" if of else "") + f" {unit.vi}."
    en = f"{name.en}: {_en(figure['value'])}" + (f" / {_en(of)}" if of else "") + f" {unit.en}."
    return Text(vi, en)


def _words(text: Mapping[str, str] | str) -> Text:
    return Text(text, text) if isinstance(text, str) else Text(text["vi"], text["en"])


def _range(total: Mapping[str, float], number: Any) -> str:
    return f"{number(total['p50'])} ({number(total['p05'])}–{number(total['p95'])})"


def _en(value: float) -> str:
    return f"{value:,.0f}"


def _vi(value: float) -> str:
    return _en(value).replace(",", ".")
