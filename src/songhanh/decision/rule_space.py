"""The parameters of a rule: what each may be, in whose words, and how a point of the unit cube becomes one of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from songhanh.core.text import Text

Value = int | float | str
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of a rule.

    Attributes
    ----------
    values
        All that it may be, from little to much where there is an order; categories are words.
    says
        A part of a sentence, with the field ``{value}``.
    nothing
        The value at which the rule orders nothing of this kind, if there is one.
    """

    id: str
    name: Text
    values: tuple[Value, ...]
    says: Text
    nothing: Value | None = None


MODES = ("normal", "staggered", "two_points", "on_site", "closed")
LEVELS = ("none", "ct15", "ct16", "lockdown")
SPACE: tuple[Parameter, ...] = (
    Parameter(
        "sites_now",
        Text("Phương thức của các khu từ ngày mai", "Mode of the sites from tomorrow"),
        ("as-ordered", *MODES),
        Text("các khu từ ngày mai: {value}", "sites from tomorrow: {value}"),
        "as-ordered",
    ),
    Parameter(
        "site_above",
        Text("Phương thức khi khu vượt ngưỡng ca", "Mode of a site above its threshold"),
        ("as-ordered", *MODES[1:]),
        Text("khu vượt ngưỡng: {value}", "a site above its threshold: {value}"),
        "as-ordered",
    ),
    Parameter(
        "site_cases",
        Text("Ngưỡng của khu: ca trong 7 ngày", "Threshold of a site: cases in 7 days"),
        (1, 3, 5, 10, 20, 40, 80, 160),
        Text("ngưỡng của khu {value} ca trong 7 ngày", "threshold of a site {value} cases in 7 days"),
    ),
    Parameter(
        "site_share",
        Text("Phần lao động được vào khi không đóng cửa", "Share of workers admitted where a site is not closed"),
        (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8),
        Text("phần lao động được vào {value}", "share of workers admitted {value}"),
        0.0,
    ),
    Parameter(
        "firm_cases",
        Text("Dừng riêng doanh nghiệp: ca", "Closure of a firm by itself: cases"),
        (0, 1, 2, 3, 5, 10, 20),
        Text("dừng doanh nghiệp có {value} ca", "a firm stops at {value} cases"),
        0,
    ),
    Parameter(
        "closed_days",
        Text("Thời gian dừng, phong tỏa tối thiểu: ngày", "Shortest closure or sealing: days"),
        (7, 10, 14, 21),
        Text("dừng, phong tỏa ít nhất {value} ngày", "closed or sealed for at least {value} days"),
    ),
    Parameter(
        "hamlet_cases",
        Text("Phong tỏa thôn, tổ dân phố: ca", "Sealing of a hamlet: cases"),
        (0, 1, 2, 3, 5),
        Text("phong tỏa thôn có {value} ca", "a hamlet is sealed at {value} cases"),
        0,
    ),
    Parameter(
        "area_level",
        Text("Mức giãn cách của xã vượt ngưỡng", "Level of a commune above its threshold"),
        LEVELS,
        Text("xã vượt ngưỡng: {value}", "a commune above its threshold: {value}"),
        "none",
    ),
    Parameter(
        "area_cases",
        Text("Ngưỡng của xã: ca ngoài cách ly trong 7 ngày", "Threshold of a commune: cases outside quarantine in 7 days"),
        (1, 2, 3, 5, 10, 20),
        Text("ngưỡng của xã {value} ca trong 7 ngày", "threshold of a commune {value} cases in 7 days"),
    ),
    Parameter(
        "sampling_every_days",
        Text("Lấy mẫu lao động: mỗi bao nhiêu ngày", "Sampling of workers: every so many days"),
        (0, 3, 5, 7, 10, 14),
        Text("lấy mẫu lao động mỗi {value} ngày", "workers sampled every {value} days"),
        0,
    ),
    Parameter(
        "tracing_cases",
        Text("Truy vết thêm: ca mỗi ngày", "More tracing: cases a day"),
        (0, 50, 100, 150, 300),
        Text("truy vết thêm {value} ca mỗi ngày", "{value} more cases traced a day"),
        0,
    ),
    Parameter(
        "thinning_share",
        Text("Giãn nhà trọ: phần người ở trọ", "Boarding houses thinned: share of lodgers"),
        (0.0, 0.05, 0.1, 0.15, 0.2, 0.3),
        Text("giãn {value} người ở trọ", "{value} of the lodgers moved"),
        0.0,
    ),
    Parameter(
        "support",
        Text("Hỗ trợ: so với mức quy định", "Support: against the rate of the rule"),
        (0.0, 0.5, 1.0, 1.5),
        Text("hỗ trợ {value} lần mức quy định", "support at {value} times the rate"),
        0.0,
    ),
    Parameter(
        "lab_extra",
        Text("Năng lực xét nghiệm đặt thêm: mẫu mỗi ngày", "Laboratory capacity ordered: samples a day"),
        (0, 5_000, 10_000, 20_000, 40_000),
        Text("thêm {value} mẫu mỗi ngày", "{value} more samples a day"),
        0,
    ),
    Parameter(
        "places_extra",
        Text("Chỗ cách ly đặt thêm", "Quarantine places ordered"),
        (0, 5_000, 10_000, 20_000, 40_000),
        Text("thêm {value} chỗ cách ly", "{value} more quarantine places"),
        0,
    ),
)  # fmt: skip
SIZES = np.array([len(parameter.values) for parameter in SPACE])
WORDS: dict[Value, Text] = {
    "as-ordered": Text("như lệnh hiện hành", "as ordered now"),
    "normal": Text("bình thường", "normal"),
    "staggered": Text("giãn ca", "staggered"),
    "two_points": Text("một cung đường hai điểm đến", "one road and two destinations"),
    "on_site": Text("3 tại chỗ", "3 on site"),
    "closed": Text("tạm dừng", "closed"),
    "none": Text("không thêm", "nothing more"),
    "ct15": Text("Chỉ thị 15", "Directive 15"),
    "ct16": Text("Chỉ thị 16", "Directive 16"),
    "lockdown": Text("phong tỏa", "lock-down"),
}


