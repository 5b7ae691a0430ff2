"""Organised return of migrant lodgers to their home provinces."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from songhanh.core.text import Text
from songhanh.epidemic.controls import EpidemicControls, raise_to
from songhanh.measures.base import At, Measure, Needs, Scope, Task, Words


class WorkerReturn(Measure):
    """Take a share of the lodgers of some communes home by arrangement, tested, while the measure lasts.

    Whoever is a case, in quarantine, sealed in or waits for a result stays. Infections that nobody has found leave
    with them: the simulator counts them as exported. When the measure ends, the workers come back.
    """

    KIND: ClassVar[str] = "worker_return"
    SCOPE: ClassVar[Scope] = "areas"
    NAME: ClassVar[Text] = Text(
        "Đưa lao động ngoại tỉnh về quê có tổ chức", "Organised return of migrant workers"
    )

    kind: Literal["worker_return"] = "worker_return"
    share: float = Field(gt=0.0, le=1.0)  # of the lodgers

    def contacts(self, at: At, controls: EpidemicControls) -> None:
        """Take them out of the province; the largest share of overlapping measures holds."""
        raise_to(controls.lodgers_away, at.communes, self.share)

    def needs(self, at: At) -> Needs:
        """Return drivers, spread over the days that the measure lasts."""
        moved = float(at.ground.lodgers[at.communes].sum()) * self.share
        drivers = moved / 1000.0 * at.effects["drivers_per_1000_moved"]
        return Needs({"drivers": drivers}, money_vnd_bn=drivers * at.effects["cost_staff_vnd_day"] * 1e-9)

    def title(self, words: Words) -> Text:
        """Return the measure in a few words."""
        return Text(
            f"Đưa {self.share:.0%} lao động ngoại tỉnh về quê có tổ chức",
            f"Organised return of {self.share:.0%} of the migrant workers",
        )

    def tasks(self, words: Words) -> tuple[Task, ...]:
        """Return the tasks of the order."""
        return (
            Task(Text("thống nhất với tỉnh tiếp nhận, xét nghiệm trước khi đi, bố trí xe",
                      "agree with the receiving provinces, test before departure, arrange buses"),
                 Text("Sở Lao động, Sở Y tế, Sở Giao thông", "Departments of Labour, Health and Transport"), 3),
        )  # fmt: skip

    def public(self, words: Words) -> Text:
        """Return what the public is told."""
        return Text(
            f"Từ {words.begins.vi}, người lao động ngoại tỉnh tại {words.where.vi} được đưa về quê theo đợt. Đề nghị không "
            "tự ý rời tỉnh; đăng ký với nơi lưu trú.",
            f"From {words.begins.en}, workers from other provinces in {words.where.en} are taken home in groups. Please do "
            "not leave on your own; register where you lodge.",
        )
