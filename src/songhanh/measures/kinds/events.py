"""Events and gatherings: what is stopped, what is held in part, and how an election or an examination is held."""

from __future__ import annotations

from datetime import date
from typing import ClassVar, Literal

import numpy as np
from pydantic import Field, field_validator

from songhanh.core.text import Text
from songhanh.epidemic.controls import EpidemicControls, reduce_to
from songhanh.measures.base import At, Draft, Measure, Needs, Scope, Task, Words, lower
from songhanh.response import PolicySet

Event = Literal["gatherings", "weddings", "markets", "religion", "leisure", "election", "exam"]
NAMES = {
    "gatherings": Text("hội họp, liên hoan", "meetings and parties"),
    "weddings": Text("đám cưới, đám tang", "weddings and funerals"),
    "markets": Text("chợ dân sinh", "traditional markets"),
    "religion": Text("lễ hội, sinh hoạt tôn giáo", "festivals and religious services"),
    "leisure": Text("thể thao, karaoke, quán bar, du lịch", "sport, karaoke, bars, tourism"),
    "election": Text("bầu cử", "an election"),
    "exam": Text("kỳ thi", "an examination"),
}
DATED_EVENTS = (
    "election",
    "exam",
)  # set by a higher authority: held with precautions, never stopped by the province


class Events(Measure):
    """Stop or limit kinds of events, or hold a dated one with precautions.

    Each kind has its share of the contacts in a commune; what is ``limited`` keeps part of them. An election or an
    examination takes place: the measure provides for staff and order, and moves no contacts, since the engine knows
    no day on which people meet more than usual.
    """

    KIND: ClassVar[str] = "events"
    SCOPE: ClassVar[Scope] = "areas"
    NAME: ClassVar[Text] = Text("Hạn chế tụ tập, sự kiện", "Limits on events and gatherings")
    STEPS_DOWN: ClassVar[bool] = True
    OWN: ClassVar[tuple[str, ...]] = (
        "event_gatherings", "event_weddings", "event_markets", "event_religion", "event_leisure", "event_limited",
        "demand_leisure", "demand_markets", "event_staff_per_1000",
    )  # fmt: skip

    kind: Literal["events"] = "events"
    what: tuple[Event, ...] = Field(min_length=1)
    way: Literal["stopped", "limited"] = "stopped"

    @field_validator("what")
    @classmethod
    def _of_one_sort(cls, what: tuple[Event, ...]) -> tuple[Event, ...]:
        if len(set(what)) != len(what):
            raise ValueError("an event is named twice")
        if len({event in DATED_EVENTS for event in what}) > 1:
            raise ValueError("give an election or an examination in a measure of its own")
        return tuple(sorted(what))

    def allowed(self, rules: PolicySet, on: date) -> str | None:
        """Return why the rules in force forbid this measure, or nothing."""
        if self._dated() and self.way == "stopped":
            return (
                "an election or a national examination is not the province's to stop: write way = 'limited'"
            )
        return None

    def limits(self, at: At) -> tuple[str, ...]:
        """Return that the calendar of the pack holds no such event between the measure's days, if so."""
        first, last = self.begins or at.rules_on, self.until or date.max
        held = {kind for begins, ends, kind in at.ground.calendar if begins <= last and ends >= first}
        return tuple(
            f"the calendar of the pack has no {event} between {first} and {self.until or 'its end'}"
            for event in self.what
            if self._dated() and event not in held
        )

    def contacts(self, at: At, controls: EpidemicControls) -> None:
        """Lower contacts in the communes by what the events bring about."""
        if not self._dated():
            cut = sum(at.effects[f"event_{event}"] for event in self.what) * self._cut(at)
            reduce_to(controls.community, at.communes, max(1.0 - cut, 0.0))

    def work(self, at: At, draft: Draft) -> None:
        """Let households buy less where places of leisure or markets are shut."""
        kept = np.ones(at.ground.n_sectors)
        if "leisure" in self.what:
            spent = at.effects["demand_leisure"] * self._cut(at)
            kept = kept - np.where(at.ground.essential, 0.0, spent)
        if "markets" in self.what:
            kept = kept - at.effects["demand_markets"] * self._cut(at)
        lower(draft.demand, at.communes, np.maximum(kept, 0.0))

    def needs(self, at: At) -> Needs:
        """Return the guards and clinicians who watch over what is held, or that nothing is."""
        people = float(at.ground.people[at.communes].sum())
        staff = people / 1000.0 * at.effects["event_staff_per_1000"]
        kind = "clinicians" if self._dated() else "guards"
        return Needs({kind: staff}, money_vnd_bn=staff * at.effects["cost_staff_vnd_day"] * 1e-9)

    def title(self, words: Words) -> Text:
        """Return the measure in a few words."""
        named = self._named()
        if self._dated():
            return Text(f"Tổ chức {named.vi} an toàn phòng dịch", f"Holding {named.en} safely")
        verb = Text("Tạm dừng", "Suspension of") if self.way == "stopped" else Text("Hạn chế", "Limits on")
        return Text(f"{verb.vi} {named.vi}", f"{verb.en} {named.en}")

    def tasks(self, words: Words) -> tuple[Task, ...]:
        """Return the tasks of the order."""
        communes = Text("UBND xã", "Commune committees")
        if self._dated():
            return (
                Task(Text("chia khung giờ, tổ phục vụ riêng cho người cách ly", "fix hours; teams apart for those in quarantine"),
                     communes, 2),
                Task(Text("đo thân nhiệt, khử khuẩn, bố trí phòng cách ly tạm thời",
                          "temperature, disinfection, a room for suspected cases"),
                     Text("Trạm Y tế", "Commune health stations"), 1),
            )  # fmt: skip
        return (
            Task(Text("thông báo, vận động từng hộ; kiểm tra, xử lý vi phạm",
                      "tell every household; inspect and deal with breaches"),
                 communes, 1),
        )  # fmt: skip

    def public(self, words: Words) -> Text:
        """Return what the public is told."""
        named = self._named()
        if self._dated():
            return Text(
                f"Tại {words.where.vi}, {named.vi} được tổ chức theo khung giờ, giữ khoảng cách; người đang cách ly được phục "
                "vụ tại chỗ.",
                f"In {words.where.en}, {named.en} is held by hours and at a distance; those in quarantine are served where "
                "they are.",
            )
        rule = (
            Text("tạm dừng", "are stopped")
            if self.way == "stopped"
            else Text("được tổ chức với số người hạn chế", "are held with few people")
        )
        return Text(
            f"Từ {words.begins.vi}, tại {words.where.vi}: {named.vi} {rule.vi}.",
            f"From {words.begins.en}, in {words.where.en}: {named.en} {rule.en}.",
        )

    def _dated(self) -> bool:
        return self.what[0] in DATED_EVENTS

    def _cut(self, at: At) -> float:
        """Return the part of an event's contacts that falls away."""
        return 1.0 if self.way == "stopped" else 1.0 - at.effects["event_limited"]

    def _named(self) -> Text:
        names = [NAMES[event] for event in self.what]
        return Text(", ".join(name.vi for name in names), ", ".join(name.en for name in names))
