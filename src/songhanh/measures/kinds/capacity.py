"""Reinforcement: laboratory, quarantine and vaccination capacity brought in from outside the standing one."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from songhanh.core.text import Text
from songhanh.epidemic.controls import EpidemicControls
from songhanh.measures.base import At, Measure, Needs, Scope, Task, Words


class Reinforcement(Measure):
    """Samples a day, quarantine places and vaccine beyond those of the province. Capacities add.

    Vaccine moves no lever by itself: campaigns (`Vaccination`) are checked against what is allotted and brought in.
    """

    KIND: ClassVar[str] = "capacity"
    SCOPE: ClassVar[Scope] = "province"
    NAME: ClassVar[Text] = Text("Tăng cường năng lực", "Reinforcement of capacity")

    kind: Literal["capacity"] = "capacity"
    lab_samples_per_day: int = Field(default=0, ge=0, le=10_000_000)
    quarantine_places: int = Field(default=0, ge=0, le=10_000_000)
    vaccine_doses: int = Field(default=0, ge=0, le=100_000_000)
    doses_per_day: int = Field(default=0, ge=0, le=10_000_000)

    def contacts(self, at: At, controls: EpidemicControls) -> None:
        """Add the capacity."""
        controls.lab_capacity += self.lab_samples_per_day
        controls.quarantine_places += self.quarantine_places

    def needs(self, at: At) -> Needs:
        """Return laboratory staff and guards of the places."""
        staff = self.lab_samples_per_day / at.effects["samples_per_sampler_day"]
        guards = self.quarantine_places / 1000.0 * at.effects["guards_per_1000_moved"]
        money = (staff + guards) * at.effects["cost_staff_vnd_day"] * 1e-9
        return Needs({"samplers": staff, "guards": guards}, money_vnd_bn=money)

    def title(self, words: Words) -> Text:
        """Return the measure in a few words."""
        doses = Text("", "")
        if self.vaccine_doses or self.doses_per_day:
            doses = Text(
                f", {self.vaccine_doses} liều vắc xin, {self.doses_per_day} mũi tiêm/ngày",
                f", {self.vaccine_doses} doses of vaccine, {self.doses_per_day} injections a day",
            )
        return Text(
            f"Tăng cường {self.lab_samples_per_day} mẫu/ngày và {self.quarantine_places} chỗ cách ly{doses.vi}",
            f"Reinforcement by {self.lab_samples_per_day} samples a day and {self.quarantine_places} quarantine "
            f"places{doses.en}",
        )

    def tasks(self, words: Words) -> tuple[Task, ...]:
        """Return the tasks of the order."""
        return (
            Task(Text("đề nghị Bộ Y tế, tỉnh bạn, quân đội chi viện", "ask the ministry, other provinces and the army"),
                 Text("Sở Y tế", "Health department"), 1),
        )  # fmt: skip

    def public(self, words: Words) -> Text:
        """Return what the public is told."""
        return Text(
            f"Từ {words.begins.vi}, tỉnh được chi viện nhân lực và thiết bị xét nghiệm, cách ly.",
            f"From {words.begins.en}, staff and equipment for testing and quarantine come from outside the province.",
        )
