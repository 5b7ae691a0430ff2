"""What the economy of a province is on a normal day, as arrays."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

import numpy as np
from numpy.typing import NDArray

from songhanh.core.errors import Fault, SonghanhError
from songhanh.economy.production import ProductionFunction

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
SUM_TOLERANCE = 1e-9


@dataclass(frozen=True, eq=False)
class Crops:
    """Crops with a harvest window. K crops, H channels; days count from run day 0.

    Attributes
    ----------
    sector
        (K,) sector that the crop belongs to.
    season
        (K, 3) first, peak and last day of ripening.
    tonnes, price
        (K,) expected harvest, and VND bn a tonne.
    decay
        (K,) share of fruit on the tree past ripeness, or picked and unsold, that perishes each day.
    pickers
        (K,) people at the peak.
    channel_crop, channel_share, channel_most, channel_is_export
        (H,) crop of each channel, its usual share of the crop, tonnes a day at most, and whether it is export.
    """

    sector: NDArray[np.int64]
    season: Floats
    tonnes: Floats
    price: Floats
    decay: Floats
    pickers: Floats
    channel_crop: NDArray[np.int64]
    channel_share: Floats
    channel_most: Floats
    channel_is_export: Flags

    def ripening(self, days: int) -> Floats:
        """Return (days, K) tonnes that ripen each day: a triangle over the season.

        The part of a season outside the run is left out.
        """
        result = np.zeros((days, len(self.sector)))
        for k, (first, peak, last) in enumerate(self.season):
            edges = np.arange(int(first), int(last) + 2, dtype=np.float64)
            share = np.diff(_triangle(edges, first, peak + 0.5, last + 1.0))
            inside = (edges[:-1] >= 0) & (edges[:-1] < days)
            result[edges[:-1][inside].astype(np.int64), k] = self.tonnes[k] * share[inside]
        return result

    def peak_tonnes(self) -> Floats:
        """Return (K,) tonnes that ripen on the day of the peak."""
        length = self.season[:, 2] + 1.0 - self.season[:, 0]
        return np.asarray(2.0 * self.tonnes / np.maximum(length, 1.0))

    def value(self) -> Floats:
        """Return (K,) bn VND of the expected harvest."""
        return self.tonnes * self.price


def _triangle(x: Floats, low: float, mode: float, high: float) -> Floats:
    """Return the distribution function of a triangular density."""
    left = (x - low) ** 2 / ((high - low) * (mode - low))
    right = 1.0 - (high - x) ** 2 / ((high - low) * (high - mode))
    return np.clip(np.where(x <= mode, left, right), 0.0, 1.0)


def no_crops() -> Crops:
    """Return an economy's crops where there are none."""
    none, index = np.zeros(0), np.zeros(0, dtype=np.int64)
    return Crops(
        index, np.zeros((0, 3)), none, none, none, none, index, none, none, np.zeros(0, dtype=np.bool_)
    )


@dataclass(frozen=True, eq=False)
class EconomyModel:
    """A province on a normal day. J sectors, S sites; site index S is the rest of the province.

    Money is in bn VND a day.

    Attributes
    ----------
    sectors, sites
        Ids; sites without the rest.
    output
        (J,) normal output a day, without what crops add in season.
    coefficients
        (J + 1, J) inputs of a unit of output; the last row comes from outside the province.
    critical
        (J + 1, J) 1 critical: production stops without it; between 0 and 1 important; 0 neither.
    value_added_share
        (J,) 1 minus the column sum of coefficients.
    foreign_share
        (J,) exports to other countries, share of output; cut to what other sectors leave.
    household_share
        (J,) of what is left: sales to households of the province (a ceiling: see `household_local_demand_share`).
    stock_days
        (J,) days of inputs that the sector keeps; at least 1.
    workers
        (S + 1, J) people.
    lodger_share
        (S + 1,) of the workers: lodgers from other provinces.
    remote_share
        (J,) of the workers: those who can work at home.
    essential
        (J,) bought in fear too.
    keeps_orders
        (J,) whether export orders wait: goods do, services do not.
    population
        People of the province.
    crops
        Crops with a harvest window; their value is not part of ``output``.
    production
        What a sector does without an input: one of five functions.
    season
        (12, J) share of the year's output by month, NaN for a sector that is alike on all days; None without seasons.
    first_day
        Date of run day 0; only seasons ask for it.
    notes
        What was assumed in building it, in English, for the record.
    """

    sectors: tuple[str, ...]
    sites: tuple[str, ...]
    output: Floats
    coefficients: Floats
    critical: Floats
    value_added_share: Floats
    foreign_share: Floats
    household_share: Floats
    stock_days: Floats
    workers: Floats
    lodger_share: Floats
    remote_share: Floats
    essential: Flags
    keeps_orders: Flags
    population: float
    crops: Crops = field(default_factory=no_crops)
    notes: tuple[str, ...] = ()
    production: ProductionFunction = ProductionFunction.HALF_CRITICAL
    season: Floats | None = None
    first_day: date = date(2001, 1, 1)

    def __post_init__(self) -> None:
        faults = [*_shape_faults(self)] or [*_content_faults(self)]
        if faults:
            raise SonghanhError(faults)

    @property
    def n_sectors(self) -> int:
        """Return J."""
        return len(self.sectors)

    @property
    def n_sites(self) -> int:
        """Return S, without the rest of the province."""
        return len(self.sites)

    def site_shares(self) -> Floats:
        """Return (S + 1, J) shares of each sector's output by site, as its workers; no workers: the rest."""
        total = self.workers.sum(axis=0)
        shares = np.divide(self.workers, total, out=np.zeros_like(self.workers), where=total > 0)
        shares[-1, total == 0] = 1.0
        return np.asarray(shares)

    def flows(self) -> Floats:
        """Return (J + 1, J) inputs used a day."""
        return np.asarray(self.coefficients * self.output[None, :])

    def final_demand(self, local_demand_share: float) -> tuple[Floats, Floats, Floats]:
        """Return households, other local and outside demand a day, each (J,); they add up to what is left.

        Parameters
        ----------
        local_demand_share
            Most that households buy of local products, as a share of value added; the rest leaves the province.
        """
        final = np.maximum(self.output - self.flows()[:-1].sum(axis=1), 0.0)
        foreign = np.minimum(self.foreign_share * self.output, final)
        households = self.household_share * (final - foreign)
        ceiling = local_demand_share * float((self.output * self.value_added_share).sum())
        scale = min(1.0, ceiling / max(float(households.sum()), 1e-300))
        bought = households * scale
        other = (final - foreign) - households
        return bought, other, final - bought - other


