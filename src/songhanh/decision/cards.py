"""Trigger cards of a plan: if this is observed, do that, on whose authority; to tighten and to ease.

A card says nothing that the plan does not do by itself in a run: conditions are those of its measures (trigger and
release), those of the common rule of reopening for measures that it ends, and the thresholds of firms and hamlets.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Literal

from songhanh.core.days import date_of
from songhanh.core.modes import SITE_MODE_NAMES
from songhanh.core.text import Text
from songhanh.decision.card_state import State
from songhanh.measures import MeasureWords, Schedule, described
from songhanh.measures.kinds.distancing import Distancing
from songhanh.measures.kinds.firm_closure import FirmClosure
from songhanh.measures.kinds.hamlet_sealing import HamletSealing
from songhanh.measures.kinds.lockdown import STEPS, Lockdown
from songhanh.measures.kinds.site_mode import SiteModeOrder
from songhanh.measures.placed import Placed
from songhanh.measures.triggers import Condition
from songhanh.response import Observed, Policy, policies_on, policy_on

COMMON_RULE = Text("quy tắc chung về nới lỏng và mở lại", "the common rule of step-down and reopening")


@dataclass(frozen=True, slots=True)
class Card:
    """One trigger card.

    Attributes
    ----------
    direction
        Whether it tightens or eases.
    condition, for_days
        What must be observed, and on how many days in a row.
    action
        What is then done: the order of the measure, or the step of the rule.
    authority, legal_basis
        Who carries it out, and the documents that it rests on.
    measure, present
        Number of the measure in its file; whether that is the list of orders in force.
    now
        Where the indicator stands tonight; None where nothing observed was given.
    """

    direction: Literal["tighten", "ease"]
    condition: Text
    for_days: int
    action: Text
    authority: Text
    legal_basis: tuple[Text, ...]
    measure: int
    present: bool
    now: Text | None

    def as_dict(self) -> dict[str, Any]:
        """Return the card for JSON."""
        return {
            "direction": self.direction,
            "if": self.condition.as_dict(),
            "for_days": self.for_days,
            "then": self.action.as_dict(),
            "authority": self.authority.as_dict(),
            "legal_basis": [name.as_dict() for name in self.legal_basis],
            "measure": self.measure,
            "present": self.present,
            "now": None if self.now is None else self.now.as_dict(),
        }


def trigger_cards(schedule: Schedule, observed: Observed | None = None) -> list[dict[str, Any]]:
    """Return the trigger cards of a plan on top of the orders in force, those of its own measures first.

    Parameters
    ----------
    observed
        Cases known tonight; with them each card says where its indicator stands.

    Raises
    ------
    ValueError
        If the schedule has no as-of date: a replay is not decided.
    """
    if schedule.as_of is None:
        raise ValueError("trigger cards are made for a decision, which has an as-of date")
    maker = _Maker(schedule, schedule.as_of, State.of(schedule, schedule.as_of, observed))
    return [card.as_dict() for present in (False, True) for card in maker.cards(present)]


@dataclass(frozen=True)
class _Maker:
    schedule: Schedule
    as_of: date
    state: State

    def cards(self, present: bool) -> list[Card]:
        """Return the cards of the plan's measures, or of the orders in force that stay; equal cards once."""
        shown = [placed for placed in self.schedule.placed if self._shown(placed, present)]
        words = described(self.schedule, present)
        cards = [
            card
            for placed, said in zip(shown, words, strict=True)
            for card in self._of(placed, said)
        ]  # fmt: skip
        return list(dict.fromkeys(cards))

    def _shown(self, placed: Placed, present: bool) -> bool:
        if placed.present != present:
            return False
        origin = self.schedule.ground.origin
        return not present or placed.ends is None or date_of(origin, placed.ends) > self.as_of

    def _of(self, placed: Placed, said: MeasureWords) -> Iterator[Card]:
        measure = placed.measure
        card = Card("tighten", said.title, 1, said.order.as_text(), _authority(said), said.legal_basis, placed.number,
                    placed.present, None)  # fmt: skip
        if measure.trigger is not None:
            yield self._by_condition(card, measure.trigger, placed, said)
        if isinstance(measure, FirmClosure | HamletSealing):
            yield from self._by_threshold(card, measure, placed, said)
        if measure.release is not None:
            action = Text(
                f"Kết thúc: {said.title.vi} tại {said.where.vi}.",
                f"End of: {said.title.en} in {said.where.en}.",
            )
            yield self._by_condition(
                replace(card, direction="ease", action=action), measure.release, placed, said
            )
        if placed.steps_from is not None:
            rule = policy_on(self.schedule.policies, "reopening", self.schedule.rules_on(self.as_of))
            basis = tuple(self.schedule.policies.documents[one].name for one in rule.basis)
            ruled = replace(card, legal_basis=tuple(dict.fromkeys((*said.legal_basis, *basis))))
            if len(placed.sites):
                yield from self._site_steps(ruled, rule, placed, said)
            if len(placed.communes):
                yield from self._area_steps(ruled, rule, placed, said)

    def _by_condition(self, card: Card, condition: Condition, placed: Placed, said: MeasureWords) -> Card:
        clause, where = condition.in_words(), _each(placed, said)
        return replace(
            card,
            condition=Text(f"Tại {where.vi}, {clause.vi}", f"In {where.en}, {clause.en}"),
            for_days=condition.for_days,
            now=self.state.of_condition(condition, placed, card.direction == "tighten"),
        )

    def _by_threshold(
        self, card: Card, measure: FirmClosure | HamletSealing, placed: Placed, said: MeasureWords
    ) -> Iterator[Card]:
        unit = (
            Text("một doanh nghiệp", "a firm")
            if isinstance(measure, FirmClosure)
            else Text("một thôn, tổ dân phố", "a hamlet")
        )
        clause = Condition(at_least=measure.cases, window_days=measure.days).in_words()
        quiet = Condition(indicator="days_without", at_least=measure.days).in_words()
        at = Text(f"Tại {unit.vi} của {said.where.vi}, ", f"In {unit.en} of {said.where.en}, ")
        yield replace(card, condition=Text(at.vi + clause.vi, at.en + clause.en))
        end = Text(f"Mở lại nơi đó: {said.title.vi}.", f"It is opened again: {said.title.en}.")
        yield replace(card, direction="ease", condition=Text(at.vi + quiet.vi, at.en + quiet.en), action=end)

    def _area_steps(self, card: Card, rule: Policy, placed: Placed, said: MeasureWords) -> Iterator[Card]:
        where, steps = said.where, self._stages(placed)
        quiet = Condition(indicator="days_without", at_least=int(rule["area_quiet_days"]))
        again = Condition(
            at_least=int(rule["area_again_cases"]), window_days=int(rule["area_again_window_days"])
        )
        clause = quiet.in_words()
        yield replace(
            card,
            direction="ease",
            condition=Text(
                f"Tại một xã, phường của {where.vi}, {clause.vi} ngoài khu cách ly",
                f"In a commune of {where.en}, {clause.en} outside quarantine",
            ),
            action=Text(
                f"Giảm một mức theo quy tắc chung: {_arrow(steps, 'vi')}.",
                f"One step down by the common rule: {_arrow(steps, 'en')}.",
            ),
            now=self.state.of_quiet(int(rule["area_quiet_days"]), placed),
        )
        if (
            placed.measure.trigger is None or len(steps) > 2
        ):  # a triggered one that is over waits for its trigger
            clause = again.in_words()
            yield replace(
                card,
                condition=Text(
                    f"Tại một xã, phường của {where.vi} đã giảm mức, {clause.vi}",
                    f"In a commune of {where.en} that has stepped down, {clause.en}",
                ),
                action=Text(f"Trở lại mức {steps[0].vi}.", f"Back to {steps[0].en}."),
                now=self.state.of_return(again, placed),
            )

    def _site_steps(self, card: Card, rule: Policy, placed: Placed, said: MeasureWords) -> Iterator[Card]:
        where, steps = said.where, self._stages(placed)
        window = int(rule["site_window_days"])
        parts = [("site_first", steps[:2], True), ("site_next", steps[1:], False)]
        if not placed.measure.closes_sites():
            parts = [("site_next", steps, False)]
        for name, part, _ in parts:
            few = Condition(
                indicator="per_1000_workers", at_most=rule[f"{name}_per_1000"], window_days=window
            )
            clause, days = few.in_words(), int(rule[f"{name}_days"])
            yield replace(
                card,
                direction="ease",
                condition=Text(
                    f"Tại một khu của {where.vi}, {clause.vi}, và đã qua {days} ngày ở mức hiện tại",
                    f"At a site of {where.en}, {clause.en}, and {days} days have passed at the present step",
                ),
                action=Text(
                    f"Một bước mở lại theo quy tắc chung: {_arrow(part, 'vi')}.",
                    f"One step of reopening by the common rule: {_arrow(part, 'en')}.",
                ),
                now=self.state.of_condition(few, placed, False),
            )
        many = Condition(
            indicator="per_1000_workers", at_least=rule["site_again_per_1000"], window_days=window
        )
        clause, least = many.in_words(), int(rule["site_again_min_cases"])
        yield replace(
            card,
            condition=Text(
                f"Tại một khu của {where.vi} đã mở lại một bước, {clause.vi} (ít nhất {least} ca)",
                f"At a site of {where.en} that has taken a step, {clause.en} ({least} cases at least)",
            ),
            action=Text(f"Trở lại: {steps[0].vi}.", f"Back to: {steps[0].en}."),
            now=self.state.of_return(many, placed),
        )

    def _stages(self, placed: Placed) -> list[Text]:
        """Return the steps of a measure by name, from as ordered to over."""
        measure = placed.measure
        levels = policies_on(self.schedule.policies, "level", self.schedule.rules_on(self.as_of))
        if isinstance(measure, Distancing):
            stages = [levels[level].name for level in measure.levels()]
        elif isinstance(measure, Lockdown):
            stages = [levels[level].name for level in STEPS]
        elif isinstance(measure, SiteModeOrder):
            stages = [SITE_MODE_NAMES[mode] for mode in measure.modes()]
            return [*stages, Text("bình thường", "normal")]
        else:
            stages = [measure.NAME]
        return [*stages, Text("kết thúc", "over")]


def _arrow(steps: Sequence[Text], language: str) -> str:
    return " → ".join(step.in_language(language) for step in steps)


def _each(placed: Placed, said: MeasureWords) -> Text:
    """Return the places of a measure, each of which its condition is asked of by itself."""
    where, kinds = said.where, []
    if len(placed.communes):
        kinds.append(Text("một xã, phường", "a commune"))
    if len(placed.sites):
        kinds.append(Text("một khu", "a site"))
    if not kinds:
        return where
    vi, en = " hoặc ".join(kind.vi for kind in kinds), " or ".join(kind.en for kind in kinds)
    return Text(f"{vi} của {where.vi}", f"{en} of {where.en}")


def _authority(said: MeasureWords) -> Text:
    owners = list(dict.fromkeys(task.owner for task in said.order.tasks))
    if not owners:
        return Text("UBND tỉnh", "Provincial People's Committee")
    return Text("; ".join(owner.vi for owner in owners), "; ".join(owner.en for owner in owners))
