"""Who the people of a made-up outbreak are, and the tables of persons, cases and what is known of each case."""

from __future__ import annotations

import json
from datetime import date

import numpy as np
import polars as pl
from numpy.typing import NDArray

from songhanh.operations.cases.models import Symptom
from songhanh.operations.seeding.bulk import day, days, instants
from songhanh.operations.seeding.names import names
from songhanh.operations.seeding.outbreak import Outbreak
from songhanh.operations.seeding.places import Places

Ints = NDArray[np.int64]
# Nobody has these: the province code 099 of an identity number and the telephone prefix 60 were never given out.
ID_PREFIX, PHONE_PREFIX = "099", "+8460"
SYMPTOMS = tuple(
    symptom.value
    for symptom in (
        Symptom.FEVER, Symptom.COUGH, Symptom.SORE_THROAT, Symptom.TIRED, Symptom.NO_SMELL, Symptom.BREATHLESS,
        Symptom.HEADACHE,
    )
)  # fmt: skip
OCCUPATIONS = (
    "công nhân",
    "công nhân",
    "công nhân",
    "nông dân",
    "học sinh",
    "giáo viên",
    "buôn bán",
    "lái xe",
    "",
)
WORKER = 0.45


def uuids(rng: np.random.Generator, n: int) -> pl.Series:
    """Return n UUIDs (version 4 by form, but drawn from the seed) as 32 hexadecimal digits."""
    raw = rng.integers(0, 256, (n, 16), dtype=np.uint8)
    raw[:, 6] = (raw[:, 6] & 0x0F) | 0x40
    raw[:, 8] = (raw[:, 8] & 0x3F) | 0x80
    text = raw.tobytes().hex()
    return pl.Series([text[start : start + 32] for start in range(0, 32 * n, 32)], dtype=pl.String)


def pick(rng: np.random.Generator, among: Ints, n: int) -> pl.Series:
    """Return n of some numbers of rows; empty where there are none."""
    if not len(among):
        return pl.Series([None] * n, dtype=pl.Int64)
    return pl.Series(among[rng.integers(0, len(among), n)])


def known(values: pl.Series, mask: NDArray[np.bool_]) -> pl.Series:
    """Return the values where the mask holds, and nothing elsewhere."""
    return values.set(pl.Series(~mask), None)


def units_of(rng: np.random.Generator, outbreak: Outbreak, places: Places) -> Ints:
    """Return the commune of each person: mostly that of whom they met."""
    n = outbreak.n_people
    n_cases = len(outbreak.cases.reported)
    units = places.communes[rng.choice(len(places.communes), n, p=places.of_people)]
    units[:n_cases] = places.communes[rng.choice(len(places.communes), n_cases, p=places.of_cases)]
    stays = rng.random(n) < 0.65
    # Givers come before those whom they met, F0 before F1 before F2: three rounds are enough.
    for _round in range(3):
        led = np.flatnonzero((outbreak.giver >= 0) & stays)
        units[led] = units[outbreak.giver[led]]
    return units


