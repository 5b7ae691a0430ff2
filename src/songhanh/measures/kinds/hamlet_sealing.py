"""Sealing of single hamlets: each by itself, when cases are confirmed among its residents."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from songhanh.core.text import Text
from songhanh.epidemic.controls import EpidemicControls, reduce_to, shut_by_cases
from songhanh.measures.base import At, Measure, Needs, Scope, Task, Words


class HamletSealing(Measure):
    """Seal each hamlet at so many cases in so many days, until so many days after the last.

    Residents stay in their hamlet and away from work; cases found there count as found in a sealed area. Which
    hamlets are sealed, and so the guards and the workers missing, follows from the cases of each run.
    """

    KIND: ClassVar[str] = "hamlet_sealing"
    SCOPE: ClassVar[Scope] = "areas"
    NAME: ClassVar[Text] = Text("Phong tỏa thôn, tổ dân phố có ca bệnh", "Sealing of hamlets with cases")

    kind: Literal["hamlet_sealing"] = "hamlet_sealing"
    cases: int = Field(default=2, ge=1, le=100_000)
    days: int = Field(default=14, ge=1, le=60)

    def contacts(self, at: At, controls: EpidemicControls) -> None:
        """Set the threshold; the fewest cases and the longest time of overlapping measures hold."""
        shut_by_cases(
            controls.hamlet_seal_cases, controls.hamlet_seal_days, at.communes, self.cases, self.days
        )
        reduce_to(controls.sealed_community, at.communes, at.effects["community_lockdown"])

    def needs(self, at: At) -> Needs:
        """Return nothing beforehand: what sealed hamlets take is counted as they are sealed (`costs.sealed_needs`)."""
        return Needs()

    def title(self, words: Words) -> Text:
        """Return the measure in a few words."""
        return Text(
            f"Phong tỏa thôn, tổ dân phố có từ {self.cases} ca trong {self.days} ngày",
            f"Sealing of hamlets with {self.cases} or more cases in {self.days} days",
        )

    def tasks(self, words: Words) -> tuple[Task, ...]:
        """Return the tasks of the order."""
        return (
            Task(Text("lập chốt 24/24 giờ tại các lối vào thôn, tổ dân phố", "guard every way into the hamlet day and night"),
                 Text("Công an, dân quân xã", "Commune police and militia"), 1),
            Task(Text("cung ứng lương thực, lấy mẫu toàn bộ người dân", "bring food and sample all residents"),
                 Text("UBND xã, Trạm Y tế", "Commune committee and health station"), 1),
        )  # fmt: skip

    def public(self, words: Words) -> Text:
        """Return what the public is told."""
        return Text(
            f"Từ {words.begins.vi}, tại {words.where.vi}: thôn, tổ dân phố có từ {self.cases} ca bệnh được phong tỏa đến khi "
            f"{self.days} ngày không có ca mới. Thôn, tổ dân phố khác sinh hoạt bình thường theo mức đang áp dụng.",
            f"From {words.begins.en}, in {words.where.en}: a hamlet with {self.cases} or more cases is sealed until "
            f"{self.days} days without a new case. Other hamlets live as their level allows.",
        )
