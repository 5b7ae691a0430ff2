"""Fill an empty or made-up installation with an outbreak that nobody lived through, all of it or nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import numpy as np
import polars as pl
from django.db import OperationalError, connection, models, transaction
from numpy.typing import NDArray

from songhanh.core.errors import Fault, SonghanhError
from songhanh.operations.accounts.models import GlassBreak
from songhanh.operations.audit.actions import record
from songhanh.operations.cases.models import Case, ClassificationChange, Cluster, CodeCounter, Exposure
from songhanh.operations.people.models import Person
from songhanh.operations.places.actions import load_pack
from songhanh.operations.places.models import Installation
from songhanh.operations.places.queries import installation
from songhanh.operations.quarantine.models import Stay
from songhanh.operations.sampling.models import Sample
from songhanh.operations.seeding import bulk, people, tracing
from songhanh.operations.seeding.outbreak import MOST_CONTACTS, Cases, Outbreak, Sizes, draw, draw_cases
from songhanh.operations.seeding.places import Places, read_places
from songhanh.operations.tracing.actions import rebuild
from songhanh.operations.tracing.models import (
    Contact,
    FollowUp,
    Presence,
    PresenceList,
    Source,
    Standing,
    Team,
)
from songhanh.response.levels import infectious_days, level_rules

REGISTERS = ("people", "tracing", "cases", "sampling", "quarantine", "intake", "fieldwork", "bulletin")
FIRST_ON = date(2021, 5, 8)
EPOCH = date(1970, 1, 1).toordinal()
CLUSTERS = 30
Ints = NDArray[np.int64]
Report = Callable[[int, int, str], None]


def sizes_of(
    *,
    f0: int,
    f1: int,
    f2: int,
    tests: int,
    follow_ups: int,
    presence: int = 0,
    contacts: int | None = None,
    first_on: date = FIRST_ON,
    as_of: date = date(2021, 7, 31),
) -> Sizes:
    """Return sizes that go together; by default there are two and a half meetings for each contact person."""
    least = f0 + f1 + f1 // 10 + f2
    met = contacts if contacts is not None else min(max(least, (f1 + f2) * 5 // 2), MOST_CONTACTS * least)
    sizes = Sizes(f0, f1, f2, met, tests, follow_ups, presence, first_on, as_of)
    sizes.demand_possible()
    return sizes


def seed(
    *,
    by: Any,
    pack_ref: str,
    sizes: Sizes,
    number: int = 1,
    replace: bool = False,
    on_progress: Report | None = None,
) -> dict[str, int]:
    """Fill the registers with made-up people; the same sizes and number give the same rows.

    Everything is written in one transaction: whoever kills it finds what was there before.

    Parameters
    ----------
    number
        What luck is drawn from.
    replace
        Whether made-up rows that are there already may go.

    Raises
    ------
    SonghanhError
        If there are rows of real people, made-up rows that may not go, or numbers that do not go together.
    """
    tell = on_progress or _quiet
    tables = bulk.tables_of(REGISTERS)
    # Foreign keys are right by construction; the check of millions of rows one by one is most of the time on SQLite.
    unchecked = connection.vendor == "sqlite" and connection.disable_constraint_checking()
    try:
        _fit(connection.vendor)
        with transaction.atomic():
            demand_synthetic(replace=replace)
            load_pack(pack_ref, by=by, is_synthetic=True)
            bulk.empty(tables)
            GlassBreak.objects.all().delete()
            counts = _fill(tables, sizes, number, tell)
            record(
                "seeding.seed", by=by, subject_type="people.person",
                details={"program": "songhanh seed", "seed": number, "pack": pack_ref, **counts},
            )  # fmt: skip
    except OperationalError as error:
        raise _busy(error) from error
    finally:
        if unchecked:
            connection.enable_constraint_checking()
    bulk.analyse()
    return counts


def seed_demo(*, by: Any = None, pack_ref: str = "bac-giang-2021", as_of: date = date(2021, 5, 17)) -> bool:
    """Fill the registers of a demonstration with some three hundred cases; False where there are people already."""
    if Person.objects.exists():
        return False
    sizes = sizes_of(f0=300, f1=2400, f2=5200, tests=12_000, follow_ups=16_000, presence=6000, as_of=as_of)
    seed(by=by, pack_ref=pack_ref, sizes=sizes, number=17)
    return True


def demand_synthetic(*, replace: bool) -> None:
    """Raise SonghanhError where rows would be lost that nobody may lose."""
    place = installation()
    real = Person.objects.filter(is_synthetic=False).count() + Case.objects.filter(is_synthetic=False).count()
    if (place is not None and not place.is_synthetic) or real:
        where = f"{place.province} " if place else ""
        raise SonghanhError(
            Fault(
                "seed.real_rows",
                f"This installation {where}is in use ({real} rows of persons and cases are not made up); nothing was written.",
                "Set SONGHANH_HOME (or DATABASE_URL) to an installation of its own for made-up people.",
            )
        )
    there = Person.objects.count()
    if there and not replace:
        raise SonghanhError(
            Fault(
                "seed.made_up_rows",
                f"There are {there} made-up persons already; nothing was written.",
                "With --replace they go, and so does all that was entered about them.",
                parameter="--replace",
            )
        )


def _quiet(done: int, total: int, stage: str) -> None:
    """Report nothing."""


def _fit(vendor: str) -> None:
    """Give the database room to work in for the time of this connection."""
    with connection.cursor() as cursor:
        if vendor == "sqlite":
            cursor.execute("PRAGMA cache_size = -800000")
        else:
            cursor.execute("SET maintenance_work_mem = '512MB'")
            cursor.execute("SET work_mem = '64MB'")


def _busy(error: OperationalError) -> SonghanhError:
    return SonghanhError(
        Fault(
            "seed.busy",
            f"The database did not take the rows ({str(error).strip()}); nothing was written.",
            "Stop what else writes to it (songhanh serve), look after space on the disk, then seed again.",
        )
    )


def _fill(tables: list[str], sizes: Sizes, number: int, tell: Report) -> dict[str, int]:
    place = installation()
    assert place is not None
    drawn = _drawn(place, sizes, number)
    stream = _streams(number)
    prefix, stage = place.code_prefix, "rows"
    rng = stream("people")
    persons = people.persons(rng, drawn.outbreak, drawn.places, drawn.units, sizes.as_of)
    clusters = _clusters(stream("clusters"), drawn, min(CLUSTERS, sizes.f0))
    made: list[tuple[type[models.Model], Callable[[], pl.DataFrame]]] = [
        (Person, lambda: persons),
        (Cluster, lambda: clusters),
        (Case, lambda: people.cases(
            stream("cases"), drawn.outbreak, drawn.places, persons, prefix=prefix, as_of=sizes.as_of,
            clusters=clusters["id"].to_numpy(),
        )),
        (ClassificationChange, lambda: people.history(drawn.outbreak)),
        (Exposure, lambda: people.exposures(stream("exposures"), drawn.outbreak, drawn.places, drawn.units)),
        (Source, lambda: tracing.sources(drawn)),
        (Contact, lambda: tracing.contacts(stream("contacts"), drawn)),
        (Standing, lambda: tracing.cleared(drawn)),
        (Team, lambda: tracing.teams(drawn)),
        (FollowUp, lambda: tracing.follow_ups(stream("follow-ups"), drawn)),
        (Sample, lambda: tracing.samples(stream("samples"), drawn)),
        (Stay, lambda: tracing.stays(stream("stays"), drawn)),
    ]  # fmt: skip
    counts: dict[str, int] = {}
    total = sizes.follow_ups + sizes.tests + sizes.contacts + drawn.outbreak.n_people + sizes.presence
    with bulk.without_indexes(tables):
        done = 0
        for model, rows in made:
            counts[str(model._meta.verbose_name_plural)] = written = bulk.write(model, rows())
            done += written
            tell(min(done, total), total, stage)
        n_lists = 0
        for lists, rows_of in tracing.presence(stream("presence"), drawn):
            n_lists += bulk.write(PresenceList, lists)
            done += bulk.write(Presence, rows_of)
            tell(min(done, total), total, stage)
        counts["presence lists"], counts["presence rows"] = n_lists, sizes.presence
    tell(total, total, stage)
    _count_on(made, place, sizes)
    tell(0, 1, "levels")
    rebuild()
    tell(1, 1, "levels")
    return counts | _levels_as_asked(sizes)


def _count_on(
    made: list[tuple[type[models.Model], Callable[[], pl.DataFrame]]], place: Installation, sizes: Sizes
) -> None:
    for number, year in enumerate(sorted({sizes.first_on.year, sizes.as_of.year}), start=1):
        CodeCounter.objects.create(pk=number, year=year, last=sizes.f0)
    bulk.go_on_counting([model for model, _rows in made] + [CodeCounter, PresenceList, Presence])


def _levels_as_asked(sizes: Sizes) -> dict[str, int]:
    """Return how many have each level, by the rule; it must be what was asked for."""
    found = dict(
        Standing.objects.filter(level__isnull=False)
        .values_list("level")
        .annotate(n=models.Count("pk"))
        .order_by("level")
    )
    asked = {level: n for level, n in enumerate((sizes.f0, sizes.f1, sizes.f2)) if n}
    if {level: n for level, n in found.items() if level <= 2} != asked:
        raise SonghanhError(
            Fault(
                "seed.levels",
                f"The rule in force finds the levels {found} where {asked} was asked; nothing was written.",
                "Ask for another day or other numbers.",
            )
        )
    return {f"f{level}": n for level, n in found.items()}


def _streams(number: int) -> Callable[[str], np.random.Generator]:
    """Return a source of luck for each table, so that asking for more samples changes nobody's name."""

    def of(name: str) -> np.random.Generator:
        return np.random.default_rng([number, *name.encode()])

    return of


