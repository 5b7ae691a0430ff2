"""Green lanes: goods vehicles with tested drivers pass the checkpoints, so that harvest and supplies are not held up."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from songhanh.core.text import Text
from songhanh.measures.base import At, Draft, Measure, Needs, Scope, Task, Words


class GreenLane(Measure):
    """A lane for registered goods vehicles. Of what the orders hold up on the roads, a share passes nevertheless.

    ``share`` is that share; without it, what is usual. Of overlapping lanes the widest holds.
    """

    KIND: ClassVar[str] = "green_lane"
    SCOPE: ClassVar[Scope] = "province"
    NAME: ClassVar[Text] = Text("Luồng xanh vận tải hàng hóa", "Green lanes for goods")

    kind: Literal["green_lane"] = "green_lane"
    share: float | None = Field(default=None, gt=0.0, le=1.0)

    def work(self, at: At, draft: Draft) -> None:
        """Let part of the goods that are held up pass."""
        passes = at.effects["green_lane_share"] if self.share is None else self.share
        draft.green_lane = max(draft.green_lane, passes)

    def needs(self, at: At) -> Needs:
        """Return those who examine vehicles and tests at the lanes."""
        inspectors = at.effects["green_lane_inspectors"]
        return Needs(
            {"inspectors": inspectors}, money_vnd_bn=inspectors * at.effects["cost_staff_vnd_day"] * 1e-9
        )

    def tasks(self, words: Words) -> tuple[Task, ...]:
        """Return the tasks of the order."""
        return (
            Task(Text("cấp giấy nhận diện cho xe chở nông sản, hàng hóa; bố trí luồng riêng tại chốt",
                      "register vehicles that carry harvest and goods; give them a lane at each checkpoint"),
                 Text("Sở Giao thông vận tải", "Department of Transport"), 2),
            Task(Text("xét nghiệm lái xe", "test the drivers"), Text("Sở Y tế", "Health department"), 2),
        )  # fmt: skip

    def public(self, words: Words) -> Text:
        """Return what the public is told."""
        return Text(
            f"Từ {words.begins.vi}, xe chở nông sản và hàng hóa có giấy nhận diện, lái xe có kết quả xét nghiệm âm tính "
            "được qua chốt theo luồng riêng.",
            f"From {words.begins.en}, registered vehicles that carry harvest and goods, with drivers tested negative, "
            "pass the checkpoints on a lane of their own.",
        )
