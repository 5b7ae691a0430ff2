"""The economy against what can be worked out on paper, and counts that must be equal."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from evidence.economies import PLAIN, admitting, drawn_day, example, lived, made_up, quiet
from evidence.page import INSIDE, OUTSIDE, Line, Section, picture, table
from evidence.pictures import BLUE, GREEN, GREY, RED, panels, save
from songhanh.core.modes import Absence
from songhanh.economy import ProductionFunction

NAMES = {
    ProductionFunction.LEONTIEF: "Leontief",
    ProductionFunction.STRONGLY_CRITICAL: "strongly critical",
    ProductionFunction.HALF_CRITICAL: "half critical",
    ProductionFunction.WEAKLY_CRITICAL: "weakly critical",
    ProductionFunction.LINEAR: "linear",
}


@dataclass(frozen=True)
class Form:
    """A figure that theory knows: what it should be, what came out, and how far off it may be."""

    what: str
    expected: float
    found: float
    most: float
    at_most: bool = False  # whether anything below what is expected is right as well

    @property
    def off(self) -> float:
        """Return how far the figure is off."""
        return max(self.found - self.expected, 0.0) if self.at_most else abs(self.found - self.expected)

    def row(self) -> list[str]:
        """Return the cells of a table."""
        inside = "yes" if self.off <= self.most else "**no**"
        shown = f"at most {self.expected:.6g}" if self.at_most else f"{self.expected:.6g}"
        return [self.what, shown, f"{self.found:.6g}", f"{self.off:.1e}", f"{self.most:.0e}", inside]


def form_table(forms: list[Form]) -> str:
    """Return the table of some forms."""
    return table(
        ["figure", "closed form", "model", "off by", "asked", "inside"], [form.row() for form in forms]
    )


def line_of(name: str, forms: list[Form]) -> Line:
    """Return the summary of some forms."""
    inside = sum(form.off <= form.most for form in forms)
    worst = max(form.off / form.most for form in forms)
    verdict = INSIDE if inside == len(forms) else OUTSIDE
    return Line(
        name,
        f"{inside} of {len(forms)} inside, the farthest at {worst:.2g} of what is asked",
        verdict,
        len(forms),
    )


def still(folder: Path) -> Section:
    """Let 400 days pass without a shock, under each of the five functions."""
    forms = []
    for function in ProductionFunction:
        model = replace(example(), production=function)
        r = lived(model, 400, values={})
        drift = float(np.abs(r.production / r.production[0] - 1.0).max())
        forms.append(Form(f"largest drift of an output, {NAMES[function]}", 0.0, drift, 1e-12))
    r = lived(example(), 400, values={})
    scale = float(r.value_added_baseline.max())
    forms += [
        Form("largest loss of a sector on a day, of the largest value added", 0.0,
             float(np.abs(r.value_added - r.value_added_baseline).max()) / scale, 1e-12),
        Form("person-days lost", 0.0, float(r.lost_person_days.sum()), 1e-6),
    ]  # fmt: skip
    text = f"""
The example province, 24 sectors at six places, 400 days with nothing happening. Calibration makes the normal day an exact fixed
point, so whatever moves is an error of rounding.

{form_table(forms)}
"""
    return Section("Nothing moves without a shock", text, (line_of("drift in 400 days", forms),))


def books(folder: Path) -> Section:
    """Check the books on 120 days of random orders and absences, under each function."""
    goods = stocks = people = fruit = lowest = 0.0
    for function in ProductionFunction:
        model, rng = replace(example(), production=function), np.random.default_rng(7)
        r = lived(model, 120, lambda _, model=model, rng=rng: drawn_day(model, rng), {})  # type: ignore[misc]
        sold = r.sold_inputs + r.sold_households + r.sold_other + r.sold_outside
        goods = max(goods, float(np.abs(r.production - sold).max() / r.production.max()))
        before = np.vstack(
            [(np.maximum(model.stock_days, 1.0) * model.flows()).sum(axis=0), r.inventories[:-1]]
        )
        gap = r.inventories - before - r.inputs_delivered + r.inputs_used
        stocks = max(stocks, float(np.abs(gap).max() / before.max()))
        counted = r.at_work.sum(axis=1) + r.lost_person_days.sum(axis=2)
        people = max(people, float(np.abs(counted / model.workers.sum(axis=0) - 1.0).max()))
        standing = r.crop_ripe.cumsum(axis=0) - (r.crop_sold + r.crop_lost).cumsum(axis=0)
        fruit = min(fruit, float(standing.min()))
        lowest = min(lowest, float(r.inventories.min()))
    forms = [
        Form("output less all sales, of the largest output", 0.0, goods, 1e-12),
        Form("stocks less yesterday's, deliveries and use, of the largest stock", 0.0, stocks, 1e-12),
        Form("workers at work and lost by cause against all", 0.0, people, 1e-12),
        Form("fruit sold and perished beyond what ripened, t", 0.0, -fruit, 1e-6),
        Form("stock below zero", 0.0, max(-lowest, 0.0), 1e-12),
    ]
    text = f"""