def _shape_faults(model: EconomyModel) -> list[Fault]:
    n, s = len(model.sectors), len(model.sites) + 1
    shapes = {
        "output": (n,),
        "coefficients": (n + 1, n),
        "critical": (n + 1, n),
        "value_added_share": (n,),
        "foreign_share": (n,),
        "household_share": (n,),
        "stock_days": (n,),
        "workers": (s, n),
        "lodger_share": (s,),
        "remote_share": (n,),
        "essential": (n,),
        "keeps_orders": (n,),
    } | ({} if model.season is None else {"season": (12, n)})
    return [
        Fault(
            code="economy.shape",
            message=f"{name} has shape {getattr(model, name).shape}; {shape} is expected.",
            remedy="Give one number a sector (and site).",
            parameter=name,
        )
        for name, shape in shapes.items()
        if getattr(model, name).shape != shape
    ]


def _content_faults(model: EconomyModel) -> list[Fault]:
    faults = []
    for name, low, high in (
        ("output", 0.0, np.inf),
        ("coefficients", 0.0, np.inf),
        ("critical", 0.0, 1.0),
        ("value_added_share", 0.0, 1.0),
        ("foreign_share", 0.0, 1.0),
        ("household_share", 0.0, 1.0),
        ("stock_days", 0.0, np.inf),
        ("workers", 0.0, np.inf),
        ("lodger_share", 0.0, 1.0),
        ("remote_share", 0.0, 1.0),
    ):
        array = getattr(model, name)
        for where in np.argwhere(~((array >= low) & (array <= high) & np.isfinite(array)))[:20]:
            faults.append(
                _at(model, name, where, f"is {array[tuple(where)]:.6g}, outside {low:g} to {high:g}")
            )
    if model.season is not None:
        for j in np.flatnonzero(
            ~(np.abs(model.season.sum(axis=0) - 1.0) <= 1e-6) & ~np.isnan(model.season).all(axis=0)
        ):
            faults.append(
                _at(model, "season", np.array([j]), f"adds up to {model.season[:, j].sum():.6g}, not 1")
            )
    gaps = model.coefficients.sum(axis=0) + model.value_added_share - 1.0
    for j in np.flatnonzero(~(np.abs(gaps) <= SUM_TOLERANCE)):
        faults.append(_at(model, "coefficients", np.array([j]), f"and value added miss one by {gaps[j]:.6g}"))
    sales = model.flows()[:-1].sum(axis=1)
    for i in np.flatnonzero(sales > model.output * (1.0 + SUM_TOLERANCE)):
        faults.append(
            _at(
                model,
                "output",
                np.array([i]),
                f"is {sales[i] - model.output[i]:.6g} bn VND a day below its sales",
            )
        )
    return faults


def _at(model: EconomyModel, name: str, where: NDArray[np.int64], message: str) -> Fault:
    sectors, sites = (*model.sectors, "outside"), (*model.sites, "rest")
    if len(where) == 1:
        place = sites[where[0]] if name == "lodger_share" else sectors[where[0]]
    else:
        place = f"{(sites if name == 'workers' else sectors)[where[0]]}, {sectors[where[1]]}"
    return Fault(
        code="economy.model",
        message=f"{name} of {place} {message}.",
        remedy="Correct the figure in the pack.",
        parameter=name,
    )
