"""Mass sampling in rounds: all or some residents of areas, or workers of sites, every so many days."""

from __future__ import annotations

from datetime import date
from typing import ClassVar, Literal

from pydantic import Field

from songhanh.core.text import Text
from songhanh.epidemic.controls import EpidemicControls, raise_to
from songhanh.measures.base import At, Measure, Needs, Scope, Task, Words, rule
from songhanh.response import PolicySet, policy_on


class Sampling(Measure):
    """Rounds of samples. A round of ``over_days`` takes an equal part of its samples on each of these days."""

    KIND: ClassVar[str] = "sampling"
    SCOPE: ClassVar[Scope] = "areas and sites"
    NAME: ClassVar[Text] = Text("Lấy mẫu xét nghiệm diện rộng", "Mass sampling")
    STEPS_DOWN: ClassVar[bool] = True

    kind: Literal["sampling"] = "sampling"
    every_days: int = Field(ge=1, le=60)
    over_days: int = Field(default=1, ge=1)
    share: float = Field(default=1.0, gt=0.0, le=1.0)  # of residents or workers in a round
    pool_size: int | None = Field(default=None, ge=1)

    def allowed(self, rules: PolicySet, on: date) -> str | None:
        """Return why the rules in force forbid this measure, or nothing."""
        most = policy_on(rules, "pooling", on)["pool_size_max"]
        if self.pool_size is not None and self.pool_size > most:
            return f"a pool of {self.pool_size} is larger than the {most:.0f} allowed on {on}"
        if self.over_days > self.every_days:
            return f"a round of {self.over_days} days does not fit into {self.every_days} days"
        return None

    def due(self, elapsed: int) -> bool:
        """Tell whether samples are taken on a day of the measure."""
        return elapsed % self.every_days < self.over_days

    def contacts(self, at: At, controls: EpidemicControls) -> None:
        """Sample the day's part of the round."""
        part = self.share / self.over_days
        raise_to(controls.sampling, at.communes, part)
        raise_to(controls.site_sampling, at.sites, part)
        if self.pool_size is not None:
            allowed = int(rule(at, "pooling")["pool_size_max"])
            controls.pool_size = max(controls.pool_size, min(self.pool_size, allowed))

    def needs(self, at: At) -> Needs:
        """Return the day's samples and those who take them."""
        people = float(at.ground.people[at.communes].sum()) + float(at.ground.workers[at.sites].sum())
        tests = people * self.share / self.over_days
        samplers = tests / at.effects["samples_per_sampler_day"]
        pool = max(self.pool_size or 1, at.capacity.pool_size)
        money = tests * (at.effects["cost_sample_vnd"] + at.effects["cost_pcr_vnd"] / pool)
        money += samplers * at.effects["cost_staff_vnd_day"]
        return Needs({"samplers": samplers}, tests=tests, money_vnd_bn=money * 1e-9)

    def title(self, words: Words) -> Text:
        """Return the measure in a few words."""
        return Text(
            f"Lấy mẫu xét nghiệm {self.share:.0%}, {self.every_days} ngày một đợt",
            f"Sampling of {self.share:.0%}, a round every {self.every_days} days",
        )

    def tasks(self, words: Words) -> tuple[Task, ...]:
        """Return the tasks of the order."""
        return (
            Task(Text("lấy mẫu theo hộ, gộp mẫu theo quy định", "take samples by household, pool them by the rules"),
                 Text("Trung tâm Y tế huyện, lực lượng tăng cường", "District health centre and reinforcements"), 2),
            Task(Text("trả kết quả trong 24 giờ", "return results within 24 hours"),
                 Text("CDC tỉnh, các phòng xét nghiệm", "Provincial CDC and laboratories"), 2),
        )  # fmt: skip

    def public(self, words: Words) -> Text:
        """Return what the public is told."""
        return Text(
            f"Từ {words.begins.vi}, lấy mẫu xét nghiệm miễn phí tại {words.where.vi}, {self.every_days} ngày một đợt. "
            "Đề nghị người dân có mặt theo giờ hẹn và giữ khoảng cách.",
            f"From {words.begins.en}, free tests in {words.where.en}, a round every {self.every_days} days. "
            "Please come at the hour you are given and keep your distance.",
        )
