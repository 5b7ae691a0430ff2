"""Furlough: payments to workers whose contract is suspended or whose work is stopped by order of the State."""

from __future__ import annotations

from datetime import date
from typing import ClassVar, Literal

from songhanh.core.text import Text
from songhanh.measures.base import At, Draft, Measure, Needs, Scope, Task, Words, rule
from songhanh.response import PolicySet, policy_on

DAYS = {"suspended": 30, "suspended_half_month": 15, "stopped": 14}  # days of absence that the payment is for
COLUMNS = {
    "suspended": "suspended_month_vnd",
    "suspended_half_month": "suspended_half_month_vnd",
    "stopped": "stopped_vnd",
}
NAMES = {
    "suspended": Text("tạm hoãn hợp đồng lao động từ 1 tháng", "contract suspended for a month or more"),
    "suspended_half_month": Text(
        "tạm hoãn hợp đồng lao động từ 15 ngày đến dưới 1 tháng", "contract suspended for 15 days to a month"
    ),
    "stopped": Text("ngừng việc từ 14 ngày", "work stopped for 14 days or more"),
}


class Furlough(Measure):
    """A payment once to each worker whom the modes of their site keep from work, by the rule in force.

    The payment is spread over the days of absence that it is for, to those who are idle on each of these days; it
    keeps the contract and moves income only. A worker is entitled to one of the schemes.
    """

    KIND: ClassVar[str] = "furlough"
    SCOPE: ClassVar[Scope] = "sites"
    NAME: ClassVar[Text] = Text("Hỗ trợ tạm hoãn hợp đồng, ngừng việc", "Furlough payments")
    OWN: ClassVar[tuple[str, ...]] = ("clerks_per_1000_dossiers",)

    kind: Literal["furlough"] = "furlough"
    scheme: Literal["suspended", "suspended_half_month", "stopped"]

    def allowed(self, rules: PolicySet, on: date) -> str | None:
        """Return why the rules in force forbid this measure, or nothing."""
        paid = policy_on(rules, "support", on)
        if COLUMNS[self.scheme] not in paid.values:
            return f"no rule pays workers with {NAMES[self.scheme].en} on {on} ({paid.name.en})"
        return None

    def lasts(self) -> int:
        """Return the days of absence that the payment is for."""
        return DAYS[self.scheme]

    def settle(self, at: At, draft: Draft) -> None:
        """Pay the workers whom the modes of their sites keep from work."""
        daily = rule(at, "support")[COLUMNS[self.scheme]] / DAYS[self.scheme]
        idle = at.ground.idle_workers(draft.economy.admitted)[at.sites].sum()
        draft.economy.support_vnd_bn += float(idle) * daily * 1e-9

    def needs(self, at: At) -> Needs:
        """Return the clerks who examine the dossiers of all workers of the sites."""
        dossiers = float(at.ground.workers[at.sites].sum()) / DAYS[self.scheme]
        clerks = dossiers / 1000.0 * at.effects["clerks_per_1000_dossiers"]
        return Needs({"clerks": clerks}, money_vnd_bn=clerks * at.effects["cost_staff_vnd_day"] * 1e-9)

    def title(self, words: Words) -> Text:
        """Return the measure in a few words."""
        name = NAMES[self.scheme]
        return Text(f"Hỗ trợ người lao động {name.vi}", f"Payment to workers: {name.en}")

    def tasks(self, words: Words) -> tuple[Task, ...]:
        """Return the tasks of the order."""
        return (
            Task(Text("lập danh sách lao động, nộp hồ sơ", "list the workers and hand in the dossiers"),
                 Text("Doanh nghiệp, Bảo hiểm xã hội", "Firms and Social Insurance"), 5),
            Task(Text("thẩm định hồ sơ và chi trả trong 7 ngày", "examine the dossiers and pay within 7 days"),
                 Text("UBND huyện, Sở Lao động", "District committee and Department of Labour"), 12),
        )  # fmt: skip

    def public(self, words: Words) -> Text:
        """Return what the public is told."""
        amount = policy_on(words.policies, "support", words.on)[COLUMNS[self.scheme]]
        name = NAMES[self.scheme]
        dong = f"{amount:,.0f}"
        return Text(
            f"Người lao động tại {words.where.vi} ({name.vi}) được hỗ trợ một lần {dong.replace(',', '.')} đồng; doanh "
            "nghiệp nộp hồ sơ, người lao động không mất phí.",
            f"Workers in {words.where.en} ({name.en}) are paid {dong} VND once; the firm hands in the dossier, at no cost "
            "to the worker.",
        )
