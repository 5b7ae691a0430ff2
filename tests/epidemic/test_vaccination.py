"""Vaccination: who is covered, what protection a day after the dose gives, and how it wanes."""

from __future__ import annotations

import numpy as np
import pytest
import worlds
from scenarios import ENGINE as IN_PROVINCE
from scenarios import PROVINCE, Change, imports_of, only, run, sources, tree_of

from songhanh.epidemic import Engine, EpidemicControls, EpidemicParameters, Tree
from songhanh.epidemic import layout as at

PEOPLE = worlds.aged(40_000)
N = PEOPLE.n_people
GROUP = np.minimum(PEOPLE.age // 10, 8)
ENGINE = Engine(PEOPLE, 110, capacity=60_000)
NEVER_WANES = {"vaccine_infection_half_life_days": 1e9, "vaccine_severe_half_life_days": 1e9}
ONE_DOSE = {**NEVER_WANES, "vaccine_interval_days": 2000.0, "vaccine_infectiousness": 1.0}
NOBODY = np.zeros((0, 2), np.int64)


def doses(share: float, *days: int) -> Change:
    """Return levers that vaccinate a share of everybody on some days."""

    def change(day: int, controls: EpidemicControls) -> None:
        if day in days:
            controls.vaccination[:] = share

    return change


def risk_ratio(tree: Tree, coverage: float, first: int) -> tuple[float, float]:
    """Return the risk of the vaccinated against the others, with its standard error, before many are infected."""
    rows, _ = sources(tree)
    rows = rows[(tree.day[rows] >= first) & (np.cumsum(np.ones(len(rows))) < 0.05 * N)]
    share = tree.vaccinated[rows].mean()
    ratio = share / (1 - share) * (1 - coverage) / coverage
    return float(ratio), float(ratio / np.sqrt(len(rows) * share * (1 - share)))


# --- who is covered -----------------------------------------------------------------------------------------------


def test_doses_follow_the_lever_until_everybody_has_one() -> None:
    result = run(doses(0.15, *range(5, 15)), imports=NOBODY, engine=ENGINE)
    expected = np.zeros(ENGINE.days)
    expected[5:11] = 0.15 * N
    expected[11] = 0.1 * N
    np.testing.assert_allclose(result.doses, expected, atol=5)
    assert result.doses.sum() == pytest.approx(N, abs=5)
    assert run(imports=NOBODY, engine=ENGINE).doses.sum() == 0


def test_the_vaccinated_are_the_covered_share_of_each_age_group() -> None:
    def old(day: int, controls: EpidemicControls) -> None:
        controls.vaccination[:, 6:] = 0.05 if day < 8 else 0.0

    imports = imports_of(np.arange(0, N, 4), day=20)
    tree = tree_of(old, {"reproduction_number": 0.0}, imports=imports, engine=ENGINE)
    group = GROUP[tree.person]
    assert tree.vaccinated[group < 6].sum() == 0
    covered = tree.vaccinated[group >= 6]
    assert covered.mean() == pytest.approx(0.4, abs=4 * np.sqrt(0.24 / len(covered)))


def test_a_larger_coverage_contains_the_smaller_one() -> None:
    imports, silent = imports_of(np.arange(0, N, 4), day=20), {"reproduction_number": 0.0}
    few, many = (tree_of(doses(s, 1), silent, imports=imports, engine=ENGINE).vaccinated for s in (0.3, 0.6))
    assert (many >= few).all()
    assert 0 < few.sum() < many.sum() < len(many)


def test_sites_vaccinate_their_workers() -> None:
    def at_site(day: int, controls: EpidemicControls) -> None:
        controls.site_vaccination[0] = 1.0 if day == 3 else 0.0

    imports = imports_of(np.arange(0, PROVINCE.n_people, 3), day=10)
    result = run(at_site, {"reproduction_number": 0.0}, imports=imports, with_tree=True)
    tree, cell = result.tree, PROVINCE.work_cell
    assert tree is not None
    works_there = (cell >= 0) & (cell // PROVINCE.n_sectors == 0)
    np.testing.assert_array_equal(tree.vaccinated, works_there[tree.person])
    assert result.doses[3] == result.doses.sum() == works_there.sum()


def test_breakthroughs_are_the_infections_of_the_vaccinated() -> None:
    result = run(doses(0.5, 1), {"reproduction_number": 2.5}, with_tree=True)
    assert result.tree is not None
    assert result.n_breakthrough == result.tree.vaccinated.sum() > 100
    assert run(None, {"reproduction_number": 2.5}).n_breakthrough == 0


def test_nobody_is_vaccinated_in_the_next_run() -> None:
    run(doses(0.5, 1), {"reproduction_number": 2.0})
    after = run(None, {"reproduction_number": 2.0})
    assert after.n_breakthrough == after.doses.sum() == IN_PROVINCE._counters[at.N_CAMPAIGNS] == 0


def test_doses_end_when_all_of_a_group_had_one() -> None:
    people = PROVINCE.n_people

    def daily(day: int, controls: EpidemicControls) -> None:
        controls.vaccination[:] = (0.3, 0.0, 0.05)[0 if day < 2 else 1 if day < 5 else 2]

    given = run(daily, {"reproduction_number": 0.0}, days=20).doses
    expected = [0.3, 0.3, 0.0, 0.0, 0.0, *[0.05] * 8] + [0.0] * 7
    np.testing.assert_allclose(given[:20], np.multiply(expected, people), atol=1.0)


# --- the table of protection --------------------------------------------------------------------------------------


def test_protection_begins_after_the_delay_rises_with_the_second_dose_and_halves_after_its_half_life() -> (
    None
):
    parameters = EpidemicParameters.from_values({
        "vaccine_delay_days": 10, "vaccine_interval_days": 30, "vaccine_infection_half_life_days": 100,
        "vaccine_1_infection": 0.4, "vaccine_2_infection": 0.8, "vaccine_1_severe": 0.7, "vaccine_2_severe": 0.9,
        "vaccine_severe_half_life_days": 200,
    })  # fmt: skip
    infection, severe = parameters.protection[at.V_INFECTION], parameters.protection[at.V_SEVERE]
    assert infection.shape == (at.IMMUNE_DAYS,)
    assert (infection[:10] == 0).all() and (severe[:10] == 0).all()
    assert infection[[10, 40, 140, 240]] == pytest.approx([0.4, 0.8, 0.4, 0.2])
    assert infection[39] == pytest.approx(0.4 * 0.5 ** (29 / 100))
    overall = 1 - (1 - infection) * (1 - severe)
    assert overall[[10, 40, 240]] == pytest.approx([0.7, 0.9, 0.45])
    assert (np.diff(infection[40:]) < 0).all()
    assert ((parameters.protection >= 0) & (parameters.protection <= 1)).all()


def test_protection_against_severe_disease_is_never_below_that_against_infection() -> None:
    values = {"vaccine_1_infection": 0.9, "vaccine_1_severe": 0.2, "vaccine_severe_half_life_days": 5.0}
    infection, severe, _ = EpidemicParameters.from_values(values).protection
    assert (severe >= 0).all()
    assert (1 - (1 - infection) * (1 - severe) >= infection - 1e-12).all()


# --- what protection does -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("dosed_on", "protected"), [(30, 0.0), (8, 0.6)], ids=["within the delay", "after the delay"]
)
def test_protection_against_infection_by_day(dosed_on: int, protected: float) -> None:
    """Imports on day 30 infect from day 32 on: 14 days after a dose on day 30 nobody is protected yet."""
    values = only("community", reproduction_number=2.5, **ONE_DOSE, vaccine_1_infection=0.6)
    imports = imports_of(np.arange(0, N, 100), day=30)
    tree = tree_of(doses(0.5, dosed_on), values, imports=imports, days=44, engine=ENGINE)
    ratio, error = risk_ratio(tree, 0.5, 31)
    assert error < 0.08
    assert ratio == pytest.approx(1 - protected, abs=4 * error)


def test_a_second_dose_protects_more() -> None:
    values = only("community", reproduction_number=2.5, vaccine_1_infection=0.1, vaccine_2_infection=0.8,
                  **NEVER_WANES, vaccine_interval_days=21.0)  # fmt: skip
    imports = imports_of(np.arange(0, N, 100), day=40)
    ratios = [risk_ratio(tree_of(doses(0.5, day), values, imports=imports, days=54, engine=ENGINE), 0.5, 41)
              for day in (25, 1)]  # fmt: skip
    for (ratio, error), protected in zip(ratios, (0.1, 0.8), strict=True):
        assert ratio == pytest.approx(1 - protected, abs=4 * error)


def test_protection_wanes_in_the_engine() -> None:
    values = only("community", reproduction_number=2.5, **{**ONE_DOSE, "vaccine_infection_half_life_days": 20.0},
                  vaccine_1_infection=0.8, vaccine_1_severe=0.8)  # fmt: skip
    imports = imports_of(np.arange(0, N, 100), day=75)
    tree = tree_of(doses(0.5, 16), values, imports=imports, days=88, engine=ENGINE)
    ratio, error = risk_ratio(tree, 0.5, 76)
    since = np.bincount(tree.day[tree.source >= 0] - 16)
    expected = 0.8 * (since * 0.5 ** ((np.arange(len(since)) - 14) / 20)).sum() / since.sum()
    assert 0.1 < expected < 0.3
    assert ratio == pytest.approx(1 - expected, abs=4 * error)


def test_the_vaccinated_who_are_infected_are_less_often_severely_ill() -> None:
    values = {
        "reproduction_number": 0.0,
        "severity_ratio": 3.0,
        **ONE_DOSE,
        "vaccine_1_infection": 0.5,
        "vaccine_1_severe": 0.9,
    }
    imports = imports_of(np.arange(0, N, 4), day=30)
    plain, dosed = (
        tree_of(change, values, imports=imports, engine=ENGINE).outcome for change in (None, doses(1.0, 1))
    )
    assert (dosed <= plain).all()  # the same luck
    severe = (plain > 0).sum()
    left = 0.1 / 0.5  # 1 - 0.9 overall, of those 0.5 who are infected
    assert (dosed > 0).sum() == pytest.approx(left * severe, abs=4 * np.sqrt(left * (1 - left) * severe))
    assert (dosed == 3).sum() < 0.5 * (plain == 3).sum()


def test_the_vaccinated_who_are_infected_infect_fewer() -> None:
    values = only("community", reproduction_number=1.0, vaccine_infectiousness=0.4, vaccine_1_infection=0.0,
                  vaccine_2_infection=0.0)  # fmt: skip
    imports = imports_of(np.arange(0, N, 40), day=1)
    children = np.zeros((2, 2))
    for seed in range(6):
        tree = tree_of(doses(0.5, 0), values, seed, imports, days=30, engine=ENGINE)
        source = sources(tree)[1]
        for vaccinated in (0, 1):
            first = (tree.source == -1) & (tree.vaccinated == vaccinated)
            children[vaccinated] += first[source].sum(), first.sum()
    means = children[:, 0] / children[:, 1]
    assert means[0] == pytest.approx(1.0, abs=4 * np.sqrt(3.3 / children[0, 1]))
    assert means[1] == pytest.approx(0.4, abs=4 * np.sqrt(0.8 / children[1, 1]))
