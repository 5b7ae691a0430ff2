"""When a measure begins or ends by what is observed: the conditions that a plan may name, and their words.

Only confirmed cases are read, by the day of their report, and none later than the report delay of the common rule
allows (`songhanh.measures.signals` has the arithmetic).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from songhanh.core.text import Text
from songhanh.measures.ground import Indices

Indicator = Literal["cases", "per_1000_workers", "per_100k_week", "growth", "days_without"]


def _whole(value: float) -> float:
    """Write whole numbers in one way, so that one condition has one id."""
    return int(value) if value.is_integer() else value


Threshold = Annotated[float, Field(ge=0, allow_inf_nan=False), AfterValidator(_whole)]


@dataclass(frozen=True, slots=True)
class IndicatorWords:
    """An observed indicator for people: its definition, and a condition on it (``{n}`` cases, ``{w}`` days)."""

    name: Text
    definition: Text
    at_least: Text
    at_most: Text


INDICATORS: Mapping[str, IndicatorWords] = {
    "cases": IndicatorWords(
        Text("số ca", "cases"),
        Text("Ca xác định trong số ngày đã cho; ở một khu vực chỉ tính ca ngoài khu cách ly, ở một khu công nghiệp "
             "tính mọi ca của người lao động.",
             "Confirmed cases in so many days; in an area those found outside quarantine, at a site all cases among "
             "its workers."),
        Text("có từ {n} ca trong {w} ngày", "there are {n} or more cases in {w} days"),
        Text("có không quá {n} ca trong {w} ngày", "there are no more than {n} cases in {w} days"),
    ),
    "per_1000_workers": IndicatorWords(
        Text("số ca trên 1.000 lao động", "cases per 1,000 workers"),
        Text("Ca xác định của người lao động trong số ngày đã cho, trên 1.000 lao động của khu.",
             "Confirmed cases among the workers of a site in so many days, per 1,000 of them."),
        Text("có từ {n} ca trên 1.000 lao động trong {w} ngày",
             "there are {n} or more cases per 1,000 workers in {w} days"),
        Text("có không quá {n} ca trên 1.000 lao động trong {w} ngày",
             "there are no more than {n} cases per 1,000 workers in {w} days"),
    ),
    "per_100k_week": IndicatorWords(
        Text("số ca mỗi tuần trên 100.000 dân", "cases per 100,000 residents a week"),
        Text("Ca ngoài khu cách ly trong số ngày đã cho, tính theo tuần, trên 100.000 người ở khu vực.",
             "Cases outside quarantine in so many days, as a week's number, per 100,000 people of the area."),
        Text("có từ {n} ca mỗi tuần trên 100.000 dân (tính trong {w} ngày)",
             "there are {n} or more cases per 100,000 residents a week (over {w} days)"),
        Text("có không quá {n} ca mỗi tuần trên 100.000 dân (tính trong {w} ngày)",
             "there are no more than {n} cases per 100,000 residents a week (over {w} days)"),
    ),
    "growth": IndicatorWords(
        Text("mức tăng", "growth"),
        Text("Số ca của số ngày đã cho, chia cho số ca của cùng số ngày ngay trước đó (ít nhất coi là 1).",
             "Cases of so many days over those of as many days before them (taken as 1 at least)."),
        Text("số ca trong {w} ngày bằng từ {n} lần {w} ngày trước đó",
             "the cases of {w} days are {n} times those of the {w} days before, or more"),
        Text("số ca trong {w} ngày không quá {n} lần {w} ngày trước đó",
             "the cases of {w} days are no more than {n} times those of the {w} days before"),
    ),
    "days_without": IndicatorWords(
        Text("số ngày không có ca", "days without a case"),
        Text("Số ngày liền đến nay không có ca, tính từ khi biện pháp bắt đầu.",
             "Days in a row until now without a case, counted from the start of the measure."),
        Text("qua {n} ngày không có ca", "{n} days have passed without a case"),
        Text("", ""),
    ),
}  # fmt: skip
ROW = Text("{said}, {k} ngày liên tiếp", "{said}, {k} days in a row")


class Condition(BaseModel):
    """A threshold on one observed indicator, in each place by itself.

    Parameters
    ----------
    indicator
        See `INDICATORS`.
    at_least, at_most
        The threshold; one of the two.
    window_days
        Days that are counted, where the indicator has a window.
    for_days
        Days in a row on which the condition must hold, the latest reported day included.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    indicator: Indicator = "cases"
    at_least: Threshold | None = None
    at_most: Threshold | None = None
    window_days: int = Field(default=7, ge=1, le=60)
    for_days: int = Field(default=1, ge=1, le=60)

    @model_validator(mode="after")
    def _one_threshold(self) -> Condition:
        if (self.at_least is None) == (self.at_most is None):
            raise ValueError("give one of at_least and at_most")
        if self.at_least is not None and self.at_least <= 0:
            raise ValueError("at_least must be above 0, or it always holds")
        if self.indicator in ("cases", "days_without"):
            bound = self.at_least if self.at_least is not None else self.at_most
            if not isinstance(bound, int):
                raise ValueError(f"{self.indicator} are counted: give a whole number")
        if self.indicator == "days_without":
            if self.at_most is not None:
                raise ValueError("days without a case are a minimum: give at_least")
            if self.at_least is not None and self.at_least > 365:
                raise ValueError("at_least must be at most 365 days without a case")
            if self.window_days != 7:
                raise ValueError("days without a case have no window: leave window_days out")
        return self

    @property
    def threshold(self) -> float:
        """Return the number that the indicator is compared with."""
        return float(self.at_least if self.at_least is not None else self.at_most or 0)

    def in_words(self) -> Text:
        """Return the condition as a clause: "there are 3 or more cases in 7 days"."""
        words = INDICATORS[self.indicator]
        clause = words.at_least if self.at_least is not None else words.at_most
        number = f"{self.threshold:g}"
        said = Text(
            clause.vi.format(n=number.replace(".", ","), w=self.window_days),
            clause.en.format(n=number, w=self.window_days),
        )
        if self.for_days == 1:
            return said
        return Text(
            ROW.vi.format(said=said.vi, k=self.for_days), ROW.en.format(said=said.en, k=self.for_days)
        )


class Trigger(Condition):
    """A start by observation; where the measure is over, it waits for its trigger again."""


class Release(Condition):
    """An end by observation, place by place, at the earliest once the condition has held since the start."""


def misplaced(condition: Condition, scope: str, communes: Indices, sites: Indices, rest: int) -> str | None:
    """Return why a condition cannot be asked of some places, or nothing; ``rest`` is the index of the other firms."""
    if condition.indicator == "per_1000_workers":
        if scope == "province" or len(communes):
            return "cases per 1,000 workers are counted at sites, not in areas"
        if (sites == rest).any():
            return "the workers outside the parks are not counted by site: leave 'rest' out"
    if condition.indicator == "per_100k_week" and len(sites):
        return "cases per 100,000 residents are counted in areas, not at sites"
    return None
