"""Payments to workers who may not work and to households that may not leave home."""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np
from pydantic import Field

from songhanh.core.text import Text
from songhanh.epidemic.controls import EpidemicControls, raise_to, reduce_to
from songhanh.measures.base import At, Draft, Measure, Needs, Scope, Task, Words, rule


class Support(Measure):
    """Support paid by the day, at a multiple of the rate of the rule in force.

    Whoever is paid stays and comes forward: more of those who fall ill are tested, and idle lodgers mix less.
    """

    KIND: ClassVar[str] = "support"
    SCOPE: ClassVar[Scope] = "areas"
    NAME: ClassVar[Text] = Text("Hỗ trợ người lao động và hộ gia đình", "Support of workers and households")

    kind: Literal["support"] = "support"
    rate: float = Field(default=1.0, gt=0.0, le=5.0)

    def contacts(self, at: At, controls: EpidemicControls) -> None:
        """Let more people come forward, and fewer lodgers look for work elsewhere."""
        raise_to(controls.detection, at.communes, at.effects["detection_supported"])
        reduce_to(controls.boarding, at.communes, at.effects["boarding_supported"])

    def settle(self, at: At, draft: Draft) -> None:
        """Pay the workers whom the modes of their sites keep from work, and the residents under restriction."""
        ground, paid = at.ground, rule(at, "support")
        inside = np.isin(ground.site_commune, at.communes)
        idle = float((ground.idle_workers(draft.economy.admitted) * inside).sum())
        locked = float((ground.people * draft.epidemic.locked)[at.communes].sum())
        money = idle * paid["idle_worker_vnd_day"] + locked * paid["household_vnd_day"]
        draft.economy.support_vnd_bn += money * self.rate * 1e-9

    def needs(self, at: At) -> Needs:
        """Return nothing beyond the money, which is known only once all measures have spoken."""
        return Needs()

    def tasks(self, words: Words) -> tuple[Task, ...]:
        """Return the tasks of the order."""
        return (
            Task(Text("lập danh sách, chi trả trong 7 ngày", "list those entitled and pay within 7 days"),
                 Text("Sở Lao động, UBND xã", "Department of Labour and commune committees"), 7),
        )  # fmt: skip

    def public(self, words: Words) -> Text:
        """Return what the public is told."""
        return Text(
            f"Người lao động phải nghỉ việc vì dịch tại {words.where.vi} được hỗ trợ theo ngày; "
            "danh sách được niêm yết công khai.",
            f"Workers in {words.where.en} who may not work because of the outbreak are paid by the day; "
            "the lists are public.",
        )
