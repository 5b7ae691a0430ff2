"""A nation of 97 million made-up people, built straight into the rows that kernels read.

Sizes are round numbers near those of the example: what is measured is how time and memory grow. A process of its
own measures it (``python -m songhanh.console.bench.nation PEOPLE DAYS``), so that its memory is seen alone.
"""

from __future__ import annotations

import json
import resource
import statistics
import sys
import time
from typing import Any

import numpy as np
from numpy.typing import NDArray

from songhanh.console.bench.scenario import Scenario, scenario_of
from songhanh.core.jit import kernel
from songhanh.core.rng import address, uniform
from songhanh.epidemic import Engine
from songhanh.epidemic import layout as at
from songhanh.epidemic.people import Packed, aligned, complete
from songhanh.province.population import FIRM_AT_SITE, OTHER_WORKPLACE, SCHOOL

PEOPLE = 97_000_000
COMMUNE_PEOPLE, HAMLET_PEOPLE, SITES, SECTORS = 9_150, 848, 315, 8
HOST_EVERY, LODGER_SHARE = 10, 0.35  # one commune in ten has lodgers, a third of its people
FIRM, PUPILS, WORKPLACE, LINE, CLASS, TEAM, BUS = 440, 600, 9, 25, 35, 12, 40
HOUSEHOLD_UNTIL = (0.08, 0.25, 0.48, 0.73, 0.88, 0.96, 0.99, 1.0)  # cumulative share of sizes 1 to 8
AGE_UNTIL = (0.17, 0.32, 0.47, 0.63, 0.76, 0.86, 0.94, 0.98, 1.0)  # of ten-year groups
RUNS = 5
CAPACITY = 60_000
Ints = NDArray[np.int32]
_ROLE, _HOME = 1, 2


