"""A protection belt around a production area: checkpoints on every way in, with tests at the entry."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from songhanh.core.text import Text
from songhanh.epidemic.controls import EpidemicControls, reduce_to
from songhanh.measures.base import At, Draft, Measure, Needs, Scope, Task, Words, lower


class ProtectionBelt(Measure):
    """Keep the infection out of communes that must go on working, such as those of a harvest.

    Who comes in declares their health and, with ``entry_tests``, is tested at the checkpoint. Goods are held up; green
    lanes (`GreenLane`) let them pass. The lever on movement counts contacts with all other communes, so those between
    two communes of the belt are thinned as well.
    """

    KIND: ClassVar[str] = "protection_belt"
    SCOPE: ClassVar[Scope] = "areas"
    NAME: ClassVar[Text] = Text("Vành đai bảo vệ vùng sản xuất", "Protection belt around a production area")
    OWN: ClassVar[tuple[str, ...]] = (
        "movement_belt", "movement_belt_tested", "logistics_belt", "belt_crossings_per_1000", "guards_per_checkpoint",
        "cost_rapid_test_vnd",
    )  # fmt: skip

    kind: Literal["protection_belt"] = "protection_belt"
    checkpoints: int = Field(ge=1, le=1000)
    entry_tests: bool = True

    def contacts(self, at: At, controls: EpidemicControls) -> None:
        """Lower contacts with other communes."""
        factor = at.effects["movement_belt"]
        if self.entry_tests:  # worlds draw both by themselves; tests never let more through
            factor = min(factor, at.effects["movement_belt_tested"])
        reduce_to(controls.movement, at.communes, factor)

    def work(self, at: At, draft: Draft) -> None:
        """Hold goods up at the checkpoints."""
        lower(draft.logistics, at.communes, at.effects["logistics_belt"])

    def needs(self, at: At) -> Needs:
        """Return guards round the clock, and rapid tests of those who come in with those who take them."""
        guards = self.checkpoints * at.effects["guards_per_checkpoint"]
        staff, money = {"guards": guards}, guards * at.effects["cost_staff_vnd_day"]
        if not self.entry_tests:
            return Needs(staff, money_vnd_bn=money * 1e-9)
        tests = float(at.ground.people[at.communes].sum()) / 1000.0 * at.effects["belt_crossings_per_1000"]
        staff["samplers"] = tests / at.effects["samples_per_sampler_day"]
        money += (
            tests * at.effects["cost_rapid_test_vnd"] + staff["samplers"] * at.effects["cost_staff_vnd_day"]
        )
        return Needs(staff, tests=tests, money_vnd_bn=money * 1e-9)

    def title(self, words: Words) -> Text:
        """Return the measure in a few words."""
        tested = Text(", xét nghiệm khi vào", ", tests at the entry") if self.entry_tests else Text("", "")
        return Text(
            f"{self.NAME.vi} với {self.checkpoints} chốt kiểm soát{tested.vi}",
            f"{self.NAME.en} with {self.checkpoints} checkpoints{tested.en}",
        )

    def tasks(self, words: Words) -> tuple[Task, ...]:
        """Return the tasks of the order."""
        posts = (
            Task(Text("lập chốt 24/24 giờ trên mọi tuyến vào; đo thân nhiệt, khai báo y tế, khử khuẩn xe",
                      "man every road in day and night; temperature, health declaration, vehicles disinfected"),
                 Text("Công an, UBND huyện", "Police and district committee"), 1),
            Task(Text("cấp giấy đi lại cho thương nhân, lái xe, lao động thời vụ",
                      "give passes to traders, drivers and seasonal labour"),
                 Text("UBND huyện, Sở Công Thương", "District committee and Department of Trade"), 3),
        )  # fmt: skip
        if not self.entry_tests:
            return posts
        tests = Task(Text("xét nghiệm nhanh người vào vùng", "test those who come in by rapid test"),
                     Text("Trung tâm Y tế huyện", "District health centre"), 1)  # fmt: skip
        return (*posts, tests)

    def public(self, words: Words) -> Text:
        """Return what the public is told."""
        tested = (
            Text("và được xét nghiệm nhanh", "and are tested by rapid test")
            if self.entry_tests
            else Text("tại chốt", "at the checkpoint")
        )
        return Text(
            f"Từ {words.begins.vi}, {words.where.vi} là vùng sản xuất được bảo vệ: người vào vùng khai báo y tế {tested.vi}. "
            "Nông sản và hàng hóa vẫn lưu thông.",
            f"From {words.begins.en}, {words.where.en} is a protected production area: those who come in declare their "
            f"health {tested.en}. Harvest and goods keep moving.",
        )
