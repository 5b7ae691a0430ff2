"""A schedule in words: what each measure is, where, from when, until when, as an order and for the public."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from songhanh.core.days import date_of
from songhanh.core.text import Text
from songhanh.measures.base import Measure, Order, Words
from songhanh.measures.ground import Ground
from songhanh.measures.placed import Placed
from songhanh.measures.schedule import Schedule
from songhanh.measures.triggers import Condition

BY_RULE = Text("đến khi đủ điều kiện nới lỏng theo quy tắc chung", "until the common step-down rule eases it")
OPEN = Text("đến khi có quyết định khác", "until decided otherwise")
BY_TRIGGER = Text("khi {condition}", "once {condition}")
BY_RELEASE = Text("đến khi {condition}", "until {condition}")
LISTED = 6  # places named before the rest is counted


@dataclass(frozen=True, slots=True)
class MeasureWords:
    """One measure of a plan for people."""

    kind: str
    title: Text
    where: Text
    begins: date
    ends: Text
    legal_basis: tuple[Text, ...]
    public: Text
    order: Order
    present: bool

    def as_dict(self) -> dict[str, Any]:
        """Return the measure for JSON."""
        return {
            "kind": self.kind,
            "title": self.title.as_dict(),
            "where": self.where.as_dict(),
            "from": self.begins.isoformat(),
            "until": self.ends.as_dict(),
            "legal_basis": [basis.as_dict() for basis in self.legal_basis],
            "public": self.public.as_dict(),
            "order": self.order.as_text().as_dict(),
            "present": self.present,
        }


def described(schedule: Schedule, present: bool = False) -> tuple[MeasureWords, ...]:
    """Return the measures that the plan adds, or with ``present`` the orders in force that it keeps."""
    return tuple(_one(schedule, placed) for placed in schedule.placed if _shown(schedule, placed, present))


def _shown(schedule: Schedule, placed: Placed, present: bool) -> bool:
    if placed.present != present:
        return False
    if not present or schedule.as_of is None:
        return True
    return placed.ends is None or date_of(schedule.ground.origin, placed.ends) > schedule.as_of


def _one(schedule: Schedule, placed: Placed) -> MeasureWords:
    measure = placed.measure
    begins = date_of(schedule.ground.origin, placed.begins)
    ends = _ends(schedule, placed)
    words = Words(
        where=where_in_words(measure, schedule.ground),
        begins=_day(begins),
        ends=ends,
        policies=schedule.policies,
        begins_on=begins,
        on=schedule.rules_on(max(begins, schedule.as_of or begins)),
    )
    return MeasureWords(
        kind=measure.kind,
        title=measure.title(words),
        where=words.where,
        begins=begins,
        ends=ends,
        legal_basis=tuple(schedule.policies.documents[basis].name for basis in measure.legal_basis),
        public=measure.public(words),
        order=measure.order(words),
        present=placed.present,
    )


def where_in_words(measure: Measure, ground: Ground) -> Text:
    """Return the places of a measure by name."""
    whole = "all-sites" if measure.SCOPE == "sites" else "*"
    named = [ground.names[whole if code == "*" else code] for code in measure.where]
    more = len(named) - LISTED
    vi, en = ", ".join(n.vi for n in named[:LISTED]), ", ".join(n.en for n in named[:LISTED])
    if more > 0:
        vi, en = f"{vi} và {more} nơi khác", f"{en} and {more} other places"
    share = getattr(measure, "share", None)
    if (
        measure.SCOPE == "areas"
        and measure.kind in ("lockdown", "distancing")
        and share is not None
        and share < 1.0
    ):
        return Text(f"một số thôn, tổ dân phố của {vi}", f"some hamlets of {en}")
    return Text(vi, en)


def _ends(schedule: Schedule, placed: Placed) -> Text:
    measure = placed.measure
    said = []
    if measure.trigger is not None:
        said.append(_clause(BY_TRIGGER, measure.trigger))
    if measure.release is not None:
        said.append(_clause(BY_RELEASE, measure.release))
    if placed.ends is not None:
        day = _day(date_of(schedule.ground.origin, placed.ends))
        said.append(Text(f"đến hết {day.vi}", f"until {day.en}"))
    elif measure.release is None:
        said.append(BY_RULE if placed.steps_from is not None else OPEN)
    return Text(", ".join(text.vi for text in said), ", ".join(text.en for text in said))


def _clause(frame: Text, condition: Condition) -> Text:
    clause = condition.in_words()
    return Text(frame.vi.format(condition=clause.vi), frame.en.format(condition=clause.en))


def _day(when: date) -> Text:
    return Text(f"ngày {when.day}/{when.month}/{when.year}", f"{when.day} {when:%B} {when.year}")
