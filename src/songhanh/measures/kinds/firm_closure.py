"""Targeted closure: a firm or workshop stops when cases are confirmed among its workers."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from songhanh.core.text import Text
from songhanh.epidemic.controls import EpidemicControls, shut_by_cases
from songhanh.measures.base import At, Measure, Needs, Scope, Task, Words


class FirmClosure(Measure):
    """Close each firm by itself at so many cases in so many days, until so many days after the last."""

    KIND: ClassVar[str] = "firm_closure"
    SCOPE: ClassVar[Scope] = "sites"
    NAME: ClassVar[Text] = Text(
        "Tạm dừng từng doanh nghiệp, phân xưởng có ca bệnh", "Closure of affected firms only"
    )
    REST: ClassVar[bool] = True

    kind: Literal["firm_closure"] = "firm_closure"
    cases: int = Field(default=1, ge=1, le=100_000)
    days: int = Field(default=14, ge=1, le=60)

    def contacts(self, at: At, controls: EpidemicControls) -> None:
        """Set the threshold; the fewest cases and the longest closure of overlapping measures hold."""
        shut_by_cases(controls.firm_close_cases, controls.firm_close_days, at.sites, self.cases, self.days)

    def needs(self, at: At) -> Needs:
        """Return inspectors who watch the firms of the sites."""
        parks = at.sites[at.sites < at.ground.n_sites]
        workers = float(at.ground.workers[parks].sum())
        inspectors = workers / 1000.0 * at.effects["inspectors_per_1000_workers"]
        money = inspectors * at.effects["cost_staff_vnd_day"] * 1e-9
        return Needs({"inspectors": inspectors}, money_vnd_bn=money)

    def title(self, words: Words) -> Text:
        """Return the measure in a few words."""
        return Text(
            f"Tạm dừng riêng doanh nghiệp có từ {self.cases} ca trong {self.days} ngày",
            f"Closure of firms with {self.cases} or more cases in {self.days} days, and of no others",
        )

    def tasks(self, words: Words) -> tuple[Task, ...]:
        """Return the tasks of the order."""
        return (
            Task(Text("báo cáo ca bệnh của từng doanh nghiệp hằng ngày", "report cases by firm every day"),
                 Text("Sở Y tế", "Health department"), 1),
            Task(Text("tạm dừng doanh nghiệp vượt ngưỡng trong ngày", "stop a firm over the threshold the same day"),
                 Text("Ban Quản lý các khu công nghiệp", "Industrial Parks Authority"), 1),
        )  # fmt: skip

    def public(self, words: Words) -> Text:
        """Return what the public is told."""
        return Text(
            f"Từ {words.begins.vi}, tại {words.where.vi}: doanh nghiệp có từ {self.cases} ca xác định phải tạm dừng, "
            f"mở lại khi {self.days} ngày không có ca mới. Doanh nghiệp khác tiếp tục hoạt động.",
            f"From {words.begins.en}, in {words.where.en}: a firm with {self.cases} or more confirmed cases stops, and "
            f"reopens after {self.days} days without a new case. Other firms go on working.",
        )
