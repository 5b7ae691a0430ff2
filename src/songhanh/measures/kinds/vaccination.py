"""Vaccination of one group of the order in force: by age in areas, or the workers of sites."""

from __future__ import annotations

from datetime import date
from typing import ClassVar, Literal

import numpy as np
from pydantic import Field

from songhanh.core.text import Text
from songhanh.epidemic.controls import EpidemicControls
from songhanh.measures.base import At, Measure, Needs, Scope, Task, Words, rule_on
from songhanh.measures.ground import Floats, years_in_groups
from songhanh.response import Policy, PolicySet, policies_on


class Vaccination(Measure):
    """A campaign that gives first doses to ``coverage`` of a group in ``over_days`` days, as many each day.

    The group is a row of the policy ``vaccination``. One measure is one group; the order of groups is that of their
    dates in the plan. The second dose follows by itself (parameters of the epidemic); its staff is not counted again.
    Overlapping campaigns add.
    """

    KIND: ClassVar[str] = "vaccination"
    SCOPE: ClassVar[Scope] = "areas and sites"
    NAME: ClassVar[Text] = Text("Tiêm vắc xin phòng Covid-19", "Vaccination against Covid-19")
    OWN: ClassVar[tuple[str, ...]] = ("doses_per_vaccinator_day", "cost_dose_vnd")

    kind: Literal["vaccination"] = "vaccination"
    group: str
    over_days: int = Field(ge=1, le=365)
    coverage: float = Field(default=0.9, gt=0.0, le=1.0)  # of the group

    def allowed(self, rules: PolicySet, on: date) -> str | None:
        """Return why the rules in force forbid this measure, or nothing."""
        groups = policies_on(rules, "vaccination", on)
        told_apart = [name for name, group in groups.items() if _is_modelled(group)]
        if self.group not in groups:
            return f"the group {self.group!r} is not called on {on}; groups: {', '.join(groups) or 'none'}"
        if self.group not in told_apart:
            name = groups[self.group].name.en
            return f"{name} cannot be told apart among the people; groups that can: {', '.join(told_apart)}"
        return None

    def lasts(self) -> int:
        """Return the days of the campaign."""
        return self.over_days

    def limits(self, at: At) -> tuple[str, ...]:
        """Return that the places are not those of the group, if so."""
        at_sites = self._group(at.policies, at.rules_on).values.get("at_sites", 0.0) > 0.0
        if at_sites and len(at.communes):
            return (f"the group {self.group!r} is vaccinated at sites: name parks and clusters",)
        if not at_sites and len(at.sites):
            return (f"the group {self.group!r} is vaccinated where it lives: name areas",)
        return ()

    def doses_per_day(self, at: At) -> float:
        """Return the first doses of a day of the campaign."""
        people = float((at.ground.ages[at.communes] @ self._ages(at)).sum())
        people += float(at.ground.workers[at.sites].sum())
        return people * self.coverage / self.over_days

    def contacts(self, at: At, controls: EpidemicControls) -> None:
        """Give the day's share of doses to the group."""
        daily = self.coverage / self.over_days
        more = controls.vaccination[at.communes] + np.float32(daily) * self._ages(at).astype(np.float32)
        controls.vaccination[at.communes] = np.minimum(more, np.float32(1.0))
        more = controls.site_vaccination[at.sites] + np.float32(daily)
        controls.site_vaccination[at.sites] = np.minimum(more, np.float32(1.0))

    def needs(self, at: At) -> Needs:
        """Return those who vaccinate, and what a dose costs beside the vaccine, which the State buys."""
        doses = self.doses_per_day(at)
        clinicians = doses / at.effects["doses_per_vaccinator_day"]
        money = doses * at.effects["cost_dose_vnd"] + clinicians * at.effects["cost_staff_vnd_day"]
        return Needs({"clinicians": clinicians}, money_vnd_bn=money * 1e-9)

    def title(self, words: Words) -> Text:
        """Return the measure in a few words."""
        group = self._group(words.policies, words.on).name
        return Text(
            f"Tiêm vắc xin: {group.vi}, {self.coverage:.0%} trong {self.over_days} ngày",
            f"Vaccination: {group.en}, {self.coverage:.0%} in {self.over_days} days",
        )

    def tasks(self, words: Words) -> tuple[Task, ...]:
        """Return the tasks of the order."""
        return (
            Task(Text("lập danh sách, mời tiêm theo khung giờ", "list those entitled and invite them by the hour"),
                 Text("UBND xã, doanh nghiệp", "Commune committees and firms"), 3),
            Task(Text("khám sàng lọc, tiêm, theo dõi sau tiêm 30 phút", "screen, vaccinate, watch for 30 minutes"),
                 Text("CDC tỉnh, Trung tâm Y tế huyện", "Provincial CDC and district health centres"), 5),
        )  # fmt: skip

    def public(self, words: Words) -> Text:
        """Return what the public is told."""
        told = self._group(words.policies, words.on).words
        return Text(
            f"Từ {words.begins.vi}, tiêm vắc xin tại {words.where.vi}. {told.vi} Đề nghị đến đúng giờ hẹn, giữ khoảng cách.",
            f"From {words.begins.en}, vaccination in {words.where.en}. {told.en} Please come at the hour you are given "
            "and keep your distance.",
        )

    def _group(self, rules: PolicySet, on: date) -> Policy:
        return rule_on(rules, "vaccination", on, self.group)

    def _ages(self, at: At) -> Floats:
        """Return (9,) the share of each age group that belongs to the group; nobody where it is one of sites."""
        group = self._group(at.policies, at.rules_on)
        if "age_from" not in group.values:
            return np.zeros(at.ground.ages.shape[1])
        return years_in_groups(int(group["age_from"]), int(group["age_until"]))


def _is_modelled(group: Policy) -> bool:
    return "age_from" in group.values or group.values.get("at_sites", 0.0) > 0.0
