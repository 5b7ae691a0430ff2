"""Thinning of boarding villages: lodgers are moved so that fewer share rooms, kitchens and courtyards."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from songhanh.core.text import Text
from songhanh.epidemic.controls import EpidemicControls, reduce_to
from songhanh.measures.base import At, Measure, Needs, Scope, Task, Words
from songhanh.measures.levels import partial


class BoardingThinning(Measure):
    """Move a share of the lodgers of some communes to schools and barracks, and run the houses like dormitories."""

    KIND: ClassVar[str] = "boarding_thinning"
    SCOPE: ClassVar[Scope] = "areas"
    NAME: ClassVar[Text] = Text("Giãn mật độ khu nhà trọ công nhân", "Thinning of workers' boarding houses")
    STEPS_DOWN: ClassVar[bool] = True

    kind: Literal["boarding_thinning"] = "boarding_thinning"
    share: float = Field(default=0.3, gt=0.0, le=1.0)  # of lodgers moved out

    def contacts(self, at: At, controls: EpidemicControls) -> None:
        """Lower contacts between the rooms of a boarding house."""
        most = at.effects["boarding_thinned"]
        reduce_to(
            controls.boarding, at.communes, partial(most, min(self.share / at.effects["thinning_share"], 1.0))
        )

    def needs(self, at: At) -> Needs:
        """Return places for those moved, drivers, guards and their keep."""
        moved = float(at.ground.lodgers[at.communes].sum()) * self.share
        guards = moved / 1000.0 * at.effects["guards_per_1000_moved"]
        drivers = moved / 1000.0 * at.effects["drivers_per_1000_moved"]
        money = (
            moved * at.effects["cost_place_vnd_day"] + (guards + drivers) * at.effects["cost_staff_vnd_day"]
        )
        return Needs({"guards": guards, "drivers": drivers}, places=moved, money_vnd_bn=money * 1e-9)

    def title(self, words: Words) -> Text:
        """Return the measure in a few words."""
        return Text(
            f"Giãn {self.share:.0%} số công nhân ở trọ sang nơi lưu trú tập trung",
            f"Move {self.share:.0%} of lodging workers to other accommodation",
        )

    def tasks(self, words: Words) -> tuple[Task, ...]:
        """Return the tasks of the order."""
        return (
            Task(Text("bố trí trường học, doanh trại làm nơi lưu trú", "make schools and barracks ready"),
                 Text("UBND huyện, Bộ Chỉ huy Quân sự tỉnh", "District committee and provincial military command"), 2),
            Task(Text("lập danh sách, xét nghiệm và di chuyển công nhân", "list, test and move the workers"),
                 Text("UBND xã, chủ nhà trọ", "Commune committee and landlords"), 3),
        )  # fmt: skip

    def public(self, words: Words) -> Text:
        """Return what the public is told."""
        return Text(
            f"Từ {words.begins.vi}, một phần công nhân ở trọ tại {words.where.vi} được bố trí nơi ở giãn cách hơn, "
            "có suất ăn và chăm sóc y tế, không mất chi phí.",
            f"From {words.begins.en}, some workers who lodge in {words.where.en} are given less crowded rooms, with "
            "meals and medical care, at no cost to them.",
        )
