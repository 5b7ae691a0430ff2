"""Closure of schools; lessons go on at a distance."""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np
from pydantic import Field

from songhanh.core.text import Text
from songhanh.epidemic.controls import EpidemicControls, reduce_to
from songhanh.measures.base import At, Draft, Measure, Scope, Task, Words
from songhanh.measures.levels import partial


class SchoolClosure(Measure):
    """Schools and kindergartens of some areas stop lessons in class, or a share of the classes by turns."""

    KIND: ClassVar[str] = "school_closure"
    SCOPE: ClassVar[Scope] = "areas"
    NAME: ClassVar[Text] = Text("Tạm dừng dạy học trực tiếp", "Closure of schools")
    STEPS_DOWN: ClassVar[bool] = True

    kind: Literal["school_closure"] = "school_closure"
    share: float = Field(default=1.0, gt=0.0, le=1.0)  # of classes at home

    def contacts(self, at: At, controls: EpidemicControls) -> None:
        """Stop contacts at school."""
        reduce_to(controls.school, at.communes, partial(0.0, self.share))

    def work(self, at: At, draft: Draft) -> None:
        """Keep some parents at home with their children."""
        still = 1.0 - at.effects["parents_at_home"] * self.share
        draft.economy.work[at.communes] = np.minimum(draft.economy.work[at.communes], still)

    def title(self, words: Words) -> Text:
        """Return the measure in a few words."""
        if self.share == 1.0:
            return self.NAME
        return Text(
            f"Dạy học luân phiên, {self.share:.0%} số lớp học từ xa",
            f"Lessons by turns, {self.share:.0%} of the classes at a distance",
        )

    def tasks(self, words: Words) -> tuple[Task, ...]:
        """Return the tasks of the order."""
        return (
            Task(Text("chuyển sang dạy học trực tuyến, qua truyền hình", "teach online and by television"),
                 Text("Sở Giáo dục và Đào tạo", "Department of Education"), 1),
        )  # fmt: skip

    def public(self, words: Words) -> Text:
        """Return what the public is told."""
        if self.share < 1.0:
            return Text(
                f"Từ {words.begins.vi}, các lớp tại {words.where.vi} luân phiên học trực tiếp và học từ xa theo lịch của trường.",
                f"From {words.begins.en}, classes in {words.where.en} are taught by turns at school and at a distance, as the "
                "school announces.",
            )
        return Text(
            f"Từ {words.begins.vi}, học sinh tại {words.where.vi} nghỉ học trực tiếp, học qua mạng và truyền hình.",
            f"From {words.begins.en}, pupils in {words.where.en} stay at home and learn online and by television.",
        )
