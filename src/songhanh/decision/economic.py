"""The economy of a year under one plan, as a document: quarters, sectors, jobs by cause, crops, budget, incomes.

What is assumed stands beside it. Growth over the year before rests on a prior of growth without an outbreak.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from songhanh.core.errors import Fault, SonghanhError
from songhanh.core.modes import Absence
from songhanh.core.text import Text
from songhanh.decision.heading import heading
from songhanh.decision.statistics import spread
from songhanh.economy import table as economy_table
from songhanh.economy.pack_table import TABLE_NOTES, pack_table
from songhanh.economy.periods import (
    ALONE,
    BROAD,
    PERIODS,
    WITH_NORMAL,
    counterfactual_growth,
    groups_of,
    growth,
    summed,
)
from songhanh.joint.economic import EconomicRecord, run_economic
from songhanh.joint.ensemble import Ensemble, Report, Stop
from songhanh.joint.horizon import Limits
from songhanh.joint.horizon import table as joint_table
from songhanh.joint.setting import Setting, setting
from songhanh.measures import Plan, history_of, plans_of, read_plan
from songhanh.province.pack import Pack
from songhanh.twin.worlds import world_set

SCHEMA = "songhanh-economy/1"
Floats = NDArray[np.float64]
# Facts of the pack that growth is held against: a consistency check, since the level of the year is calibrated to them.
FACTS = {
    "grdp_growth": "*",
    "growth_agriculture": "broad:agriculture",
    "growth_industry_construction": "broad:industry",
    "growth_services": "broad:services",
}


def economic_report(
    pack_ref: str | Path,
    plan: str,
    as_of: date,
    seed: int = 1,
    n_worlds: int = 100,
    n_histories: int | None = None,
    n_jobs: int = -1,
    on_progress: Report = lambda done, total, stage: None,
    should_stop: Stop = lambda: False,
) -> dict[str, Any]:
    """Run both models under a plan in common worlds and return the accounts of the calendar year.

    Parameters
    ----------
    plan
        Slug of a plan of the pack, a TOML file, or ``actual-YEAR``: the orders as they were given, in hindsight.
    as_of
        Worlds are frozen on what was known then; a plan other than the actual one acts from the next day.

    Raises
    ------
    SonghanhError
        If the pack, the plan or the date is at fault.
    Cancelled
        If ``should_stop`` said so.
    """
    reference = str(pack_ref)
    ground = setting(reference)
    slug, chosen, hindsight = _plan_of(ground.pack, plan)
    worlds = world_set(reference, as_of, seed, n_worlds, n_histories, n_jobs, on_progress, should_stop)
    ensemble = Ensemble(
        reference,
        as_of,
        int(joint_table().defaults()["epidemic_horizon_days"]),
        ((slug, chosen),),
        Limits.standard(),
        hindsight,
    )
    records = run_economic(ensemble, worlds.worlds, n_jobs, on_progress, should_stop, "economy")
    counted = _counted(records, hindsight)
    accounts = accounts_of(ground, counted, as_of.year)
    return {
        **heading(SCHEMA, ground, as_of, seed, n_worlds, worlds),
        "plan": {"slug": slug, "id": chosen.id, "name": chosen.name.as_dict(), "hindsight": hindsight},
        "year": as_of.year,
        "n_counted": len(counted),
        "distinct_histories": worlds.n_distinct,
        "power": worlds.power,
        "control_lost": float(np.mean([record.control_lost for record in records])),
        "sectors": [
            {
                "id": row["sector_id"],
                "name": {"vi": row["name_vi"], "en": row["name_en"]},
                "broad": row["broad"],
            }
            for row in ground.pack.sectors.iter_rows(named=True)
        ],
        **accounts,
        "facts": _facts(ground.pack, as_of.year, accounts) if hindsight else [],
        "assumed": _assumed(ground),
        "assumed_parameters": _parameters(),
    }


def _counted(records: Sequence[EconomicRecord], hindsight: bool) -> list[EconomicRecord]:
    """Return the worlds that the accounts are made of.

    Where control is lost the economy bears an emergency lock-down. Under a plan that may happen, and counts. In hindsight
    it did not: such worlds are left out, and the document says how many (unless hardly any would be left).
    """
    kept = [record for record in records if not record.control_lost]
    return kept if hindsight and len(kept) > 1 else list(records)


def actual_slug(pack: Pack) -> str:
    """Return what the orders as they were given are called as a plan, such as ``actual-2021``."""
    return f"actual-{pack.outbreak_from.year}"


def _plan_of(pack: Pack, plan: str) -> tuple[str, Plan, bool]:
    actual = actual_slug(pack)
    if plan == actual:
        return actual, history_of(pack), True
    if plan.endswith(".toml"):
        mine = read_plan(Path(plan))
        return mine.slug, mine, False
    known = plans_of(pack)
    if plan not in known:
        message = f"There is no plan {plan!r}."
        remedy = f"Name a TOML file, or one of {', '.join((actual, *known))}."
        raise SonghanhError(Fault("economy.plan", message, remedy, parameter="--plan"))
    return plan, known[plan], False


def accounts_of(ground: Setting, records: Sequence[EconomicRecord], year: int) -> dict[str, Any]:
    """Return the parts of the document that are made of records: spreads over worlds of every figure."""
    return {
        "periods": {by: _periods(ground, records, by, year) for by in PERIODS},
        "work_lost": {by: _work(records, by, year) for by in ("quarter", "year")},
        "districts": _districts(ground, records),
        "crops": _crops(ground.pack, records),
    }


def _stack(records: Sequence[EconomicRecord], name: str) -> Floats:
    """Return (W, ...) one field of every record."""
    return np.array([getattr(record, name) for record in records], np.float64)


def _by_period(records: Sequence[EconomicRecord], name: str, by: str) -> Floats:
    """Return (W, P, ...) one field of every record's accounts, summed over periods."""
    return np.stack([summed(record.accounts, getattr(record.accounts, name), by)[1] for record in records])


