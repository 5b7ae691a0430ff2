"""Communication: people told, asked and answered, so that more of them keep to the rules in force."""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np
from pydantic import Field

from songhanh.core.text import Text
from songhanh.measures.base import At, Draft, Measure, Needs, Scope, Task, Words


class Communication(Measure):
    """A campaign that reaches a share of the residents and deepens what distancing brings about.

    Where rules lower contacts by a share, they lower them by more: the share times one plus the gain in compliance.
    Without a rule there is nothing to comply with and nothing happens. Of overlapping campaigns the largest holds. How
    much campaigns change is hardly known, so the prior is wide and begins at nothing.
    """

    KIND: ClassVar[str] = "communication"
    SCOPE: ClassVar[Scope] = "areas"
    NAME: ClassVar[Text] = Text("Truyền thông, vận động chấp hành", "Communication and compliance")
    OWN: ClassVar[tuple[str, ...]] = (
        "compliance_gain",
        "communicators_per_1000",
        "cost_communication_vnd_1000",
    )

    kind: Literal["communication"] = "communication"
    reach: float = Field(default=0.8, gt=0.0, le=1.0)  # of residents

    def work(self, at: At, draft: Draft) -> None:
        """Note the gain; the largest holds."""
        gain = at.effects["compliance_gain"] * self.reach
        draft.compliance[at.communes] = np.maximum(draft.compliance[at.communes], gain)

    def settle(self, at: At, draft: Draft) -> None:
        """Deepen what all measures together have lowered; whichever campaign comes first does it for all."""
        where = at.communes[draft.compliance[at.communes] > 0]
        more = (1.0 + draft.compliance[where]).astype(np.float32)
        one = np.float32(1.0)
        for lever in ("community", "movement", "work"):
            deeper = getattr(draft.epidemic, lever).copy()  # levers are shared between days
            deeper[where] = np.maximum(one - (one - deeper[where]) * more, np.float32(0.0))
            setattr(draft.epidemic, lever, deeper)
        draft.compliance[where] = 0.0

    def needs(self, at: At) -> Needs:
        """Return those who go from door to door and answer calls, and the cost of the media."""
        reached = float(at.ground.people[at.communes].sum()) * self.reach / 1000.0
        communicators = reached * at.effects["communicators_per_1000"]
        money = reached * at.effects["cost_communication_vnd_1000"]
        money += communicators * at.effects["cost_staff_vnd_day"]
        return Needs({"communicators": communicators}, money_vnd_bn=money * 1e-9)

    def title(self, words: Words) -> Text:
        """Return the measure in a few words."""
        return Text(
            f"Truyền thông đến {self.reach:.0%} người dân về các quy định đang áp dụng",
            f"Communication that tells {self.reach:.0%} of the people what applies and why",
        )

    def tasks(self, words: Words) -> tuple[Task, ...]:
        """Return the tasks of the order."""
        return (
            Task(Text("phát thanh hằng ngày, tin nhắn, đường dây nóng; tiếng dân tộc nơi cần",
                      "daily loudspeaker, text messages, hotline; in minority languages where needed"),
                 Text("Sở Thông tin và Truyền thông", "Department of Information"), 1),
            Task(Text("tổ COVID cộng đồng đến từng nhà giải thích, ghi nhận phản ánh",
                      "community teams explain at every door and note what people say"),
                 Text("UBND xã, Mặt trận Tổ quốc", "Commune committee and Fatherland Front"), 2),
        )  # fmt: skip

    def public(self, words: Words) -> Text:
        """Return what the public is told."""
        return Text(
            f"Thông tin về các quy định tại {words.where.vi} được cập nhật hằng ngày trên loa truyền thanh và trang của "
            "tỉnh; mọi câu hỏi xin gọi đường dây nóng.",
            f"What applies in {words.where.en} is told every day by loudspeaker and on the province's page; please call the "
            "hotline with any question.",
        )
