"""Support of households that live from day to day: workers without a contract who may not work under restriction."""

from __future__ import annotations

from datetime import date
from typing import ClassVar, Literal

from pydantic import Field

from songhanh.core.text import Text
from songhanh.epidemic.controls import EpidemicControls, raise_to
from songhanh.measures.base import At, Draft, Measure, Needs, Scope, Task, Words, rule
from songhanh.response import PolicySet, policy_on


class HouseholdSupport(Measure):
    """Payments by the day to informal workers among the residents under Directive 16 or lock-down.

    ``rate`` is a multiple of the rule's amount, which the province may raise from its own budget. Whoever is paid stays
    at home and comes forward when ill.
    """

    KIND: ClassVar[str] = "household_support"
    SCOPE: ClassVar[Scope] = "areas"
    NAME: ClassVar[Text] = Text(
        "Hỗ trợ lao động tự do và hộ gia đình", "Support of informal workers and households"
    )
    OWN: ClassVar[tuple[str, ...]] = ("informal_share",)

    kind: Literal["household_support"] = "household_support"
    rate: float = Field(default=1.0, gt=0.0, le=5.0)

    def allowed(self, rules: PolicySet, on: date) -> str | None:
        """Return why the rules in force forbid this measure, or nothing."""
        paid = policy_on(rules, "support", on)
        if "informal_worker_vnd_day" not in paid.values:
            return f"no rule pays informal workers on {on} ({paid.name.en})"
        return None

    def contacts(self, at: At, controls: EpidemicControls) -> None:
        """Let more people come forward."""
        raise_to(controls.detection, at.communes, at.effects["detection_supported"])

    def settle(self, at: At, draft: Draft) -> None:
        """Pay the informal workers among the residents whom all measures together restrict."""
        restricted = float((at.ground.people * draft.restricted)[at.communes].sum())
        paid = restricted * at.effects["informal_share"] * rule(at, "support")["informal_worker_vnd_day"]
        draft.economy.support_vnd_bn += paid * self.rate * 1e-9

    def needs(self, at: At) -> Needs:
        """Return nothing beyond the money, which is known only once all measures have spoken."""
        return Needs()

    def tasks(self, words: Words) -> tuple[Task, ...]:
        """Return the tasks of the order."""
        return (
            Task(Text("rà soát, niêm yết danh sách lao động tự do", "list informal workers and post the lists"),
                 Text("Trưởng thôn, UBND xã", "Hamlet heads and commune committees"), 3),
            Task(Text("chi trả trong 7 ngày, công khai người nhận", "pay within 7 days and publish who was paid"),
                 Text("UBND huyện, Sở Lao động", "District committee and Department of Labour"), 7),
        )  # fmt: skip

    def public(self, words: Words) -> Text:
        """Return what the public is told."""
        daily = policy_on(words.policies, "support", words.on)["informal_worker_vnd_day"] * self.rate
        dong = f"{daily:,.0f}"
        return Text(
            f"Lao động tự do tại {words.where.vi} phải dừng việc do giãn cách được hỗ trợ {dong.replace(',', '.')} "
            "đồng/ngày; danh sách niêm yết tại nhà văn hóa thôn.",
            f"Informal workers in {words.where.en} who may not work because of distancing are paid {dong} VND a day; the "
            "lists are posted in the hamlet's hall.",
        )