def _periods(ground: Setting, records: Sequence[EconomicRecord], by: str, year: int) -> list[dict[str, Any]]:
    ids, broad = (ground.pack.sectors[name].to_list() for name in ("sector_id", "broad"))
    groups = groups_of(ids, broad)
    members = np.array(list(groups.values()))
    names = [f"growth_{name}" for name in BROAD]
    rates = [counterfactual_growth(broad, dict(zip(names, r.growth, strict=True))) for r in records]
    periods = summed(records[0].accounts, records[0].accounts.days, by)[0]
    value, normal = (
        _by_period(records, name, by) for name in ("value_added", "without_outbreak")
    )  # (W, P, J)
    grown = [growth(value[w], normal[w], rates[w], members) for w in range(len(records))]
    now, then = (np.stack([pair[k] for pair in grown]) for k in (0, 1))  # (W, P, G)
    province, usual, alone = (
        _by_period(records, name, by) for name in ("province", "province_normal", "alone")
    )
    rows = []
    for p, period in enumerate(periods):
        if not period.startswith(str(year)):
            continue
        sectors = []
        for g, name in enumerate(groups):
            made, would = value[:, p] @ members[g], normal[:, p] @ members[g]
            sectors.append(
                {
                    "sector": name,
                    "value_added_vnd_bn": spread(made),
                    "without_outbreak_vnd_bn": spread(would),
                    "loss_share": spread(
                        1.0 - np.divide(made, would, out=np.ones_like(made), where=would > 0)
                    ),
                    "growth": spread(now[:, p, g]),
                    "growth_without_outbreak": spread(then[:, p, g]),
                }
            )
        money = {
            name: {
                "vnd_bn": spread(province[:, p, k]),
                "without_outbreak_vnd_bn": spread(usual[:, p, k]),
                "lost_vnd_bn": spread(usual[:, p, k] - province[:, p, k]),
            }
            for k, name in enumerate(WITH_NORMAL)
        }
        money |= {name: {"vnd_bn": spread(alone[:, p, k])} for k, name in enumerate(ALONE)}
        rows.append({"period": period, "sectors": sectors, "province": money})
    return rows


def _work(records: Sequence[EconomicRecord], by: str, year: int) -> list[dict[str, Any]]:
    periods, days = summed(records[0].accounts, records[0].accounts.days, by)
    lost = _by_period(records, "lost_person_days", by).sum(axis=2)  # (W, P, causes)
    return [
        {
            "period": period,
            "causes": {
                cause.name.lower(): {
                    "person_days": spread(lost[:, p, cause]),
                    "jobs": spread(lost[:, p, cause] / days[p]),
                }
                for cause in Absence
            },
            "all": {
                "person_days": spread(lost[:, p].sum(axis=1)),
                "jobs": spread(lost[:, p].sum(axis=1) / days[p]),
            },
        }
        for p, period in enumerate(periods)
        if period.startswith(str(year))
    ]


def _districts(ground: Setting, records: Sequence[EconomicRecord]) -> list[dict[str, Any]]:
    lost = _stack(records, "income_lost")  # (W, N, 2)
    districts = ground.pack.districts
    return [
        {
            "code": code,
            "name": name,
            "residents_vnd_bn": spread(lost[:, d, 0]),
            "lodgers_vnd_bn": spread(lost[:, d, 1]),
        }
        for d, (code, name) in enumerate(zip(districts["code"], districts["name"], strict=True))
    ]


