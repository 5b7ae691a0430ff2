"""Contact tracing: how many contacts are found, and for how many cases a day."""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np
from pydantic import Field

from songhanh.core.text import Text
from songhanh.epidemic.controls import EpidemicControls, Layer
from songhanh.measures.base import At, Measure, Needs, Scope, Task, Words

TRACED = (
    (Layer.HOUSEHOLD, "household"),
    (Layer.BOARDING, "boarding"),
    (Layer.LINE, "line"),
    (Layer.PLANT, "plant"),
    (Layer.CLASS, "class"),
    (Layer.SCHOOL, "school"),
    (Layer.COMMUNITY, "community"),
    (Layer.SHUTTLE, "shuttle"),
    (Layer.QUARANTINE, "quarantine"),
)


class Tracing(Measure):
    """Teams that trace the contacts of confirmed cases. Teams of overlapping measures add.

    ``f1_per_day`` and ``f2_per_day`` are the close contacts, and theirs, whose own contacts are traced as well; what
    is done with each level is the rule ``contact`` in force.
    """

    KIND: ClassVar[str] = "tracing"
    SCOPE: ClassVar[Scope] = "province"
    NAME: ClassVar[Text] = Text("Truy vết người tiếp xúc", "Contact tracing")

    kind: Literal["tracing"] = "tracing"
    cases_per_day: int = Field(ge=1, le=100_000)
    f1_per_day: int = Field(default=0, ge=0, le=100_000)
    f2_per_day: int = Field(default=0, ge=0, le=100_000)
    effort: float = Field(default=1.0, gt=0.0, le=1.0)  # 1: all that trained teams find

    def contacts(self, at: At, controls: EpidemicControls) -> None:
        """Raise the probability that a contact is found, and the cases traced in a day."""
        for layer, name in TRACED:
            found = at.effects[f"trace_{name}"] * self.effort
            controls.trace[layer] = max(float(controls.trace[layer]), found)
        controls.trace_share[1:] = at.effects["trace_share_further"]
        controls.trace_capacity[:3] += np.array(
            [self.cases_per_day, self.f1_per_day, self.f2_per_day], np.int32
        )

    def needs(self, at: At) -> Needs:
        """Return the tracers who stand ready."""
        asked = (
            self.cases_per_day + (self.f1_per_day + self.f2_per_day) * at.effects["tracer_share_per_contact"]
        )
        tracers = asked * at.effects["tracer_days_per_case"] * self.effort
        return Needs({"tracers": tracers}, money_vnd_bn=tracers * at.effects["cost_staff_vnd_day"] * 1e-9)

    def title(self, words: Words) -> Text:
        """Return the measure in a few words."""
        return Text(
            f"Truy vết đến {self.cases_per_day} ca mỗi ngày",
            f"Contact tracing of up to {self.cases_per_day} cases a day",
        )

    def tasks(self, words: Words) -> tuple[Task, ...]:
        """Return the tasks of the order."""
        return (
            Task(Text("truy vết F1 trong 24 giờ, F2 trong 48 giờ", "trace contacts within 24 hours, theirs within 48"),
                 Text("Tổ truy vết, Công an xã", "Tracing teams and commune police"), 1),
        )  # fmt: skip

    def public(self, words: Words) -> Text:
        """Return what the public is told."""
        return Text(
            "Người đã tiếp xúc với ca bệnh cần khai báo ngay với trạm y tế xã; thông tin cá nhân được giữ kín.",
            "Anyone who met a case should tell the commune health station at once; personal details stay confidential.",
        )