def persons(
    rng: np.random.Generator, outbreak: Outbreak, places: Places, units: Ints, as_of: date
) -> pl.DataFrame:
    """Return the table of persons."""
    n = outbreak.n_people
    is_woman = rng.random(n) < 0.52
    full, folded = names(rng, is_woman)
    worker = rng.random(n) < WORKER
    age = np.where(
        worker, rng.integers(18, 45, n), np.minimum(rng.integers(1, 60, n) + rng.integers(0, 40, n), 95)
    )
    year = as_of.year - age
    born = (
        pl.DataFrame({"year": year, "day": rng.integers(0, 365, n)})
        .select(pl.date("year", 1, 1) + pl.duration(days="day"))
        .to_series()
    )
    has_birthday = rng.random(n) < 0.65
    first = np.maximum(outbreak.exposed, 0)
    at = instants(np.minimum(first + 1, day(as_of)), rng.integers(7 * 60, 18 * 60, n))
    lodger = worker & (rng.random(n) < 0.3)
    # A tenth of the lodgers give the telephone of the landlord, which then is that of several people.
    shared = lodger & (rng.random(n) < 0.1)
    number = np.where(shared, rng.integers(0, max(1, n // 200), n), 1_000_000 + np.arange(n))
    phone = pl.select(pl.lit(PHONE_PREFIX) + pl.Series(number).cast(pl.String).str.zfill(7)).to_series()
    has_phone, has_id = rng.random(n) < 0.7, rng.random(n) < 0.5
    identity = pl.select(
        pl.lit(ID_PREFIX) + pl.Series(np.arange(n) * 7 + 1).cast(pl.String).str.zfill(9)
    ).to_series()
    hamlet = pl.Series([f"Thôn {k}" for k in range(1, 13)])[rng.integers(0, 12, n)]
    lodging = pl.Series([f"Nhà trọ số {k}" for k in range(1, 200)])[rng.integers(0, 199, n)]
    occupation = pl.Series(OCCUPATIONS)[rng.integers(0, len(OCCUPATIONS), n)]
    occupation = occupation.zip_with(pl.Series(~worker), pl.repeat("công nhân", n, eager=True))
    site = pick(rng, places.sites, n)
    return pl.DataFrame(
        {
            "id": np.arange(1, n + 1),
            "uuid": uuids(rng, n),
            "version": np.ones(n, np.int64),
            "created_at": at,
            "updated_at": at,
            "full_name": full,
            "name_folded": folded,
            # The given name first, as `people.models.name_key` writes it for one person.
            "name_key": folded.str.split(" ").list.last() + " " + folded.str.split(" ").list.first(),
            "sex": pl.Series(["male", "female"])[is_woman.astype(int)],
            "born_on": known(born, has_birthday),
            "birth_year": year,
            "id_number": known(identity, has_id).fill_null(""),
            "phone": known(phone, has_phone | shared).fill_null(""),
            "phone_owner": known(pl.repeat("chủ trọ", n, eager=True), shared).fill_null(""),
            "unit_id": units,
            "hamlet": hamlet,
            "address": pl.select(
                hamlet + pl.lit(", ") + pl.Series(units).replace_strict(places.names)
            ).to_series(),
            "site_id": known(site, worker),
            "lodging": known(lodging, lodger).fill_null(""),
            "occupation": occupation,
            "is_synthetic": np.ones(n, bool),
        }
    )


def cases(
    rng: np.random.Generator,
    outbreak: Outbreak,
    places: Places,
    people: pl.DataFrame,
    *,
    prefix: str,
    as_of: date,
    clusters: Ints,
) -> pl.DataFrame:
    """Return the table of cases; the first persons are the cases."""
    drawn = outbreak.cases
    n = len(drawn.reported)
    last = day(as_of)
    ill = drawn.onset >= 0
    at = instants(drawn.reported, rng.integers(8 * 60, 21 * 60, n))
    year = days(drawn.reported).dt.year().cast(pl.String)
    number = pl.Series(np.arange(1, n + 1)).cast(pl.String).str.zfill(6)
    age = last - drawn.reported
    fate = rng.random(n)
    outcome = np.where(
        age > 21, np.where(fate < 0.004, "died", np.where(fate < 0.9, "recovered", "active")), "active"
    )
    ended = np.where(outcome == "active", -1, np.minimum(drawn.reported + rng.integers(14, 22, n), last))
    severity = np.where(ill, rng.choice(["mild", "mild", "mild", "moderate", "severe"], n), "none")
    severity = np.where(outcome == "died", "critical", severity)
    found = rng.choice(["community", "quarantine", "sealed", "imported"], n, p=[0.13, 0.62, 0.24, 0.01])
    found[:3] = ["imported", "community", "community"][:n]
    no_doses = rng.random(n)
    return pl.DataFrame(
        {
            "id": np.arange(1, n + 1),
            "uuid": uuids(rng, n),
            "version": np.full(n, 2),
            "created_at": at,
            "updated_at": at,
            "code": pl.select(pl.lit(prefix + "-") + year + pl.lit("-") + number).to_series(),
            "national_code": pl.select(
                pl.lit("BN") + pl.Series(np.arange(3000, 3000 + n)).cast(pl.String)
            ).to_series(),
            "person_id": np.arange(1, n + 1),
            "unit_id": people["unit_id"][:n],
            "classification": pl.repeat("confirmed", n, eager=True),
            "reported_on": days(drawn.reported),
            "onset_on": days(drawn.onset),
            "has_symptoms": ill,
            "symptoms": _symptoms(rng, ill),
            "sampled_on": days(drawn.sampled),
            "confirmed_on": days(drawn.reported),
            "isolated_on": days(drawn.infectious_until),
            "admitted_on": days(np.minimum(drawn.reported + rng.integers(0, 2, n), last)),
            "facility_id": pick(rng, places.hospitals, n),
            "severity": severity,
            "outcome": outcome,
            "outcome_on": days(ended),
            "found": found,
            "site_id": people["site_id"][:n],
            "cluster_id": known(pick(rng, clusters, n), rng.random(n) < 0.7),
            "source_case_id": known(pl.Series(drawn.infector + 1), drawn.infector >= 0),
            "vaccine_doses": np.where(no_doses < 0.03, 1, 0),
            "ct_value": np.round(rng.normal(24, 4, n).clip(12, 36), 1),
            "is_synthetic": np.ones(n, bool),
        }
    )


def _symptoms(rng: np.random.Generator, ill: NDArray[np.bool_]) -> list[str]:
    has = rng.random((len(ill), len(SYMPTOMS))) < 0.35
    has[:, 0] |= ~has.any(axis=1)
    return [
        json.dumps([name for name, yes in zip(SYMPTOMS, row, strict=True) if yes]) if sick else "[]"
        for sick, row in zip(ill.tolist(), has.tolist(), strict=True)
    ]


def history(outbreak: Outbreak) -> pl.DataFrame:
    """Return the two steps of each case's classification: suspected when sampled, confirmed by the result."""
    n = len(outbreak.cases.reported)
    parts = []
    for before, after, on in (
        ("", "suspected", outbreak.cases.sampled),
        ("suspected", "confirmed", outbreak.cases.reported),
    ):
        parts.append(
            pl.DataFrame(
                {
                    "case_id": np.arange(1, n + 1),
                    "before": [before] * n,
                    "after": [after] * n,
                    "on": days(on),
                    "at": instants(on, np.full(n, 17 * 60)),
                }
            )
        )
    steps = pl.concat(parts).sort(["case_id", "on"], maintain_order=True)
    return steps.with_columns(pl.Series("id", np.arange(1, steps.height + 1)))


def exposures(rng: np.random.Generator, outbreak: Outbreak, places: Places, units: Ints) -> pl.DataFrame:
    """Return milestones: where some cases were while they were infectious."""
    n_cases = len(outbreak.cases.reported)
    who = np.sort(rng.choice(n_cases, n_cases // 2, replace=False)) if n_cases > 1 else np.arange(n_cases)
    n = len(who)
    kinds = pl.Series(
        ["Chợ", "Cửa hàng tạp hóa", "Xưởng sản xuất", "Quán ăn", "Xe đưa đón công nhân", "Đám cưới"]
    )
    first, until = outbreak.cases.infectious_from[who], outbreak.cases.infectious_until[who]
    on = first + np.floor(rng.random(n) * (until - first + 1)).astype(np.int64)
    begins = rng.integers(6 * 60, 18 * 60, n)
    unit = pl.Series(units[who])
    at = instants(until, np.full(n, 19 * 60))
    return pl.DataFrame(
        {
            "id": np.arange(1, n + 1),
            "uuid": uuids(rng, n),
            "version": np.ones(n, np.int64),
            "created_at": at,
            "updated_at": at,
            "case_id": who + 1,
            "place": pl.select(
                kinds[rng.integers(0, len(kinds), n)] + pl.lit(", ") + unit.replace_strict(places.names)
            ).to_series(),
            "unit_id": unit,
            "began_at": instants(on, begins),
            "ended_at": instants(on, begins + rng.integers(15, 300, n)),
        }
    )
