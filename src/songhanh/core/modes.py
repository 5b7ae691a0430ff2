"""Words that both models share: how a site works, and why a worker is absent."""

from __future__ import annotations

from enum import IntEnum

from songhanh.core.text import Text


class SiteMode(IntEnum):
    """How a site works, in order of strictness: where measures overlap, the strictest holds."""

    NORMAL = 0
    STAGGERED = 1
    TWO_POINTS = 2
    ON_SITE = 3
    CLOSED = 4


SITE_MODE_NAMES: dict[SiteMode, Text] = {
    SiteMode.NORMAL: Text("bình thường", "normal"),
    SiteMode.STAGGERED: Text("giãn ca", "staggered shifts"),
    SiteMode.TWO_POINTS: Text("một cung đường, hai điểm đến", "one road, two destinations"),
    SiteMode.ON_SITE: Text("3 tại chỗ", "3 on site"),
    SiteMode.CLOSED: Text("tạm dừng hoạt động", "closed"),
}


class Absence(IntEnum):
    """Why a person-day of work is lost; causes are exclusive, so they add up."""

    ISOLATED = 0  # sick or a confirmed case
    QUARANTINED = 1
    LOCKED_DOWN = 2
    DEAD = 3
    TAKEN_HOME = 4  # lodgers whom their home province has collected by arrangement
    CLOSED = 5  # the site or the firm is closed, or the mode admits fewer workers
    NO_INPUT = 6
    NO_DEMAND = 7
