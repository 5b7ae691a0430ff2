"""The kernels equal, bit for bit, the slow engine in plain Python (`plain`), whatever measures act."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, fields
from functools import lru_cache

import numpy as np
import pytest
import worlds
from numpy.typing import NDArray
from plain import closing, immunity, meeting, opening, presence, testing, tracing
from plain.engine import PlainEngine
from plain.numbers import numbers_of
from plain.run import Run
from plain.world import Person, world_of

from songhanh.core.modes import SiteMode
from songhanh.epidemic import Engine, EpidemicControls, EpidemicParameters, Found, Layer, no_controls
from songhanh.province.population import Population
from songhanh.response.contact import Action

DAYS = 60
BLOCK = 6  # days for which a random set of levers stays
Change = Callable[[int, EpidemicControls], None]


@dataclass(frozen=True)
class Case:
    """A small world, its parameters, its levers, and who brings the infection in."""

    population: Callable[[], Population]
    change: Change
    values: dict[str, float] = field(default_factory=dict)
    seed: int = 1
    n_imports: int = 8
    variants: tuple[int, ...] = (0,)
    reseed_on: int = -1
    days: int = DAYS

    def imports(self) -> NDArray[np.int64]:
        """Return infections from outside, spread over the first half of the run, not in order."""
        r, n_people = np.random.default_rng(self.seed), self.population().n_people
        day = r.integers(0, self.days // 2, self.n_imports)
        day[: self.n_imports // 2] = 0
        return np.stack(
            [r.integers(0, n_people, self.n_imports), day, r.choice(self.variants, self.n_imports)], axis=1
        )


@lru_cache(maxsize=1)
def parks() -> Population:
    """Return a province of three communes with two hamlets each or more, and two sites."""
    return worlds.province(2400, n_communes=3, n_sites=2, share_site=0.25)


@lru_cache(maxsize=1)
def alone() -> Population:
    return worlds.homogeneous(1500, n_communes=3)


@lru_cache(maxsize=1)
def pairs() -> Population:
    return worlds.couples(800)


def free(day: int, controls: EpidemicControls) -> None:
    """Leave everything as it is."""


def at_random(seed: int) -> Change:
    """Return levers that are drawn anew every few days, each of them off part of the time."""

    def change(day: int, controls: EpidemicControls) -> None:
        r = np.random.default_rng([seed, day // BLOCK])
        pick = lambda *values: r.choice(values)  # noqa: E731
        for name, low in (
            ("community", 0.3),
            ("movement", 0.2),
            ("boarding", 0.5),
            ("sealed_community", 0.0),
            ("work", 0.4),
            ("site_contact", 0.4),
            ("site_share", 0.3),
        ):
            lever = getattr(controls, name)
            lever[:] = np.where(r.random(len(lever)) < 0.5, 1.0, r.uniform(low, 1.0, len(lever)))
        controls.school[:] = r.choice([0.0, 0.5, 1.0], len(controls.school))
        controls.locked[:] = r.random(len(controls.locked)) < 0.15
        controls.hamlet_seal_cases[:] = pick(0, 1, 2, 2)
        controls.hamlet_seal_days[:] = pick(0, 4, 7)
        controls.firm_close_cases[:] = pick(0, 1, 2, 3)
        controls.firm_close_days[:] = pick(0, 4, 8)
        controls.site_mode[:] = r.choice(list(SiteMode), len(controls.site_mode))
        controls.detection[:] = pick(0.2, 0.6, 0.9)
        controls.lab_capacity = int(pick(3, 40, 300, 5000))
        controls.pool_size = int(pick(1, 5, 10))
        controls.release_negatives = int(pick(0, 1, 2))
        controls.release_retest_days = int(pick(1, 3))
        controls.quarantine_places = int(pick(5, 60, 1000))
        trace(r, controls)
        if day % 3 == 0:
            controls.sampling[:] = r.choice([0.0, 0.2, 0.5], len(controls.sampling))
            controls.site_sampling[:] = r.choice([0.0, 0.4], len(controls.site_sampling))
        controls.vaccination[:] = r.choice([0.0, 0.0, 0.013, 0.047], controls.vaccination.shape)
        controls.site_vaccination[:] = r.choice([0.0, 0.031], len(controls.site_vaccination))
        controls.lodgers_away[:] = pick(0.0, 0.0, 0.3, 0.6)

    return change


def trace(r: np.random.Generator, controls: EpidemicControls) -> None:
    """Draw how contacts are traced, and what is done with them."""
    controls.trace[:] = r.choice([0.0, 0.3, 0.7, 1.0], len(Layer))
    controls.trace_share[:] = (1.0, *r.uniform(0.1, 1.0, 3))
    controls.trace_capacity[:] = r.choice([0, 3, 10, 40], 4, p=[0.1, 0.3, 0.3, 0.3])
    controls.contact_action[1] = r.choice([Action.CENTRAL, Action.CENTRAL, Action.HOME])
    controls.contact_action[2] = r.choice([Action.HOME, Action.HOME, Action.MONITOR, Action.CENTRAL])
    controls.contact_action[3:] = r.choice([Action.HOME, Action.MONITOR, Action.NOTHING], 2)
    controls.contact_days[1:] = r.choice([7, 14, 21], 4)
    controls.test_days[:] = r.choice([0, 1, 3, 7, 14], 4)


MANY = {
    "reproduction_number": 6.0,
    "natural_from_days": 30.0,
    "natural_infection": 0.3,
    "isolation_days": 10.0,
    "severity_ratio": 6.0,
    "vaccine_delay_days": 3.0,
    "vaccine_interval_days": 10.0,
}


def random_case(seed: int) -> Case:
    """Return a case in the province with parks, with three variants and another seed from some day on."""
    return Case(parks, at_random(seed), MANY, seed, n_imports=20, variants=(0, 1, 3), reseed_on=20 + seed)


CASES = {
    "no measures": Case(parks, free, {"reproduction_number": 4.0}),
    "alone": Case(alone, at_random(11), MANY, seed=11, days=80),
    "pairs": Case(pairs, at_random(12), MANY, seed=12, variants=(0, 3), n_imports=30),
    # Infections of one person overlap: whose stay, whose sample, whose contacts.
    "again and again": Case(
        parks,
        at_random(4),
        {**MANY, "natural_from_days": 6.0, "natural_infection": 0.1},
        seed=4,
        n_imports=20,
    ),
    **{f"random {k}": random_case(k) for k in (1, 2, 3, 4, 5, 7, 22)},
}


@lru_cache(maxsize=4)
def engine_of(population: Callable[[], Population], days: int) -> Engine:
    return Engine(population(), days, capacity=10_000)


def live(case: Case, engine: Engine | PlainEngine) -> None:
    """Live all days of a case in an engine that has been started."""
    for day in range(case.days):
        if day == case.reseed_on:
            engine.reseed(np.uint64(case.seed + 1000))
        engine.step(day, levers(case, day))


def fast(case: Case) -> Engine:
    engine = engine_of(case.population, case.days)
    engine.start(EpidemicParameters.from_values(case.values), case.imports(), np.uint64(case.seed))
    live(case, engine)
    return engine


def slow(case: Case) -> PlainEngine:
    parameters = EpidemicParameters.from_values(case.values)
    engine = PlainEngine(case.population(), case.days, parameters, case.imports(), case.seed)
    live(case, engine)
    return engine


@lru_cache(maxsize=len(CASES))
def slow_once(name: str) -> PlainEngine:
    return slow(CASES[name])


def levers(case: Case, day: int) -> EpidemicControls:
    population = case.population()
    controls = no_controls(population.n_communes, population.n_sites)
    case.change(day, controls)
    return controls


def differences(one: object, two: object) -> list[str]:
    """Return the fields of two frozen results that are not equal, each with the first place."""
    found = []
    for column in fields(one):  # type: ignore[arg-type]
        a, b = getattr(one, column.name), getattr(two, column.name)
        if column.name == "tree":
            found += [f"tree.{name}" for name in differences(a, b)]
        elif np.shape(a) != np.shape(b):
            found.append(f"{column.name}: {np.shape(a)} is not {np.shape(b)}")
        elif not np.array_equal(a, b):
            at = np.argwhere(np.asarray(a) != np.asarray(b))[0].tolist()
            found.append(f"{column.name} {at}: {np.asarray(a)[*at]} is not {np.asarray(b)[*at]}")
    return found


@pytest.mark.parametrize("name", CASES)
def test_every_array_and_the_tree_are_equal(name: str) -> None:
    kernels, plain = fast(CASES[name]), slow_once(name)
    assert differences(kernels.result(with_tree=True), plain.result()) == []
    assert differences(kernels.confirmed(), plain.confirmed()) == []
    assert kernels.n_fatal == plain.n_fatal


# What must have come to bear in at least one case, as `Run.note` calls it: else equality says nothing about it.
FEATURES = {
    *(f"infection {layer.name}" for layer in Layer if layer is not Layer.IMPORT),
    *(f"import of variant {variant}" for variant in (0, 1, 3)),
    *(f"outcome {outcome}" for outcome in range(4)),
    *(f"site mode {mode}" for mode in SiteMode),
    *(f"away {reason}" for reason in range(5)),
    *(f"found as {found.name}" for found in Found),
    *(f"asked at level {level}" for level in range(4)),
    *(f"contacts of level {level} wait" for level in (1, 2, 3)),
    "begins again at home", "begins again in a place", "breakthrough", "brought to a place", "case released",
    "cases wait for tracers", "commune locked", "contact abroad", "contact in the same rooms",
    "contact of somebody who is away", "counts as a nearer contact now", "died in quarantine", "fell ill elsewhere",
    "firm closed at a site", "firm closed elsewhere", "firm closed for longer than tracers ask", "firm opened in time",
    "found in a ward", "hamlet opened in time", "hamlet sealed by rule", "idle lodger", "infected in quarantine",
    "infection exported", "kept at home", "kept for a positive sample", "kept while severely ill", "lodger kept here",
    "lodger left", "lodger returned", "met nobody outside quarantine", "met somebody immune", "monitored",
    "moved to a place", "no place left", "other sealed off", "place closed for longer than tracers ask",
    "positive at a site", "positive at home", "positive in quarantine", "positive pool", "protected by vaccine",
    "quarantine ended", "reinfection", "rule for firms lifted", "rule for hamlets lifted", "sampling round",
    "screening sample waits", "sealed in", "sealed worker away for another reason too", "symptomatic sampled",
    "traced backward in the community", "traced forward in the community", "urgent sample waits", "worker not admitted",
}  # fmt: skip


def test_every_feature_comes_to_bear_in_some_case() -> None:
    fired: Counter[str] = Counter()
    for name in CASES:
        fired += slow_once(name).run.fired
    assert FEATURES - set(fired) == set()


def _is_away(person: Person) -> bool:
    return person.is_dead or person.is_isolated or person.in_quarantine or person.hamlet.is_sealed


WRONG = {
    "quarantine counts as absence of those who left": (presence, "QUARANTINED", presence.GONE),
    "those in neighbouring rooms are not traced": (tracing, "_in_rooms", lambda inquiry, stay: []),
    "lodgers leave though a result is to come": (
        opening,
        "is_free_to_leave",
        lambda person: not person.is_isolated,
    ),
    "vaccines do not protect": (immunity, "by_vaccine", lambda *_: 0.0),
    "nobody is looked for after 20 days": (testing, "_OVER_DAYS", 20),
    "cases count a day less": (closing, "_USUAL_WINDOW", 13),
    "quarantine rooms do not transmit": (meeting, "_in_rooms", lambda run, person, u: None),
    "everybody is admitted to sites": (tracing, "is_admitted", lambda run, person: True),
}


@pytest.mark.parametrize("rule", WRONG)
def test_a_wrong_rule_is_seen(rule: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The comparison can fail: one rule of the plain engine is changed."""
    owner, name, value = WRONG[rule]
    case = CASES["random 4"]
    right = fast(case).result(with_tree=True)
    monkeypatch.setattr(owner, name, value)
    assert differences(right, slow(case).result())


