"""Testing of people with symptoms who come to a health station."""

from __future__ import annotations

from typing import ClassVar, Literal

from songhanh.core.text import Text
from songhanh.epidemic.controls import EpidemicControls, raise_to
from songhanh.measures.base import At, Measure, Needs, Scope, Task, Words


class Testing(Measure):
    """Symptomatic testing: as on any day, heightened with a call to declare symptoms, or household by household.

    ``household``: community teams ask at every door each day, as Directive 16 is enforced.
    """

    KIND: ClassVar[str] = "testing"
    SCOPE: ClassVar[Scope] = "areas"
    NAME: ClassVar[Text] = Text("Xét nghiệm người có triệu chứng", "Testing of people with symptoms")

    kind: Literal["testing"] = "testing"
    effort: Literal["routine", "heightened", "household"]

    def contacts(self, at: At, controls: EpidemicControls) -> None:
        """Raise the probability that someone who falls ill is tested; open the laboratories."""
        raise_to(controls.detection, at.communes, at.effects[f"detection_{self.effort}"])

    def needs(self, at: At) -> Needs:
        """Return the clinicians who see people with symptoms of any cause, and their tests."""
        people = float(at.ground.people[at.communes].sum())
        tests = people / 1000.0 * at.effects[f"symptomatic_tests_per_1000_{self.effort}"]
        clinicians = tests / at.effects["samples_per_sampler_day"]
        money = tests * (at.effects["cost_sample_vnd"] + at.effects["cost_pcr_vnd"])
        money += clinicians * at.effects["cost_staff_vnd_day"]
        return Needs({"clinicians": clinicians}, tests=tests, money_vnd_bn=money * 1e-9)

    def title(self, words: Words) -> Text:
        """Return the measure in a few words."""
        if self.effort == "routine":
            return Text(
                "Xét nghiệm người có triệu chứng tại cơ sở y tế",
                "Testing of people with symptoms, as routine",
            )
        if self.effort == "household":
            return Text(
                "Tổ Covid cộng đồng hỏi từng nhà, xét nghiệm ngay người có triệu chứng",
                "Community teams ask at every door and test people with symptoms at once",
            )
        return Text(
            "Tăng cường xét nghiệm người có triệu chứng", "Heightened testing of people with symptoms"
        )

    def tasks(self, words: Words) -> tuple[Task, ...]:
        """Return the tasks of the order."""
        return (
            Task(Text("xét nghiệm mọi người ho, sốt, khó thở đến khám", "test everyone who comes with cough or fever"),
                 Text("Trạm y tế xã, bệnh viện", "Commune health stations and hospitals"), 1),
        )  # fmt: skip

    def public(self, words: Words) -> Text:
        """Return what the public is told."""
        return Text(
            "Người có ho, sốt, đau họng, khó thở cần khai báo y tế và được xét nghiệm miễn phí.",
            "Anyone with cough, fever, sore throat or short breath should declare it and is tested free of charge.",
        )
