"""Infected again: not before some months, less often and less severely, and counted."""

from __future__ import annotations

import numpy as np
import pytest
import worlds
from scenarios import Change, imports_of, only, run, sources, tree_of, usual_effort
from test_variants import OTHER, with_variant

from songhanh.epidemic import Engine, EpidemicControls, EpidemicParameters
from songhanh.epidemic import layout as at

PEOPLE = worlds.aged(30_000)
N = PEOPLE.n_people
ENGINE = Engine(PEOPLE, 100, capacity=100_000)
LASTS = {"natural_half_life_days": 1e9, "natural_from_days": 20.0}
HALF = np.arange(0, N, 2)


def apart_until(first: int) -> Change:
    """Return levers under which nobody meets anybody before a day."""

    def change(day: int, controls: EpidemicControls) -> None:
        controls.community[:] = 0.0 if day < first else 1.0

    return change


def test_nobody_is_infected_again_too_early_and_many_are_later() -> None:
    values = only("community", reproduction_number=2.5, natural_infection=0.0, natural_from_days=25.0)
    tree = tree_of(None, values, imports=imports_of(HALF[:300]), engine=ENGINE)
    order = np.lexsort((tree.day, tree.person))
    same = tree.person[order][1:] == tree.person[order][:-1]
    gap = np.diff(tree.day[order])[same]
    assert len(gap) > 1000
    assert gap.min() == 25
    again = tree_of(
        None, {**values, "natural_from_days": 101.0}, imports=imports_of(HALF[:300]), engine=ENGINE
    )
    assert again.earlier.max() == 0


def test_the_number_of_earlier_infections_counts_those_of_the_same_person() -> None:
    values = only("community", reproduction_number=2.5, natural_infection=0.0, natural_from_days=15.0)
    result = run(None, values, imports=imports_of(HALF[:300]), engine=ENGINE, days=80, with_tree=True)
    tree = result.tree
    assert tree is not None
    seen: dict[int, int] = {}
    for person, earlier in zip(tree.person.tolist(), tree.earlier.tolist(), strict=True):
        assert earlier == seen.get(person, 0)
        seen[person] = earlier + 1
    assert tree.earlier.max() >= 3
    assert result.n_reinfected == (tree.earlier > 0).sum()


@pytest.mark.parametrize(("escape", "left"), [(0.0, 0.4), (0.5, 0.7), (1.0, 1.0)])
def test_protection_by_an_earlier_infection_and_what_a_variant_escapes(escape: float, left: float) -> None:
    values = only("community", reproduction_number=2.5, natural_infection=0.6, **LASTS)
    parameters = with_variant(values, natural_escape=escape)
    imports = np.concatenate([imports_of(HALF), imports_of(np.arange(1, N, 150), 40, OTHER)])
    tree = tree_of(apart_until(40), parameters, imports=imports, days=54, engine=ENGINE)
    rows, _ = sources(tree)
    rows = rows[: int(0.04 * N)]
    again = (tree.earlier[rows] > 0).mean()
    expected = left / (1 + left)  # half of the people were infected before
    assert len(rows) > 500
    assert again == pytest.approx(expected, abs=4 * np.sqrt(expected * (1 - expected) / len(rows)) + 0.005)


def test_natural_protection_wanes() -> None:
    parameters = EpidemicParameters.from_values({"natural_infection": 0.8, "natural_half_life_days": 100.0})
    natural = parameters.protection[at.V_NATURAL]
    assert natural[[0, 100, 200]] == pytest.approx([0.8, 0.4, 0.2])


def test_a_second_infection_is_less_often_severe() -> None:
    values = {"reproduction_number": 0.0, "severity_ratio": 4.0, "natural_severe": 0.75, **LASTS}
    imports = np.concatenate([imports_of(HALF), imports_of(HALF, day=60)])
    tree = tree_of(None, values, imports=imports, engine=ENGINE)
    first, second = ((tree.outcome[tree.earlier == k] > 0) for k in (0, 1))
    # Those who died of the first one are not infected again.
    assert 0.9 * len(HALF) < len(second) < len(first) == len(HALF)
    assert second.mean() == pytest.approx(
        0.25 * first.mean(), abs=4 * np.sqrt(0.25 * first.mean() / len(second))
    )
    harmless = tree_of(None, {**values, "natural_severe": 1.0}, imports=imports, engine=ENGINE)
    assert (harmless.outcome[harmless.earlier == 1] == 0).all()


def test_imports_reinfect_too_but_not_the_recently_infected() -> None:
    values = {"reproduction_number": 0.0, "severity_ratio": 0.0, **LASTS}
    for day, number in ((19, 300), (20, 600)):
        imports = np.concatenate([imports_of(HALF[:300]), imports_of(HALF[:300], day)])
        assert run(None, values, imports=imports, engine=ENGINE).infections.sum() == number


def test_who_is_infected_again_is_found_and_isolated_again() -> None:
    values = {
        "reproduction_number": 0.0,
        "severity_ratio": 0.0,
        "symptomatic_share": 1.0,
        "isolation_days": 10.0,
        **LASTS,
    }
    imports = np.concatenate([imports_of(HALF[:500]), imports_of(HALF[:500], 50)])
    result = run(lambda day, c: usual_effort(c), values, imports=imports, engine=ENGINE, with_tree=True)
    tree = result.tree
    assert tree is not None
    found = tree.found_on >= 0
    twice = np.bincount(tree.person[found], minlength=N) == 2
    assert twice.sum() > 80
    assert result.reported[40:].sum() > 150
    assert result.hospital[45] == 0 < result.hospital[60:80].max()
    assert np.unique(tree.person).size == 500


def test_the_second_infection_has_luck_of_its_own() -> None:
    values = {"reproduction_number": 0.0, "severity_ratio": 0.0, **LASTS}
    imports = np.concatenate([imports_of(HALF), imports_of(HALF, day=60)])
    run(None, values, imports=imports, engine=ENGINE)
    records = ENGINE._records
    one, two = (records[records[:, at.DAY] == day] for day in (0, 60))
    np.testing.assert_array_equal(one[:, at.PERSON], two[:, at.PERSON])
    assert abs(np.corrcoef(one[:, at.SPREAD], two[:, at.SPREAD])[0, 1]) < 4 / np.sqrt(len(HALF))


def test_nobody_dies_twice_or_is_reported_twice_for_one_infection() -> None:
    """Infected again while the first illness, or the first sample, is still on its way."""

    def tested(day: int, controls: EpidemicControls) -> None:
        usual_effort(controls)
        controls.lab_capacity = 100
        controls.sampling[:] = 0.01

    values = only("community", reproduction_number=2.5, natural_infection=0.0, natural_from_days=8.0)
    values |= {"severity_ratio": 30.0, "isolation_days": 2.0}
    result = run(tested, values, imports=imports_of(HALF[:3000]), engine=ENGINE, days=40, with_tree=True)
    assert result.tree is not None
    assert result.n_reinfected > 500
    assert result.deaths.sum() == ((ENGINE._state.words & at.DEAD) != 0).sum() > 500
    assert result.reported.sum() == (result.tree.found_on >= 0).sum() > 300