The example province under 120 days of random closures, absences, demand and logistics, the same for each of the five functions;
the largest gap of any day, sector and function. The tests do the same on hundreds of random tables.

{form_table(forms)}
"""
    return Section(
        "The books balance whatever happens", text, (line_of("goods, stocks, people, fruit", forms),)
    )


def leontief(folder: Path) -> Section:
    """Lower final demand for good: output must end at (I - A)^-1 f, whatever the function."""
    model = example()
    # Crops off, or the long run would have a season in it.
    model = replace(model, crops=replace(model.crops, tonnes=np.zeros_like(model.crops.tonnes)))
    rng = np.random.default_rng(3)
    factor = rng.uniform(0.4, 1.0, model.n_sectors)
    controls, labour = quiet(model)
    fewer = replace(controls, household_demand=factor)
    households, other, outside = model.final_demand(PLAIN["household_local_demand_share"])
    local = model.coefficients[:-1]
    wanted = np.linalg.solve(np.eye(model.n_sectors) - local, households * factor + other + outside)
    forms = []
    figure, (axes,) = panels(width=6.0, height=3.0)
    for function in ProductionFunction:
        r = lived(replace(model, production=function), 1500, lambda _: (fewer, labour))
        off = np.abs(r.production / wanted - 1.0).max(axis=1)
        forms.append(
            Form(f"largest gap of an output after 1,500 days, {NAMES[function]}", 0.0, float(off[-1]), 1e-9)
        )
        if function is ProductionFunction.HALF_CRITICAL:
            axes.semilogy(off[:600], color=BLUE)
    axes.set(
        xlabel="day",
        ylabel="largest relative gap",
        title="Output on its way to the Leontief solution (half critical)",
        ylim=(1e-16, 1),
    )
    save(figure, folder, "leontief")
    text = f"""
Households of the example buy 40 to 100 % of what they did, by sector, for good. In the end no function binds and stocks are
full, so output is the Leontief inverse times final demand.

{form_table(forms)}

{picture(folder, "leontief", "The largest relative gap between output and the Leontief solution falls to rounding errors")}
"""
    return Section("The long run is Leontief's", text, (line_of("limit under five functions", forms),))


def by_hand(folder: Path) -> Section:
    """Work one- and two-sector cases by hand."""
    forms = [*_backlog(), *_stock_runs_out(), *_half_labour(), *_staff()]
    text = f"""
Cases small enough for paper: half a day lost in one sector that sells outside, with a backlog that is given up at 1/90 a day and
overtime that rises by the unmet share of 0.15 over 14 days; a sector whose supplier stops, with five days of stock; a sector with
half of its labour; workers who leave an idle site at 1 % a day and come back with a half-life of 28 days; laid-off staff hired
again at 1/14 of the gap a day; a gate that opens two days after the order.

