"""How industrial parks and clusters work: staggered, two points, 3 on site, closed."""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np
from pydantic import Field

from songhanh.core.modes import SITE_MODE_NAMES, SiteMode
from songhanh.core.text import Text
from songhanh.epidemic.controls import EpidemicControls, reduce_to, set_mode
from songhanh.measures.base import At, Draft, Measure, Needs, Scope, Task, Words, rule
from songhanh.measures.ground import Floats

MODES = {
    "normal": SiteMode.NORMAL,
    "staggered": SiteMode.STAGGERED,
    "two_points": SiteMode.TWO_POINTS,
    "on_site": SiteMode.ON_SITE,
    "closed": SiteMode.CLOSED,
}
DOWN = (SiteMode.ON_SITE, SiteMode.STAGGERED)  # the steps of the common rule from closed to normal
UNCHANGED = (SiteMode.NORMAL, SiteMode.CLOSED)  # modes that change nothing for those at work
SUFFIX = {mode: name for name, mode in MODES.items()}


class SiteModeOrder(Measure):
    """A mode of work at some sites. Closed sites reopen by the common rule: on site, staggered, normal.

    ``share`` is the share of workers admitted; without it, on-site work takes those who can be lodged and the
    other modes what is usual for them. ``normal`` is work under inspection: nothing is restricted.
    """

    KIND: ClassVar[str] = "site_mode"
    SCOPE: ClassVar[Scope] = "sites"
    NAME: ClassVar[Text] = Text(
        "Phương thức hoạt động của khu công nghiệp", "Mode of work of industrial sites"
    )
    STEPS_DOWN: ClassVar[bool] = True

    kind: Literal["site_mode"] = "site_mode"
    mode: Literal["normal", "staggered", "two_points", "on_site", "closed"]
    share: float | None = Field(default=None, gt=0.0, le=1.0)
    extra_lodging_places: int = Field(default=0, ge=0, le=1_000_000)  # at each site, beyond those of the pack

    def modes(self) -> tuple[SiteMode, ...]:
        """Return the modes that the common rule steps down through, the ordered one first."""
        ordered = MODES[self.mode]
        return (ordered, *(mode for mode in DOWN if mode < ordered))

    def ladder(self) -> int:
        """Return how many stages the common rule passes before the measure is over."""
        return len(self.modes())

    def closes_sites(self) -> bool:
        """Tell whether the sites are closed as ordered."""
        return self.mode == "closed"

    def shares(self, at: At) -> Floats:
        """Return the share of workers admitted at each of the sites."""
        mode, ground = self.modes()[at.stage], at.ground
        if mode == SiteMode.CLOSED:
            return np.zeros(len(at.sites))
        if at.stage == 0 and self.share is not None:
            return np.full(len(at.sites), self.share)
        if mode == SiteMode.NORMAL:
            return np.ones(len(at.sites))
        if mode == SiteMode.STAGGERED:
            usual = (
                at.effects["share_staggered"] if at.stage == 0 else rule(at, "reopening")["staggered_share"]
            )
            return np.full(len(at.sites), usual)
        return np.asarray(np.minimum(self._lodging(at) / np.maximum(ground.workers[at.sites], 1.0), 1.0))

    def _lodging(self, at: At) -> Floats:
        lodging = at.ground.lodging[at.sites] + self.extra_lodging_places
        if self.modes()[at.stage] == SiteMode.TWO_POINTS:  # hotels and schools near the site serve as well
            lodging = lodging * at.effects["two_points_lodging_factor"]
        return lodging

    def limits(self, at: At) -> tuple[str, ...]:
        """Return the sites at which more workers are ordered to stay than can be lodged."""
        if self.mode != "on_site" or self.share is None:
            return ()
        workers, places = at.ground.workers[at.sites] * self.share, self._lodging(at)
        sites = {int(index): name for name, (index, *_) in at.ground.sites.items() if name != "all-sites"}
        return tuple(
            f"{wanted:,.0f} workers are to stay at {sites[int(site)]}, which has {room:,.0f} places to sleep "
            "(with extra_lodging_places)"
            for site, wanted, room in zip(at.sites, workers, places, strict=True)
            if wanted > room + 0.5  # shares are written with few digits
        )

    def contacts(self, at: At, controls: EpidemicControls) -> None:
        """Put the sites in the mode, with its share of workers and its contacts at work."""
        mode = self.modes()[at.stage]
        set_mode(controls, at.sites, mode)
        shares = self.shares(at).astype(np.float32)
        controls.site_share[at.sites] = np.minimum(controls.site_share[at.sites], shares)
        if mode not in UNCHANGED:
            reduce_to(controls.site_contact, at.sites, at.effects[f"contact_{SUFFIX[mode]}"])

    def work(self, at: At, draft: Draft) -> None:
        """Admit the share of workers, at the mode's output of a worker."""
        mode, economy = self.modes()[at.stage], draft.economy
        economy.admitted[at.sites] = np.minimum(economy.admitted[at.sites], self.shares(at)[:, None])
        if mode not in UNCHANGED:
            productivity = at.effects[f"productivity_{SUFFIX[mode]}"]
            economy.productivity[at.sites] = np.minimum(economy.productivity[at.sites], productivity)

    def settle(self, at: At, draft: Draft) -> None:
        """Charge the firms for the mode that holds after all measures: lodging, meals, shuttles."""
        for site in at.sites:
            mode = SiteMode(int(draft.epidemic.site_mode[site]))
            if mode in UNCHANGED:
                continue
            at_work = at.ground.workers[site] * float(draft.epidemic.site_share[site])
            cost = at_work * at.effects[f"cost_{SUFFIX[mode]}_vnd_day"] * 1e-9
            draft.economy.site_cost_vnd_bn[site] = max(draft.economy.site_cost_vnd_bn[site], cost)

    def needs(self, at: At) -> Needs:
        """Return inspectors, and the workers ordered to stay for whom there is no place to sleep."""
        mode = self.modes()[at.stage]
        workers = at.ground.workers[at.sites]
        inspectors = float(workers.sum()) / 1000.0 * at.effects["inspectors_per_1000_workers"]
        short = 0.0
        if mode in (SiteMode.ON_SITE, SiteMode.TWO_POINTS):
            short = float(np.maximum(workers * self.shares(at) - self._lodging(at), 0.0).sum())
        money = inspectors * at.effects["cost_staff_vnd_day"] * 1e-9
        return Needs({"inspectors": inspectors}, lodging_short=short, money_vnd_bn=money)

    def title(self, words: Words) -> Text:
        """Return the measure in a few words."""
        if self.mode == "closed":
            return Text("Tạm dừng hoạt động", "Closure")
        name = SITE_MODE_NAMES[MODES[self.mode]]
        return Text(f"Sản xuất theo phương thức “{name.vi}”", f"Production in the mode “{name.en}”")

    def tasks(self, words: Words) -> tuple[Task, ...]:
        """Return the tasks of the order."""
        board = Text("Ban Quản lý các khu công nghiệp", "Industrial Parks Authority")
        if self.mode == "closed":
            return (
                Task(Text("dừng sản xuất, lập danh sách lao động và nơi ở",
                          "stop work, list workers and where they stay"),
                     board, 1),
                Task(Text("quản lý lao động tại nơi lưu trú, không để tự ý rời tỉnh",
                          "look after workers where they lodge; nobody leaves the province unregistered"),
                     Text("UBND huyện, xã", "District and commune committees"), 1),
            )  # fmt: skip
        return (
            Task(Text("thẩm định phương án của từng doanh nghiệp", "examine the plan of every firm"), board, 3),
            Task(Text("xét nghiệm lao động trước khi vào làm", "test workers before they enter"),
                 Text("Sở Y tế, doanh nghiệp", "Health department and firms"), 3),
        )  # fmt: skip

    def public(self, words: Words) -> Text:
        """Return what the public is told."""
        title = self.title(words)
        after = (
            Text("Người lao động ở lại nơi lưu trú, khai báo y tế và được xét nghiệm.",
                 "Workers stay where they lodge, declare their health and are tested.")
            if self.mode == "closed"
            else Text("Doanh nghiệp chỉ hoạt động khi phương án được phê duyệt.",
                      "A firm works only once its plan is approved.")
        )  # fmt: skip
        return Text(
            f"Từ {words.begins.vi}: {title.vi} – {words.where.vi}. {after.vi}",
            f"From {words.begins.en}: {title.en} – {words.where.en}. {after.en}",
        )
