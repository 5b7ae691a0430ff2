"""From a province pack to the model of its economy."""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl
from numpy.typing import NDArray

from songhanh.core.days import day_of
from songhanh.core.errors import Fault, SonghanhError
from songhanh.economy.model import Crops, EconomyModel, no_crops
from songhanh.economy.pack_table import TABLE_NOTES, PackTable, TableKind, pack_table
from songhanh.economy.parameters import table as parameters
from songhanh.economy.regional import flq, own_coefficients, regional_coefficients
from songhanh.economy.seasons import read_seasons
from songhanh.province.pack import Pack

Floats = NDArray[np.float64]
DAYS_A_YEAR = 365.0
_CRITICAL_FROM, _IMPORTANT_FROM = 0.05, 0.02


def build(pack: Pack) -> EconomyModel:
    """Build the economy of a province.

    National coefficients are regionalised by FLQ (output of sectors against the nation's) and balanced by RAS to
    the pack's output and value added; a table of the province's own is taken as it is (see `pack_table`). The notes
    of the model say which.

    Raises
    ------
    SonghanhError
        If the tables contradict each other: file, row, column and by how much.
    """
    sectors = pack.sectors
    ids = sectors["sector_id"].to_list()
    annual, gva = _floats(sectors, "output_vnd_bn"), _floats(sectors, "gva_vnd_bn")
    foreign = _floats(sectors, "export_share")
    table = pack_table(pack)
    _check(annual, gva, ids)
    value_added_share = np.divide(gva, annual, out=np.zeros_like(gva), where=annual > 0)
    coefficients, notes = _provincial(table, ids, annual, value_added_share, (1.0 - foreign) * annual)
    crops = _crops(pack, ids)
    crop_value = np.zeros(len(ids))
    np.add.at(crop_value, crops.sector, crops.value())
    if (crop_value >= annual).any():
        j = int(np.argmax(crop_value - annual))
        raise _fault(
            "economy.crop_value",
            f"Crops of {ids[j]} are worth {crop_value[j]:.0f} bn VND, its whole output {annual[j]:.0f}.",
            "Correct harvest_tonnes or price_vnd_per_kg.",
            "crops.csv",
        )
    output = (annual - crop_value) / DAYS_A_YEAR
    coefficients = _within_output(coefficients, output, annual)
    workers, lodgers = _workers(pack, ids)
    return EconomyModel(
        sectors=tuple(ids),
        sites=tuple(pack.sites["site_id"].to_list()),
        output=output,
        coefficients=coefficients,
        critical=_critical(table.critical, table.coefficients),
        value_added_share=1.0 - coefficients.sum(axis=0),
        foreign_share=foreign,
        household_share=_floats(sectors, "household_share"),
        stock_days=_floats(sectors, "stock_days"),
        workers=workers,
        lodger_share=lodgers,
        remote_share=_floats(sectors, "remote_share"),
        essential=sectors["essential"].cast(pl.Boolean).to_numpy().astype(np.bool_),
        keeps_orders=np.array([broad != "services" for broad in sectors["broad"].to_list()]),
        population=float(pack.communes["population"].fill_null(0).sum() or 0),
        crops=crops,
        notes=notes,
        season=read_seasons(pack.tables.get("seasons"), ids),
        first_day=pack.outbreak_from,
    )


def _provincial(
    table: PackTable, ids: list[str], annual: Floats, value_added_share: Floats, most_local_sales: Floats
) -> tuple[Floats, tuple[str, ...]]:
    """Return (J + 1, J) coefficients of the province, the last row from outside, and what was done to get there."""
    note = TABLE_NOTES[table.kind].en
    if table.kind is TableKind.OWN:
        own, cut = own_coefficients(table.coefficients, annual, value_added_share, most_local_sales, ids)
        bought = [
            f"{ids[i]} sells {cut[i]:.6g} bn VND a year more to other sectors than its exports leave of its output; "
            "that much is bought outside."
            for i in np.flatnonzero(cut > 0)
        ]
        return own, (note, *bought)
    values = parameters().defaults()
    shares = flq(annual, table.national_output, values["flq_delta"], values["province_size_share"])
    pinned = np.array(
        [values["electronics_local_share"] if name == "electronics" else np.nan for name in ids]
    )
    return (
        regional_coefficients(
            table.coefficients, shares, annual, value_added_share, most_local_sales, pinned
        ),
        (note,),
    )


def _check(annual: Floats, gva: Floats, ids: list[str]) -> None:
    faults = []
    for j, name in enumerate(ids):
        if gva[j] > annual[j]:
            faults.append(
                Fault(
                    "economy.value_added",
                    f"Value added of {name} exceeds its output by {gva[j] - annual[j]:.6g} bn VND.",
                    "Correct one of both.",
                    "sectors.csv",
                    j + 2,
                    "gva_vnd_bn",
                )
            )
    if faults:
        raise SonghanhError(faults)


def _critical(given: Floats, national: Floats) -> Floats:
    """Return (J + 1, J): what the pack says, else by size; inputs from outside are critical."""
    by_size = np.where(national >= _CRITICAL_FROM, 1.0, np.where(national >= _IMPORTANT_FROM, 0.5, 0.0))
    known = np.where(np.isnan(given), by_size, given)
    return np.vstack([known, np.ones((1, len(national)))])


