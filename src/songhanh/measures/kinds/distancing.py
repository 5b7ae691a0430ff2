"""Social distancing by Directive 15, 16 or 19."""

from __future__ import annotations

from datetime import date
from typing import ClassVar, Literal

from pydantic import Field

from songhanh.core.text import Text
from songhanh.epidemic.controls import EpidemicControls
from songhanh.measures.base import At, Draft, Measure, Needs, Scope, Task, Words
from songhanh.measures.levels import level_contacts, level_restrict, level_work
from songhanh.response import PolicySet, policies_on, policy_on


class Distancing(Measure):
    """A level of distancing in some areas. Directive 16 steps down to 15, then to none."""

    KIND: ClassVar[str] = "distancing"
    SCOPE: ClassVar[Scope] = "areas"
    NAME: ClassVar[Text] = Text("Giãn cách xã hội", "Social distancing")
    STEPS_DOWN: ClassVar[bool] = True

    kind: Literal["distancing"] = "distancing"
    level: Literal["ct15", "ct16", "ct19"]
    share: float = Field(default=1.0, gt=0.0, le=1.0)  # of residents, where only some hamlets are distanced

    def levels(self) -> tuple[str, ...]:
        """Return the levels that the common rule steps down through."""
        return ("ct16", "ct15") if self.level == "ct16" else (self.level,)

    def ladder(self) -> int:
        """Return how many stages the common rule passes before the measure is over."""
        return len(self.levels())

    def allowed(self, rules: PolicySet, on: date) -> str | None:
        """Return why the rules in force forbid this measure, or nothing."""
        if self.level not in policies_on(rules, "level", on):
            return f"the level {self.level} is not in force on {on}"
        if self.level not in self.legal_basis:
            return f"the level {self.level} needs {self.level} itself among its legal basis"
        return None

    def contacts(self, at: At, controls: EpidemicControls) -> None:
        """Lower contacts in the communes, between communes and at workplaces."""
        level_contacts(at, controls, self.levels()[at.stage], self.share)

    def work(self, at: At, draft: Draft) -> None:
        """Shut what is not essential; households buy less; roads have checkpoints."""
        level_work(at, draft, self.levels()[at.stage], self.share)

    def restrict(self, at: At, draft: Draft) -> None:
        """State the level."""
        level_restrict(at, draft, self.levels()[at.stage], self.share)

    def needs(self, at: At) -> Needs:
        """Return patrols and checkpoints, by residents under the level."""
        level = self.levels()[at.stage]
        residents = float(at.ground.people[at.communes].sum()) * self.share
        guards = residents / 1000.0 * at.effects[f"guards_per_1000_{level}"]
        return Needs({"guards": guards}, money_vnd_bn=guards * at.effects["cost_staff_vnd_day"] * 1e-9)

    def title(self, words: Words) -> Text:
        """Return the measure in a few words."""
        name = policy_on(words.policies, "level", words.on, self.level).name
        return Text(f"Giãn cách xã hội theo {name.vi}", f"Social distancing under {name.en}")

    def tasks(self, words: Words) -> tuple[Task, ...]:
        """Return the tasks of the order."""
        return (
            Task(
                Text("lập chốt kiểm soát, tuần tra, xử lý vi phạm", "set up checkpoints, patrol, deal with breaches"),
                Text("Công an", "Police"),
                1,
            ),
            Task(
                Text("dừng hoạt động không thiết yếu, bảo đảm hàng hóa lưu thông",
                     "stop non-essential activities, keep goods moving"),
                Text("UBND huyện, xã", "District and commune committees"),
                1,
            ),
        )  # fmt: skip

    def public(self, words: Words) -> Text:
        """Return what the public is told."""
        rules = policy_on(words.policies, "level", words.on, self.level)
        return Text(
            f"Từ {words.begins.vi}, {words.where.vi} thực hiện {rules.name.vi}. {rules.words.vi} "
            "Hàng hóa vẫn lưu thông; cơ sở sản xuất an toàn được hoạt động.",
            f"From {words.begins.en}, {rules.name.en} applies in {words.where.en}. {rules.words.en} "
            "Goods keep moving; safe plants may work.",
        )
