"""Priorities in words: why an area gets its mode, and what would change it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from songhanh.core.text import Text
from songhanh.decision.flips import Condition, Flip
from songhanh.response import Policy
from songhanh.response.priority import MODE_NAMES, RISK_NAMES, Mode, Risk, Why

TREND_NAMES = {
    "none": Text("không có ca trong 14 ngày", "no case in 14 days"),
    "level": Text("ca đi ngang", "cases level"),
    "rising": Text("ca đang tăng", "cases rising"),
    "falling": Text("ca đang giảm", "cases falling"),
}


@dataclass(frozen=True)
class Facts:
    """What the words of one area may name."""

    district: str  # name of the district (its own, of a district)
    week: int
    before: int
    per_100k_14d: float
    p_any: float | None
    trend: str
    risk: Risk
    around: Risk
    level: Text  # name of the legal level in force
    work: dict[str, Any]
    mean_value: float  # value added a day of the mean area of its kind


def number(value: float, digits: int = 0) -> Text:
    """Return a number as each language writes it."""
    text = f"{value:,.{digits}f}"
    return Text(text.translate(str.maketrans(",.", ".,")), text)


def _cases_en(n: float) -> str:
    """Return a number of cases in English."""
    return f"{number(n).en} case" + ("" if n == 1 else "s")


def _money(value: float) -> Text:
    return number(value, 1 if value < 100 else 0)


def reasons(mode: Mode, why: set[Why], facts: Facts, rule: Policy) -> list[Text]:
    """Return why the rule says this mode: risk, trend, chance of a case, law, what is produced, what closure costs."""
    lines = [_cases(facts), *(_WHY[one](facts, rule) for one in sorted(why) if one in _told(mode))]
    if facts.p_any is not None and Why.CASE_IS_LIKELY not in why:
        share = number(100 * facts.p_any)
        lines.append(
            Text(
                f"Trong {share.vi}% kịch bản của mô hình có ca trong 7 ngày tới.",
                f"In {share.en}% of the model's worlds there is a case within 7 days.",
            )
        )
    return [*lines, *_work(facts)]


def _told(mode: Mode) -> tuple[Why, ...]:
    """Return the grounds that are worth telling: what decided, not what would also have been in the way."""
    everything = tuple(Why)
    split = everything.index(Why.LEGAL_LEVEL)
    return everything[:split] if mode == Mode.EPIDEMIC_FIRST else everything[split:]


def _cases(facts: Facts) -> Text:
    rate, week, before = number(facts.per_100k_14d, 1), number(facts.week), number(facts.before)
    risk, trend = RISK_NAMES[facts.risk], TREND_NAMES[facts.trend]
    if not facts.week + facts.before:
        return Text("Không có ca nào trong 14 ngày.", "No case in 14 days.")
    return Text(
        f"Mức ca bệnh {risk.vi}: {week.vi} ca trong 7 ngày, {before.vi} ca trong 7 ngày trước đó; {rate.vi} "
        f"ca trên 100.000 dân trong 14 ngày; {trend.vi}.",
        f"Level of cases {risk.en}: {_cases_en(facts.week)} in 7 days, {before.en} in the 7 days before; {rate.en} per "
        f"100,000 people in 14 days; {trend.en}.",
    )


def _work(facts: Facts) -> list[Text]:
    work = facts.work
    value, workers = _money(work["value_added_day_vnd_bn"]), number(work["workers"])
    cost = _money(work["closure_costs_day_vnd_bn"])
    low, high = _money(work["closure_costs_low_vnd_bn"]), _money(work["closure_costs_high_vnd_bn"])
    lines = [
        Text(
            f"Làm ra {value.vi} tỷ đồng giá trị tăng thêm một ngày với {workers.vi} lao động; đóng cửa làm mất {cost.vi} tỷ "
            f"đồng một ngày ({low.vi}–{high.vi}).",
            f"Produces {value.en} bn VND of value added a day with {workers.en} workers; closure costs {cost.en} bn VND a "
            f"day ({low.en}–{high.en}).",
        )
    ]
    sites = work["sites"]
    if sites:
        vi = ", ".join(f"{site['name']['vi']} ({number(site['workers']).vi} lao động)" for site in sites)
        en = ", ".join(f"{site['name']['en']} ({number(site['workers']).en} workers)" for site in sites)
        lines.append(Text(f"Có {vi}.", f"Holds {en}."))
    return lines


def _law(facts: Facts, rule: Policy) -> Text:
    vi, en = facts.level.vi, facts.level.en
    return Text(
        f"Đang ở mức {vi}: không được áp dụng chế độ lỏng hơn.",
        f"{en} is in force: no looser mode is allowed.",
    )


def _likely(facts: Facts, rule: Policy) -> Text:
    share, most = number(100 * (facts.p_any or 0.0)), number(100 * rule["guard_most_p_any"])
    return Text(
        f"Trong {share.vi}% kịch bản của mô hình có ca trong 7 ngày tới, quá {most.vi}%.",
        f"In {share.en}% of the model's worlds there is a case within 7 days, more than {most.en}%.",
    )


def _around(facts: Facts, rule: Policy) -> Text:
    risk = RISK_NAMES[facts.around]
    return Text(
        f"{facts.district} có mức ca bệnh {risk.vi}.",
        f"The level of cases of its district, {facts.district}, is {risk.en}.",
    )


def _quiet(facts: Facts, rule: Policy) -> Text:
    most = number(rule["guard_most_per_100k_14d"])
    return Text(
        f"Chưa yên ổn: trên {most.vi} ca trên 100.000 dân trong 14 ngày.",
        f"Not quiet: more than {most.en} cases per 100,000 people in 14 days.",
    )


_WHY: dict[Why, Callable[[Facts, Policy], Text]] = {
    Why.SEALED: _law,
    Why.VERY_HIGH_RISK: lambda facts, rule: Text(
        f"Từ {number(rule['very_high_per_100k_14d']).vi} ca trên 100.000 dân trong 14 ngày thì chống dịch trước hết.",
        f"From {number(rule['very_high_per_100k_14d']).en} cases per 100,000 in 14 days on the epidemic comes first.",
    ),
    Why.HIGH_AND_RISING: lambda facts, rule: Text(
        "Mức ca bệnh cao và ca đang tăng.", "The level of cases is high and cases rise."
    ),
    Why.HIGH_AND_CHEAP: lambda facts, rule: Text(
        "Mức ca bệnh cao, và đóng cửa ở đây tốn kém ít hơn mức trung bình.",
        "The level of cases is high, and closure here costs less than on average.",
    ),
    Why.LEGAL_LEVEL: _law,
    Why.NOT_QUIET: _quiet,
    Why.RISING: lambda facts, rule: Text("Ca đang tăng.", "Cases rise."),
    Why.CASE_IS_LIKELY: _likely,
    Why.RISK_AROUND: _around,
    Why.FIRST_INSIDE: lambda facts, rule: Text(
        "Có xã, phường phải ưu tiên phòng, chống dịch.", "In one or more of its communes the epidemic comes first."
    ),
    Why.LITTLE_PRODUCED: lambda facts, rule: Text(
        f"Sản xuất không nhiều hơn mức trung bình ({_money(facts.mean_value).vi} tỷ đồng một ngày).",
        f"It does not produce more than the mean of its kind ({_money(facts.mean_value).en} bn VND a day).",
    ),
}  # fmt: skip


def change(flip: Flip, facts: Facts, levels: dict[int, Text]) -> Text:
    """Return one flip as a sentence."""
    parts = [_condition(one, flip.is_tighter, facts, levels) for one in flip.conditions]
    name = MODE_NAMES[flip.mode]
    vi, en = " và ".join(p.vi for p in parts), " and ".join(p.en for p in parts)
    return Text(f"Chuyển sang “{name.vi}” nếu {vi}.", f"Becomes “{name.en}” if {en}.")


def _condition(one: Condition, tighter: bool, facts: Facts, levels: dict[int, Text]) -> Text:
    if one.quantity == "cases":
        n, week = number(one.at), number(facts.week)
        now = Text(f" (7 ngày qua: {week.vi})", f" (last 7 days: {week.en})")
        if tighter:
            return Text(
                f"7 ngày tới có từ {n.vi} ca trở lên{now.vi}",
                f"the coming 7 days bring {_cases_en(one.at)} or more{now.en}",
            )
        if one.at == 0:
            return Text(f"7 ngày tới không có ca nào{now.vi}", f"the coming 7 days bring no case{now.en}")
        return Text(
            f"7 ngày tới có không quá {n.vi} ca{now.vi}",
            f"the coming 7 days bring at most {_cases_en(one.at)}{now.en}",
        )
    if one.quantity == "cases_two_weeks":
        n = number(one.at)
        if one.at == 0:
            return Text("trong hai tuần tới không có ca nào", "the next two weeks bring no case")
        return Text(
            f"trong hai tuần tới mỗi tuần có không quá {n.vi} ca",
            f"each of the next two weeks brings at most {_cases_en(one.at)}",
        )
    if one.quantity == "p_any":
        share = number(100 * one.at)
        now = Text("", "") if facts.p_any is None else number(100 * facts.p_any)
        word = Text("từ", "at least") if tighter else Text("không quá", "at most")
        return Text(
            f"xác suất có ca trong 7 ngày là {word.vi} {share.vi}% (nay {now.vi}%)",
            f"the probability of a case within 7 days is {word.en} {share.en}% (now {now.en}%)",
        )
    if one.quantity == "level":
        name = levels[int(one.at)]
        if tighter:
            return Text(f"mức giãn cách được nâng lên {name.vi}", f"the legal level is raised to {name.en}")
        return Text(f"mức giãn cách được hạ xuống {name.vi}", f"the legal level is lowered to {name.en}")
    if one.quantity == "around":
        risk = RISK_NAMES[Risk(int(one.at))]
        return Text(f"mức ca bệnh của {facts.district} xuống mức {risk.vi}",
                    f"the level of cases of {facts.district} falls to {risk.en}")  # fmt: skip
    if one.quantity == "inside":
        return Text("không còn xã, phường nào phải ưu tiên phòng, chống dịch",
                    "in none of its communes the epidemic comes first")  # fmt: skip
    least, now = _money(one.at * facts.mean_value), _money(facts.work["value_added_day_vnd_bn"])
    return Text(
        f"giá trị tăng thêm đạt từ {least.vi} tỷ đồng một ngày (nay {now.vi})",
        f"its value added reaches {least.en} bn VND a day (now {now.en})",
    )