{form_table(forms)}
"""
    return Section("One and two sectors by hand", text, (line_of("cases on paper", forms),))


def _backlog() -> list[Form]:
    model = made_up([[0.0]], [10.0], foreign=1.0)
    half = admitting(model, 0.5)
    r = lived(model, 200, lambda day: half if day == 0 else quiet(model), PLAIN | {"migrant_leave_rate": 0.0})
    waiting = 5.0 * (1.0 - 1.0 / 90.0)
    overtime = 1.0 + 0.15 * 0.5 / 14.0
    made_up_for = float((r.production[1:, 0] - 10.0).sum())
    return [
        Form("output on the day of the shock", 5.0, float(r.production[0, 0]), 1e-11),
        Form("backlog that evening", waiting, float(r.backlog[0, 0]), 1e-11),
        Form("output on the next day, with overtime", 10.0 * overtime, float(r.production[1, 0]), 1e-11),
        Form("made up for, given up and still waiting", 5.0,
             made_up_for + float(r.cancelled.sum() + r.backlog[-1, 0]), 1e-8),
        Form("made up for", 5.0, made_up_for, 1e-9, at_most=True),
    ]  # fmt: skip


def _stock_runs_out() -> list[Form]:
    model = made_up([[0.0, 0.4], [0.0, 0.0]], [10.0, 10.0], stock_days=5.0)
    shut = admitting(model, 0.0, sector=0)
    forms = []
    for function, after in (
        (ProductionFunction.HALF_CRITICAL, (0.0, 5.0)),
        (ProductionFunction.WEAKLY_CRITICAL, (0.0, 10.0)),
    ):
        for critical, expected in zip((1.0, 0.5), after, strict=True):
            marks = model.critical.copy()
            marks[0, 1] = critical
            r = lived(replace(model, critical=marks, production=function), 8, lambda _: shut)
            kind = "critical" if critical == 1.0 else "important"
            forms.append(
                Form(
                    f"output on day 5, {kind} input gone, {NAMES[function]}",
                    expected,
                    float(r.production[5, 1]),
                    1e-9,
                )
            )
            if critical == 1.0 and function is ProductionFunction.HALF_CRITICAL:
                lost = float(r.lost_person_days[5, 1, Absence.NO_INPUT])
                forms.append(Form("person-days lost for want of input that day", 100.0, lost, 1e-9))
    return forms


def _half_labour() -> list[Form]:
    model = made_up([[0.1, 0.2], [0.3, 0.1]], [20.0, 30.0], imported=0.1)
    r = lived(model, 1, lambda _: admitting(model, 0.5, sector=1))
    return [
        Form("output with half the labour", 15.0, float(r.production[0, 1]), 1e-11),
        Form("its supplier loses 0.2 x 15 in orders", 17.0, float(r.production[0, 0]), 1e-11),
        Form(
            "person-days lost for want of orders there",
            15.0,
            float(r.lost_person_days[0, 0, Absence.NO_DEMAND]),
            1e-9,
        ),
    ]


def _staff() -> list[Form]:
    model = made_up([[0.0]], [10.0], foreign=0.0)
    shut = admitting(model, 0.0, site=0)
    gone = 0.4 * (1.0 - 0.99**30)
    r = lived(model, 120, lambda day: shut if day < 30 else quiet(model))
    controls, labour = quiet(model)
    nobody_buys = replace(controls, household_demand=np.zeros(1), other_demand=np.zeros(1)), labour
    laid_off = PLAIN | {
        "furlough_share": 0.0,
        "furlough_days": 7.0,
        "callback_days": 14.0,
        "overtime_max": 1.0,
    }
    hired = lived(model, 300, lambda day: nobody_buys if day < 200 else quiet(model), laid_off)
    tests = PLAIN | {"entry_test_days": 2.0, "migrant_leave_rate": 0.0}
    tested = lived(model, 8, lambda day: shut if day in (2, 3) else quiet(model), tests)
    return [
        Form("share of a site at work on the day it opens after 30 days", 1.0 - gone, float(r.at_work[30, 0, 0]) / 50.0, 1e-9),
        Form("28 days later", 1.0 - gone / 2.0, float(r.at_work[58, 0, 0]) / 50.0, 1e-9),
        Form("output 14 days after orders are back, all laid off", 10.0 * (1.0 - (13.0 / 14.0) ** 14),
             float(hired.production[214, 0]), 1e-5),
        Form("at work on the second day after the order to open, tests take two", 0.0, float(tested.at_work[5, 0, 0]), 1e-12),
        Form("and on the third", 50.0, float(tested.at_work[6, 0, 0]), 1e-12),
    ]  # fmt: skip


def catching_up(folder: Path) -> Section:
    """Close a site for a month: what is made up for never exceeds what was lost; perished fruit never comes back."""
    model = example()
    shut = admitting(model, 0.0, site=1)
    r = lived(model, 365, lambda day: shut if 20 <= day < 50 else quiet(model), {})
    lost = (r.value_added_baseline - r.value_added).sum(axis=1)
    down, back = float(lost[lost > 0].sum()), float(-lost[lost < 0].sum())
    controls, labour = quiet(model)
    jammed = replace(controls, channel=np.zeros_like(controls.channel)), labour
    first = int(model.crops.season[0, 1])
    spoilt = lived(model, 120, lambda day: jammed if first <= day < first + 15 else quiet(model), {})
    everything = float(model.crops.tonnes.sum())
    forms = [
        Form("value added made up for, bn VND", down, back, 1e-9, at_most=True),
        Form("fruit sold and perished, t", everything, float((spoilt.crop_sold + spoilt.crop_lost).sum()), 1e-3 * everything),
        Form("value added lost with the fruit, bn VND",
             (everything - float(spoilt.crop_sold.sum())) * float(model.crops.price[0]),
             float((spoilt.value_added_baseline - spoilt.value_added).sum()), 1e-6),
    ]  # fmt: skip
    figure, (left, right) = panels(2, height=3.0)
    left.plot(100 * r.value_added.sum(axis=1) / r.value_added_baseline.sum(axis=1), color=BLUE)
    left.axhline(100, color=GREY, linewidth=0.8)
    left.axvspan(20, 50, color="#eeeeee")
    left.set(xlabel="day", ylabel="value added, % of normal", title="A park closed for 30 days")
    right.plot(spoilt.crop_sold.sum(axis=1), color=GREEN, label="sold")
    right.plot(spoilt.crop_lost.sum(axis=1), color=RED, label="perished")
    right.plot(spoilt.crop_ripe.sum(axis=1), color=GREY, linewidth=0.8, label="ripening")
    right.axvspan(first, first + 15, color="#eeeeee")
    right.set(xlabel="day", ylabel="t a day", title="All channels shut for 15 days of the harvest")
    right.legend()
    save(figure, folder, "catching-up")
    text = f"""
Quang Châu, the largest park of the example, closed for 30 days: {down:,.0f} bn VND of value added are lost and
{back:,.0f} bn VND ({100 * back / down:.0f} %) are made up for by overtime from the backlog. And all channels of the lychee shut
for 15 days from the peak of the early crop: what perishes is lost for good, with all of its value, since its costs are sunk.

{form_table(forms)}

{picture(folder, "catching-up", "Value added while a park is closed and after; lychee sold, perished and ripening by day")}
"""
    return Section("Catching up, and what cannot", text, (line_of("made up for, perished", forms),))