def _crops(pack: Pack, records: Sequence[EconomicRecord]) -> list[dict[str, Any]]:
    rows = []
    for k, crop in enumerate(pack.tables["crops"].iter_rows(named=True)):
        channels = [
            (h, row)
            for h, row in enumerate(pack.tables["channels"].iter_rows(named=True))
            if row["crop_id"] == crop["crop_id"]
        ]
        sold = _stack(records, "crop_sold")[:, k]
        normal = _stack(records, "crop_sold_normal")[:, k]
        perished = _stack(records, "crop_lost")[:, k]
        rows.append(
            {
                "crop": crop["crop_id"],
                "name": {"vi": crop["name_vi"], "en": crop["name_en"]},
                "price_vnd_per_kg": crop["price_vnd_per_kg"],
                "ripe_tonnes": spread(_stack(records, "crop_ripe")[:, k]),
                "sold_tonnes": spread(sold),
                "sold_without_outbreak_tonnes": spread(normal),
                "perished_tonnes": spread(perished),
                "sold_vnd_bn": spread(sold * crop["price_vnd_per_kg"] * 1e-6),
                "channels": [
                    {
                        "channel": row["channel_id"],
                        "name": {"vi": row["name_vi"], "en": row["name_en"]},
                        "kind": row["kind"],
                        "sold_tonnes": spread(_stack(records, "crop_channel")[:, h]),
                        "sold_without_outbreak_tonnes": spread(_stack(records, "crop_channel_normal")[:, h]),
                    }
                    for h, row in channels
                ],
            }
        )
    return rows


def _facts(pack: Pack, year: int, accounts: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return published growth of the year beside that of the run, both in percent."""
    grown = {row["sector"]: row["growth"] for row in accounts["periods"]["year"][0]["sectors"]}
    rows = pack.tables["economic_facts"].filter(
        (pl.col("date_or_period") == str(year)) & pl.col("fact").is_in(list(FACTS))
    )
    return [
        {
            **{key: row[key] for key in ("date_or_period", "fact", "value", "unit", "source")},
            "sector": FACTS[row["fact"]],
            "simulated": {key: 100.0 * value for key, value in grown[FACTS[row["fact"]]].items()},
        }
        for row in rows.iter_rows(named=True)
    ]


def _assumed(ground: Setting) -> list[dict[str, str]]:
    pack = ground.pack
    notes = [TABLE_NOTES[pack_table(pack).kind]]
    notes.append(
        Text(
            "Tăng trưởng so với năm trước dựa trên tăng trưởng giả định khi không có dịch theo ba khu vực, đặt trước khi "
            "chạy và không khớp với kết quả; mức của năm không có dịch lấy từ gói dữ liệu.",
            "Growth over the year before rests on an assumed growth without an outbreak of three broad sectors, set before "
            "any run and not fitted; the level of the year without an outbreak is that of the pack.",
        )
    )
    notes.append(
        Text(
            "Thu từ đất là ngoại sinh: mô hình không thay đổi khoản này. Xuất khẩu chịu thuế GTGT 0%. Thuế lợi nhuận nộp "
            "chậm; số còn nợ cuối năm thuộc năm sau.",
            "Land revenue is exogenous: the model does not move it. Exports are zero-rated. Profit tax comes with a lag; what "
            "is due at the end of the year belongs to the next.",
        )
    )
    notes.append(
        Text(
            "Thu nhập mất theo huyện: ngày công bị phong tỏa tính cho xã bị phong tỏa, việc bị dừng ngoài khu công nghiệp "
            "tính cho xã bị dừng, các nguyên nhân khác chia đều cho lao động cùng nơi làm và ngành.",
            "Income lost by district: work lost behind a lock-down goes to the locked communes, work stopped outside the "
            "sites to the communes where it is, all other causes alike to workers of the same site and sector.",
        )
    )
    for table in ("sectors", "crops", "channels", "site_sectors"):
        frame = pack.tables[table]
        assumed = frame.filter(pl.col("confidence") == "assumed").height
        if assumed:
            notes.append(
                Text(
                    f"{table}.csv: {assumed} trong {frame.height} dòng là giả định.",
                    f"{table}.csv: {assumed} of {frame.height} rows are assumed.",
                )
            )
    cut = [note for note in ground.economy.notes if note not in {text.en for text in TABLE_NOTES.values()}]
    return [note.as_dict() for note in notes] + [{"vi": note, "en": note} for note in cut]


def _parameters() -> list[dict[str, Any]]:
    """List the parameters of the economy that are our own assumption, with their ranges."""
    return [
        {
            "name": row.name,
            "unit": row.unit,
            "low": row.low,
            "default": row.default,
            "high": row.high,
            "source": row.source,
        }
        for row in economy_table()
        if row.is_assumed
    ]