def nation(n_people: int) -> Packed:
    """Build so many people; the same number gives the same people."""
    communes = max(20, n_people // COMMUNE_PEOPLE)
    start = np.linspace(0, n_people, communes + 1).astype(np.int32)
    hamlets_of = np.maximum(1, np.rint(np.diff(start) / HAMLET_PEOPLE)).astype(np.int64)
    hamlet_start = np.concatenate([[0], np.cumsum(hamlets_of)]).astype(np.int32)
    hamlets = aligned(int(hamlet_start[-1]), at.N_HAMLET_COLUMNS)
    people = aligned(n_people, at.N_PERSON_COLUMNS)
    sizes = np.zeros(64, np.int64)
    until = np.array(HOUSEHOLD_UNTIL), np.array(AGE_UNTIL)
    n_houses = _homes(start, hamlet_start, *until, people, hamlets, sizes)
    sites = min(SITES, communes)
    groups = np.zeros((3, max(sites, communes)), np.int64)  # workers of sites, pupils and others of communes
    _count(people, communes, sites, groups)
    firms, schools, workplaces = (
        int(-(-row // size).sum()) for row, size in zip(groups, (FIRM, PUPILS, WORKPLACE), strict=True)
    )
    n_places = firms, schools, workplaces
    places = aligned(sum(n_places), at.N_PLACE_COLUMNS)
    members = np.zeros(int(groups.sum()), np.int32)
    _places(groups, communes, sites, places)
    bus_of = np.full(len(members), -1, np.int32)
    riders = np.zeros(int(groups[0].sum()), np.int32)
    bus_start = np.zeros(len(riders) + 2, np.int32)
    n_riders, n_buses = _assign(people, communes, sites, places, n_places, members, riders, bus_start, bus_of)
    lodgers = _lodgers(people)
    return complete(
        people=people,
        hamlet_start=hamlet_start,
        sizes=np.array([sites, SECTORS], np.int64),
        places=places,
        hamlets=hamlets,
        members=members,
        boardings=_boardings(people, n_houses),
        commune_start=start,
        riders=riders[:n_riders],
        bus_start=bus_start[: n_buses + 1],
        bus_of=bus_of,
        lodgers=lodgers,
        lodger_start=np.searchsorted(lodgers, start).astype(np.int32),
        household_sizes=sizes,
    )


@kernel
def _homes(
    start: Ints, hamlet_start: Ints, sizes_until: NDArray[np.float64], ages_until: NDArray[np.float64], people: Ints,
    hamlets: Ints, sizes: NDArray[np.int64],
) -> int:  # fmt: skip
    """Fill homes, hamlets, ages; return the number of boarding houses."""
    house = -1
    for c in range(start.shape[0] - 1):
        lo, hi = start[c], start[c + 1]
        hosts = c % HOST_EVERY == 0
        residents = hi - lo - (int((hi - lo) * LODGER_SHARE) if hosts else 0)
        first, number = hamlet_start[c], hamlet_start[c + 1] - hamlet_start[c]
        for h in range(first, first + number):
            hamlets[h, 0] = c
        i, rooms = lo, 0
        while i < hi:
            lodging = i >= lo + residents
            u = uniform(address(np.uint64(0), i, 0, _HOME), 0)
            size = 1
            while u >= sizes_until[size - 1]:
                size += 1
            size = min(size if not lodging else 1 + size % 4, (hi if lodging else lo + residents) - i)
            if lodging and rooms % 12 == 0:
                house += 1
            rooms += 1 if lodging else 0
            part, whole = (i - lo - residents, hi - lo - residents) if lodging else (i - lo, residents)
            hamlet = first + min(number - 1, part * number // max(whole, 1))
            column = 3 if lodging else 1
            if hamlets[hamlet, column + 1] == 0:
                hamlets[hamlet, column] = i
            hamlets[hamlet, column + 1] = i + size
            sizes[size] += 1
            for k in range(i, i + size):
                u = uniform(address(np.uint64(0), k, 0, _HOME), 1)
                age = 0
                while u >= ages_until[age]:
                    age += 1
                if lodging:
                    age = 2 if age % 3 else 3
                people[k, 0], people[k, 1], people[k, 2], people[k, 3] = (
                    i,
                    house if lodging else -1,
                    c,
                    hamlet,
                )
                people[k, 4], people[k, 5], people[k, 6] = -1, -1, -1
                people[k, 7] = age | (16 if lodging else 0) | (size << 8)
            i += size
    return house + 1


@kernel
def _role(i: int, people: Ints) -> int:
    """Return what somebody does by day: 0 works at a site, 1 goes to school, 2 works elsewhere, -1 neither."""
    traits = people[i, 7]
    if traits & 16:
        return 0
    age = traits & 15
    u = uniform(address(np.uint64(0), i, 0, _ROLE), 0)
    if age < 2:
        return 1 if u < (0.5 if age == 0 else 0.8) else -1
    if age > 5 or u > 0.75:
        return -1
    return 0 if u < 0.03 and people[i, 2] % HOST_EVERY < 4 else 2


@kernel
def _count(people: Ints, communes: int, sites: int, groups: NDArray[np.int64]) -> None:
    for i in range(people.shape[0]):
        role = _role(i, people)
        if role >= 0:
            c = people[i, 2]
            groups[role, c * sites // communes if role == 0 else c] += 1


@kernel
def _places(groups: NDArray[np.int64], communes: int, sites: int, places: Ints) -> None:
    """Cut the workers of each site into firms, pupils into schools, others into workplaces."""
    place, rank = 0, 0
    for role in range(3):
        size, unit = (FIRM, LINE) if role == 0 else (PUPILS, CLASS) if role == 1 else (WORKPLACE, TEAM)
        kind = FIRM_AT_SITE if role == 0 else SCHOOL if role == 1 else OTHER_WORKPLACE
        for g in range(sites if role == 0 else communes):
            left = groups[role, g]
            while left > 0:
                people = min(left, size)
                site = g if role == 0 else sites
                places[place, 0], places[place, 1], places[place, 2] = rank, rank + people, site
                places[place, 3], places[place, 4] = unit, kind
                places[place, 5] = (2 * g + 1) * communes // (2 * sites) if role == 0 else g
                places[place, 6] = -1 if role == 1 else site * SECTORS + place % SECTORS
                place += 1
                rank += people
                left -= people


@kernel
def _assign(
    people: Ints, communes: int, sites: int, places: Ints, n_places: tuple[int, int, int], members: Ints, riders: Ints,
    bus_start: Ints, bus_of: Ints,
) -> tuple[int, int]:  # fmt: skip
    """Give everybody with a role the next free seat of their group; commuters to sites a seat on a bus."""
    place = np.array([0, n_places[0], n_places[0] + n_places[1]])
    rank = np.zeros(3, np.int64)
    for role in range(3):
        rank[role] = places[place[role], 0] if place[role] < places.shape[0] else 0
    n_riders, n_buses, commune = 0, 0, -1
    for i in range(people.shape[0]):
        role = _role(i, people)
        if role < 0:
            continue
        while rank[role] >= places[place[role], 1]:
            place[role] += 1
        p = place[role]
        people[i, 4], people[i, 5], people[i, 6] = p, rank[role], places[p, 6]
        members[rank[role]] = i
        if role == 0 and places[p, 5] != people[i, 2]:
            if people[i, 2] != commune or n_riders - bus_start[n_buses - 1] >= BUS:
                commune = people[i, 2]
                bus_start[n_buses] = n_riders
                n_buses += 1
            riders[n_riders] = i
            bus_of[rank[role]] = n_buses - 1
            n_riders += 1
        rank[role] += 1
    bus_start[n_buses] = n_riders
    return n_riders, n_buses


@kernel
def _lodgers(people: Ints) -> Ints:
    """List the lodgers; counted first, so that no array as long as the people is made."""
    number = 0
    for i in range(people.shape[0]):
        number += (people[i, 7] >> 4) & 1
    lodgers = np.empty(number, np.int32)
    number = 0
    for i in range(people.shape[0]):
        if people[i, 7] & 16:
            lodgers[number] = i
            number += 1
    return lodgers


@kernel
def _boardings(people: Ints, n_houses: int) -> Ints:
    houses = np.zeros((n_houses, 2), np.int32)
    for i in range(people.shape[0]):
        h = people[i, 1]
        if h >= 0:
            if houses[h, 1] == 0:
                houses[h, 0] = i
            houses[h, 1] = i + 1
    return houses


def measure(n_people: int, days: int) -> dict[str, Any]:
    """Build a nation and run the committed scenario in it; kernels are compiled on a small one before."""
    small = nation(200_000)
    scenario_of(small, _at_sites(small), 2).run(Engine(small, 2, CAPACITY), seed=1)
    started = time.perf_counter()
    packed = nation(n_people)
    built = time.perf_counter() - started
    committed: Scenario = scenario_of(packed, _at_sites(packed), days)
    engine = Engine(packed, days, CAPACITY)
    committed.run(engine, seed=1)
    spent, infections = [], []
    for seed in range(1, RUNS + 1):
        started = time.perf_counter()
        result = committed.run(engine, seed)
        spent.append(time.perf_counter() - started)
        infections.append(int(result.infections.sum()))
    return {
        "nation_build_s": built,
        "nation_controlled_ms": 1e3 * statistics.median(spent),
        "nation_peak_gb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2,
        "nation_people": n_people,
        "nation_infections_median": statistics.median(infections),
    }


def _at_sites(packed: Packed) -> NDArray[np.int64]:
    """Return some workers of sites: one in a hundred is enough to bring the infection in."""
    few = packed.workers[::100]
    found: NDArray[np.int64] = few[few[:, 1] < packed.n_sites * SECTORS, 0].astype(np.int64)
    return found


if __name__ == "__main__":
    print(json.dumps(measure(int(sys.argv[1]), int(sys.argv[2]))))
