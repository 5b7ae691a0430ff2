"""Contact tracing: how many contacts are found, and for how many cases a day."""

from __future__ import annotations

from typing import ClassVar, Literal

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
)


class Tracing(Measure):
    """Teams that trace the contacts of confirmed cases. Teams of overlapping measures add."""

    KIND: ClassVar[str] = "tracing"
    SCOPE: ClassVar[Scope] = "province"
    NAME: ClassVar[Text] = Text("Truy vết người tiếp xúc", "Contact tracing")

    kind: Literal["tracing"] = "tracing"
    cases_per_day: int = Field(ge=1, le=100_000)
    effort: float = Field(default=1.0, gt=0.0, le=1.0)  # 1: all that trained teams find

    def contacts(self, at: At, controls: EpidemicControls) -> None:
        """Raise the probability that a contact is found, and the cases traced in a day."""
        for layer, name in TRACED:
            found = at.effects[f"trace_{name}"] * self.effort
            controls.trace[layer] = max(float(controls.trace[layer]), found)
        controls.trace_capacity += self.cases_per_day

    def needs(self, at: At) -> Needs:
        """Return the tracers who stand ready."""
        tracers = self.cases_per_day * at.effects["tracer_days_per_case"] * self.effort
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