def test_the_order_of_contacts_is_part_of_the_definition(monkeypatch: pytest.MonkeyPatch) -> None:
    case = CASES["no measures"]
    right = fast(case).result(with_tree=True)
    monkeypatch.setattr(Run, "happening", lambda run, kind: run.calendar.pop((kind, run.day), [])[::-1])
    assert differences(right, slow(case).result())


@pytest.mark.parametrize("population", [parks, alone, pairs])
def test_community_tables_follow_their_formula(population: Callable[[], Population]) -> None:
    """Sums of kernels may differ in the last bit; every draw in the cases above falls on the same side of both."""
    parameters = EpidemicParameters.from_values(MANY)
    numbers = numbers_of(parameters, world_of(population()))
    engine = engine_of(population, DAYS)
    engine.start(parameters, np.zeros((0, 3), np.int64), np.uint64(0))
    for areas, rows, ages in (
        (numbers.hamlet_mixing, engine._numbers.hamlet_rows, engine._numbers.hamlet_ages),
        (numbers.commune_mixing, engine._numbers.commune_rows, engine._numbers.commune_ages),
    ):
        np.testing.assert_allclose([area.contacts for area in areas], rows, rtol=1e-12)
        np.testing.assert_allclose([area.shares for area in areas], ages, rtol=1e-12)