def in_words(value: Value) -> Text:
    """Return a value as it is read in each language."""
    if isinstance(value, str):
        return WORDS[value]
    if isinstance(value, float):
        return Text(f"{value:g}".replace(".", ","), f"{value:g}")
    return Text(f"{value:,}".replace(",", "."), f"{value:,}")


def steps_of(genes: Floats) -> NDArray[np.int64]:
    """Return the (N, P) positions in the lists of values that points of the unit cube stand for.

    What has no effect, such as the threshold of a closure that is not ordered, is set to its first value: rules that do
    the same are the same.
    """
    steps = np.asarray(np.minimum((np.asarray(genes) * SIZES).astype(np.int64), SIZES - 1))
    steps[idle(steps)] = 0
    return steps


def idle(steps: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Return which of (N, P) parameters have no effect beside the others."""
    at = {parameter.id: k for k, parameter in enumerate(SPACE)}

    def orders(name: str) -> NDArray[np.bool_]:
        nothing = SPACE[at[name]].nothing
        assert nothing is not None
        return np.asarray(steps[:, at[name]] != SPACE[at[name]].values.index(nothing))

    shares = np.zeros(len(steps), np.bool_)
    for name in ("sites_now", "site_above"):
        values = np.array(SPACE[at[name]].values)
        shares |= np.isin(values[steps[:, at[name]]], ("staggered", "two_points", "on_site"))
    still = np.zeros(steps.shape, np.bool_)
    still[:, at["site_cases"]] = ~orders("site_above")
    still[:, at["site_share"]] = ~shares
    still[:, at["closed_days"]] = ~(orders("firm_cases") | orders("hamlet_cases"))
    return still


def genes_of(steps: NDArray[np.int64]) -> Floats:
    """Return the middle of the part of the unit cube that stands for (N, P) positions in the lists of values."""
    return np.asarray((steps + 0.5) / SIZES)
