"""Quarantine of close contacts, for the time and in the places that the rule in force demands."""

from __future__ import annotations

from datetime import date
from typing import ClassVar, Literal

from pydantic import Field

from songhanh.core.text import Text
from songhanh.epidemic.controls import EpidemicControls, quarantine_by
from songhanh.measures.base import At, Measure, Needs, Scope, Task, Words, contact_rules_on
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
        """Treat each level of contact as the rules say; extra places add to those of the province."""
        quarantine_by(controls, contact_rules_on(at.policies, at.rules_on, self.at_home))
        controls.quarantine_places += self.extra_places

    def needs(self, at: At) -> Needs:
        """Return those who run the extra places; what occupied places cost is counted where occupancy is known."""
        guards = self.extra_places / 1000.0 * at.effects["guards_per_1000_moved"]
        return Needs({"guards": guards}, money_vnd_bn=guards * at.effects["cost_staff_vnd_day"] * 1e-9)

    def title(self, words: Words) -> Text:
        """Return the measure in a few words."""
        return policy_on(words.policies, "quarantine", words.on).name

    def tasks(self, words: Words) -> tuple[Task, ...]:
        """Return the tasks of the order."""
        rules = contact_rules_on(words.policies, words.on, self.at_home)
        days = ", ".join(str(day) for day in rules.test_days if day)
        return (
            Task(Text(f"đưa F1 đến nơi cách ly trong 24 giờ, xét nghiệm ngày {days}",
                      f"bring contacts to quarantine within 24 hours; test on days {days}"),
                 Text("Trung tâm Y tế, Ban Chỉ huy Quân sự huyện", "District health centre and military command"), 1),
        )  # fmt: skip

    def public(self, words: Words) -> Text:
        """Return what the public is told."""
        words_in_force = policy_on(words.policies, "quarantine", words.on).words
        return Text(
            f"{words_in_force.vi} Chi phí do Nhà nước bảo đảm theo quy định.",
            f"{words_in_force.en} The State bears the cost as the rules provide.",
        )
