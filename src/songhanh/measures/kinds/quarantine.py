"""Quarantine of close contacts, for the time and in the places that the rule in force demands."""

from __future__ import annotations

from datetime import date
from typing import ClassVar, Literal

from pydantic import Field

from songhanh.core.text import Text
from songhanh.epidemic.controls import EpidemicControls
from songhanh.measures.base import At, Measure, Needs, Scope, Task, Words, rule
from songhanh.response import PolicySet, policy_on


class Quarantine(Measure):
    """Close contacts are quarantined in central places, or at home where the rule allows it."""

    KIND: ClassVar[str] = "quarantine"
    SCOPE: ClassVar[Scope] = "province"
    NAME: ClassVar[Text] = Text("Cách ly người tiếp xúc gần (F1)", "Quarantine of close contacts (F1)")

    kind: Literal["quarantine"] = "quarantine"
    at_home: bool = False
    extra_places: int = Field(default=0, ge=0, le=10_000_000)

    def allowed(self, rules: PolicySet, on: date) -> str | None:
        """Return why the rules in force forbid this measure, or nothing."""
        policy = policy_on(rules, "quarantine", on)
        if self.at_home and not policy["at_home_allowed"]:
            return f"quarantine at home is not allowed on {on} ({policy.name.en})"
        return None

    def contacts(self, at: At, controls: EpidemicControls) -> None:
        """Quarantine for the days of the rule; extra places add to those of the province."""
        controls.quarantine_days = max(controls.quarantine_days, int(rule(at, "quarantine")["days"]))
        controls.quarantine_places += self.extra_places
        controls.quarantine_at_home = controls.quarantine_at_home or self.at_home

    def needs(self, at: At) -> Needs:
        """Return those who run the extra places; what occupied places cost is counted where occupancy is known."""
        guards = self.extra_places / 1000.0 * at.effects["guards_per_1000_moved"]
        return Needs({"guards": guards}, money_vnd_bn=guards * at.effects["cost_staff_vnd_day"] * 1e-9)

    def title(self, words: Words) -> Text:
        """Return the measure in a few words."""
        return policy_on(words.policies, "quarantine", words.on).name

    def tasks(self, words: Words) -> tuple[Task, ...]:
        """Return the tasks of the order."""
        return (
            Task(Text("đưa F1 đến nơi cách ly trong 24 giờ, xét nghiệm ngày 1, 7, 14",
                      "bring contacts to quarantine within 24 hours; test on days 1, 7 and 14"),
                 Text("Trung tâm Y tế, Ban Chỉ huy Quân sự huyện", "District health centre and military command"), 1),
        )  # fmt: skip

    def public(self, words: Words) -> Text:
        """Return what the public is told."""
        words_in_force = policy_on(words.policies, "quarantine", words.on).words
        return Text(
            f"{words_in_force.vi} Chi phí do Nhà nước bảo đảm theo quy định.",
            f"{words_in_force.en} The State bears the cost as the rules provide.",
        )
