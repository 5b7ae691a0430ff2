"""Medical isolation of an area: residents do not leave."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from songhanh.core.text import Text
from songhanh.epidemic.controls import EpidemicControls
from songhanh.measures.base import At, Draft, Measure, Needs, Scope, Task, Words
from songhanh.measures.costs import sealed_needs
from songhanh.measures.levels import level_contacts, level_restrict, level_work
from songhanh.response import policy_on

STEPS = ("lockdown", "ct16", "ct15")


class Lockdown(Measure):
    """Lock-down of communes, or of a share of their residents where only some hamlets are isolated."""

    KIND: ClassVar[str] = "lockdown"
    SCOPE: ClassVar[Scope] = "areas"
    NAME: ClassVar[Text] = Text("Cách ly y tế (phong tỏa)", "Medical isolation (lock-down)")
    STEPS_DOWN: ClassVar[bool] = True

    kind: Literal["lockdown"] = "lockdown"
    share: float = Field(default=1.0, gt=0.0, le=1.0)

    def ladder(self) -> int:
        """Return how many stages the common rule passes before the measure is over."""
        return len(STEPS)

    def contacts(self, at: At, controls: EpidemicControls) -> None:
        """Lower contacts; a commune that is locked as a whole counts its cases as sealed."""
        level_contacts(at, controls, STEPS[at.stage], self.share)
        if at.stage == 0 and self.share == 1.0:
            controls.locked[at.communes] = True

    def work(self, at: At, draft: Draft) -> None:
        """Keep residents from work; households buy only what is brought in."""
        level_work(at, draft, STEPS[at.stage], self.share)

    def restrict(self, at: At, draft: Draft) -> None:
        """State the level."""
        level_restrict(at, draft, STEPS[at.stage], self.share)

    def needs(self, at: At) -> Needs:
        """Return guards at the borders, drivers who supply, and food for those who may not leave."""
        residents = float(at.ground.people[at.communes].sum()) * self.share
        level = STEPS[at.stage]
        if level == "lockdown":
            return sealed_needs(at.effects, residents)
        guards = residents / 1000.0 * at.effects[f"guards_per_1000_{level}"]
        return Needs({"guards": guards}, money_vnd_bn=guards * at.effects["cost_staff_vnd_day"] * 1e-9)

    def tasks(self, words: Words) -> tuple[Task, ...]:
        """Return the tasks of the order."""
        return (
            Task(Text("lập chốt 24/24 giờ quanh khu vực", "guard the area's borders day and night"),
                 Text("Công an, dân quân", "Police and militia"), 1),
            Task(Text("cung ứng lương thực, thuốc đến từng hộ", "bring food and medicine to every household"),
                 Text("UBND xã, tổ COVID cộng đồng", "Commune committee and community teams"), 1),
            Task(Text("lấy mẫu toàn bộ người dân theo đợt", "sample all residents in rounds"),
                 Text("Trung tâm Y tế huyện", "District health centre"), 3),
        )  # fmt: skip

    def public(self, words: Words) -> Text:
        """Return what the public is told."""
        rules = policy_on(words.policies, "level", words.on, "lockdown")
        return Text(
            f"Từ {words.begins.vi}, cách ly y tế {words.where.vi}. {rules.words.vi}",
            f"From {words.begins.en}, medical isolation of {words.where.en}. {rules.words.en}",
        )