def _drawn(place: Installation, sizes: Sizes, number: int) -> tracing.Drawn:
    stream = _streams(number)
    places = read_places()
    found = draw_cases(stream("outbreak"), sizes)
    first, until = _windows(found)
    cases = Cases(found.reported, found.onset, found.sampled, found.infector, first, until)
    outbreak: Outbreak = draw(stream("meetings"), sizes, cases, first, until)
    return tracing.Drawn(outbreak, places, people.units_of(stream("homes"), outbreak, places), sizes)


def _windows(cases: Cases) -> tuple[Ints, Ints]:
    """Return the days on which the rules in force hold each case to be infectious."""
    rules = level_rules("vn-2021")
    pairs = [
        infectious_days(
            rules,
            onset=date.fromordinal(onset + EPOCH) if onset >= 0 else None,
            first_positive=date.fromordinal(sampled + EPOCH),
            isolated=date.fromordinal(isolated + EPOCH),
        )
        for onset, sampled, isolated in zip(
            cases.onset.tolist(), cases.sampled.tolist(), cases.infectious_until.tolist(), strict=True
        )
    ]
    first = np.array([first.toordinal() - EPOCH for first, _last in pairs])
    last = np.array([(last or first).toordinal() - EPOCH for first, last in pairs])
    return first, last


def _clusters(rng: np.random.Generator, drawn: tracing.Drawn, n: int) -> pl.DataFrame:
    places: Places = drawn.places
    unit = places.communes[rng.choice(len(places.communes), n, p=places.of_cases)]
    at = bulk.instants(np.full(n, bulk.day(drawn.sizes.first_on)), np.full(n, 9 * 60))
    return pl.DataFrame(
        {
            "id": np.arange(1, n + 1),
            "uuid": people.uuids(rng, n),
            "version": np.ones(n, np.int64),
            "created_at": at,
            "updated_at": at,
            "name": [f"Ổ dịch số {k}" for k in range(1, n + 1)],
            "unit_id": unit,
            "site_id": people.known(people.pick(rng, places.sites, n), rng.random(n) < 0.5),
            "began_on": bulk.days(np.full(n, bulk.day(drawn.sizes.first_on))),
        }
    )