def _within_output(coefficients: Floats, output: Floats, annual: Floats) -> Floats:
    """Keep sales to sectors within output once the crops are taken out: the rest of the inputs is bought outside.

    The crops are sold as they are, so a sector that lives of them may have less to sell to others.
    """
    result = coefficients.copy()
    sales = (result[:-1] * output[None, :]).sum(axis=1)
    scale = np.minimum(np.divide(output, sales, out=np.ones_like(sales), where=sales > 0), 1.0)
    if (scale < 1.0).any():
        result[-1] += (result[:-1] * (1.0 - scale)[:, None]).sum(axis=0)
        result[:-1] *= scale[:, None]
    # A sector without output buys nothing.
    result[:, annual <= 0] = 0.0
    return result


def _workers(pack: Pack, ids: list[str]) -> tuple[Floats, Floats]:
    """Return (S + 1, J) workers and (S + 1,) lodgers among them."""
    index = {name: j for j, name in enumerate(ids)}
    site_ids = pack.sites["site_id"].to_list()
    place = {name: s for s, name in enumerate(site_ids)}
    workers = np.zeros((len(site_ids) + 1, len(ids)))
    totals = pack.sites["workers"].to_numpy().astype(np.float64)
    sums = np.zeros(len(site_ids))
    for row in pack.tables["site_sectors"].iter_rows(named=True):
        if row["site_id"] in place and row["sector_id"] in index:
            s = place[row["site_id"]]
            workers[s, index[row["sector_id"]]] += totals[s] * row["share"]
            sums[s] += row["share"]
    for s, name in enumerate(site_ids):
        if abs(sums[s] - 1.0) > 1e-3:
            raise _fault(
                "economy.site_shares",
                f"Shares of {name} add up to {sums[s]:.6g}.",
                "They must add up to 1.",
                "site_sectors.csv",
                None,
                "share",
            )
    for row in pack.tables["employment"].iter_rows(named=True):
        if row["sector_id"] in index:
            workers[-1, index[row["sector_id"]]] += row["employed"] or 0
    lodgers = np.zeros(len(site_ids) + 1)
    for row in pack.tables["boarding"].iter_rows(named=True):
        if row["site_id"] in place:
            lodgers[place[row["site_id"]]] += row["lodgers"] or 0
    lodgers[:-1] /= np.maximum(totals, 1.0)
    return workers, np.minimum(lodgers, 1.0)


def _crops(pack: Pack, ids: list[str]) -> Crops:
    crops, channels = pack.tables.get("crops"), pack.tables.get("channels")
    if crops is None or channels is None or crops.is_empty():
        return no_crops()
    faults = [
        Fault(
            "economy.sector",
            f"There is no sector {name!r}.",
            "Use an id of sectors.csv.",
            "crops.csv",
            row,
            "sector_id",
        )
        for row, name in enumerate(crops["sector_id"].to_list(), start=2)
        if name not in ids
    ]
    crop_ids = crops["crop_id"].to_list()
    share = channels.group_by("crop_id").agg(pl.col("share").sum())
    sums = dict(zip(share["crop_id"].to_list(), share["share"].to_list(), strict=True))
    faults += [
        Fault(
            "economy.channel_shares",
            f"Channels of {name} take {sums.get(name, 0.0):.6g} of the crop.",
            "Their shares must add up to 1.",
            "channels.csv",
            None,
            "share",
        )
        for name in crop_ids
        if abs(sums.get(name, 0.0) - 1.0) > 1e-3
    ]
    season = [
        [
            float(day_of(pack.outbreak_from, _date(row[key])))
            for key in ("season_from", "season_peak", "season_until")
        ]
        for row in crops.iter_rows(named=True)
    ]
    faults += [
        Fault(
            "economy.season",
            "The season does not run from first day over peak to last day.",
            "Put the three dates in order.",
            "crops.csv",
            row,
            "season_peak",
        )
        for row, (first, peak, last) in enumerate(season, start=2)
        if not first <= peak <= last
    ]
    if faults:
        raise SonghanhError(faults)
    return Crops(
        sector=np.array([ids.index(name) for name in crops["sector_id"].to_list()], dtype=np.int64),
        season=np.array(season),
        tonnes=_floats(crops, "harvest_tonnes"),
        price=_floats(crops, "price_vnd_per_kg") * 1e3 * 1e-9,
        decay=_floats(crops, "decay_per_day"),
        pickers=_floats(crops, "pickers_needed"),
        channel_crop=np.array(
            [crop_ids.index(name) for name in channels["crop_id"].to_list()], dtype=np.int64
        ),
        channel_share=_floats(channels, "share"),
        channel_most=_floats(channels, "max_tonnes_per_day"),
        channel_is_export=channels["kind"].is_in(["border", "air"]).to_numpy().astype(np.bool_),
    )


def _floats(frame: pl.DataFrame, column: str) -> Floats:
    return np.ascontiguousarray(frame[column].cast(pl.Float64).fill_null(0.0).to_numpy(), dtype=np.float64)


def _date(value: object) -> date:
    return value if isinstance(value, date) else date.fromisoformat(str(value))


def _fault(
    code: str, message: str, remedy: str, file: str, row: int | None = None, column: str | None = None
) -> SonghanhError:
    return SonghanhError(Fault(code, message, remedy, file, row, column))
