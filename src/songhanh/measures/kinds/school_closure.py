"""Closure of schools; lessons go on at a distance."""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np

from songhanh.core.text import Text
from songhanh.epidemic.controls import EpidemicControls, reduce_to
from songhanh.measures.base import At, Draft, Measure, Scope, Task, Words


class SchoolClosure(Measure):
    """Schools and kindergartens of some areas stop lessons in class."""

    KIND: ClassVar[str] = "school_closure"
    SCOPE: ClassVar[Scope] = "areas"
    NAME: ClassVar[Text] = Text("Tạm dừng dạy học trực tiếp", "Closure of schools")
    STEPS_DOWN: ClassVar[bool] = True

    kind: Literal["school_closure"] = "school_closure"

    def contacts(self, at: At, controls: EpidemicControls) -> None:
        """Stop contacts at school."""
        reduce_to(controls.school, at.communes, 0.0)

    def work(self, at: At, draft: Draft) -> None:
        """Keep some parents at home with their children."""
        still = 1.0 - at.effects["parents_at_home"]
        draft.economy.work[at.communes] = np.minimum(draft.economy.work[at.communes], still)

    def tasks(self, words: Words) -> tuple[Task, ...]:
        """Return the tasks of the order."""
        return (
            Task(Text("chuyển sang dạy học trực tuyến, qua truyền hình", "teach online and by television"),
                 Text("Sở Giáo dục và Đào tạo", "Department of Education"), 1),
        )  # fmt: skip

    def public(self, words: Words) -> Text:
        """Return what the public is told."""
        return Text(
            f"Từ {words.begins.vi}, học sinh tại {words.where.vi} nghỉ học trực tiếp, học qua mạng và truyền hình.",
            f"From {words.begins.en}, pupils in {words.where.en} stay at home and learn online and by television.",
        )
