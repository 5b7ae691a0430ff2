"""Variants: each row of the table acts, and who is infected by one passes it on."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
import worlds
from numpy.typing import NDArray
from scenarios import imports_of, only, run, sources, tree_of
from test_vaccination import ONE_DOSE, doses, risk_ratio

from songhanh.epidemic import Engine, EpidemicParameters, variants
from songhanh.epidemic import layout as at

PEOPLE = worlds.aged(40_000)
N = PEOPLE.n_people
ENGINE = Engine(PEOPLE, 110, capacity=60_000)
DELTA, OTHER = 0, 1


def with_variant(values: dict[str, float], **ratios: float) -> EpidemicParameters:
    """Return parameters under which the second variant is the first one but for some ratios."""
    parameters = EpidemicParameters.from_values(values)
    table = parameters.variants.copy()
    table[OTHER] = table[DELTA]
    for name, value in ratios.items():
        table[OTHER, getattr(at, f"V_{name.upper()}")] = value
    table.flags.writeable = False  # as from the table: else kernels are compiled anew
    return dataclasses.replace(parameters, variants=table)


def some(day: int = 0, variant: int = DELTA, k: int = 400) -> NDArray[np.int64]:
    """Return infections from outside, spread over the people."""
    return imports_of(np.arange(k) * (N // k), day, variant)


def test_the_table_has_the_reference_first_and_a_source_for_each() -> None:
    rows = variants()
    assert rows[0].id == "delta" and rows[0].ratios == (1, 1, 1, 1, 0, 0)
    assert {row.id for row in rows} >= {"alpha", "original", "omicron-ba1"}
    assert all(row.source and row.name.vi and row.name.en for row in rows)
    np.testing.assert_array_equal(EpidemicParameters.from_values().variants, [row.ratios for row in rows])


def test_the_third_column_of_imports_is_the_variant_and_children_inherit_it() -> None:
    imports = np.concatenate([some(variant=v, k=100 + v) for v in range(len(variants()))])
    imports = imports[np.unique(imports[:, 0], return_index=True)[1]]
    result = run(
        None, only("community", reproduction_number=2.0), imports=imports, engine=ENGINE, with_tree=True
    )
    tree = result.tree
    assert tree is not None
    given = {who: v for who, _, v in imports.tolist()}
    first = tree.source < 0
    assert tree.variant[first].tolist() == [given[who] for who in tree.person[first].tolist()]
    rows, source = sources(tree)
    np.testing.assert_array_equal(tree.variant[rows], tree.variant[source])
    assert (result.infections_variant.sum(axis=0) > 0).all()


def test_two_columns_of_imports_are_the_reference() -> None:
    values = only("community", reproduction_number=2.0)
    two, three = (run(None, values, imports=i, engine=ENGINE) for i in (some()[:, :2], some()))
    np.testing.assert_array_equal(two.infections, three.infections)


def test_twice_the_transmissibility_is_twice_the_reproduction_number() -> None:
    """Bit for bit: growth follows, at whatever rate Euler and Lotka say."""
    values = only("community", reproduction_number=1.5)
    fast = run(None, with_variant(values, transmissibility=2.0), imports=some(variant=OTHER), engine=ENGINE)
    double = run(None, {**values, "reproduction_number": 3.0}, imports=some(), engine=ENGINE)
    slow = run(None, values, imports=some(), engine=ENGINE)
    np.testing.assert_array_equal(fast.infections, double.infections)
    assert fast.infections[:25].sum() > 3 * slow.infections[:25].sum()


def test_a_variant_that_spreads_better_takes_over() -> None:
    values = with_variant(only("community", reproduction_number=1.5), transmissibility=2.0)
    imports = np.concatenate([some(), some(k=41, variant=OTHER)])
    imports = imports[np.unique(imports[:, 0], return_index=True)[1]]
    share = run(None, values, imports=imports, engine=ENGINE).infections_variant
    early, late = share[:1, :2].sum(axis=0), share[40:60, :2].sum(axis=0)
    assert early[OTHER] < 0.15 * early[DELTA]
    assert late[OTHER] > 2 * late[DELTA]


@pytest.mark.parametrize(("name", "column"), [("latent", "infectious_on"), ("incubation", "onset")])
def test_latency_and_incubation_are_longer_by_their_ratio(name: str, column: str) -> None:
    values = with_variant(only("community", reproduction_number=0.0), **{name: 2.0})

    def mean(variant: int) -> float:
        run(None, values, imports=some(k=8000, variant=variant), engine=ENGINE, days=2)
        return float(ENGINE._records[:, getattr(at, column.upper())].mean())

    assert mean(OTHER) == pytest.approx(2 * mean(DELTA), rel=0.02)


def test_severity_is_multiplied_by_its_ratio() -> None:
    values = with_variant({"reproduction_number": 0.0}, severity=0.25)
    outcome = [
        tree_of(None, values, imports=some(k=20_000, variant=v), engine=ENGINE, days=2).outcome
        for v in (DELTA, OTHER)
    ]
    assert (outcome[OTHER] <= outcome[DELTA]).all()
    severe = (outcome[DELTA] > 0).sum()
    assert severe > 400
    assert (outcome[OTHER] > 0).sum() == pytest.approx(severe / 4, abs=4 * np.sqrt(severe * 3 / 16))


@pytest.mark.parametrize(("escape", "protected"), [(0.0, 0.8), (0.5, 0.4), (1.0, 0.0)])
def test_a_variant_escapes_a_share_of_the_protection_by_vaccines(escape: float, protected: float) -> None:
    values = only("community", reproduction_number=2.5, **ONE_DOSE, vaccine_1_infection=0.8)
    parameters = with_variant(values, vaccine_escape=escape)
    imports = some(day=30, variant=OTHER)
    tree = tree_of(doses(0.5, 8), parameters, imports=imports, days=44, engine=ENGINE)
    ratio, error = risk_ratio(tree, 0.5, 31)
    assert ratio == pytest.approx(1 - protected, abs=4 * error)


def test_a_variant_escapes_the_protection_against_severe_disease_too() -> None:
    values = {"reproduction_number": 0.0, "severity_ratio": 3.0, **ONE_DOSE, "vaccine_1_severe": 0.95}
    severe = [
        (tree_of(doses(1.0, 1), with_variant(values, vaccine_escape=escape), days=35,
                 imports=some(day=30, k=20_000, variant=OTHER), engine=ENGINE).outcome > 0).sum()
        for escape in (0.0, 1.0)
    ]  # fmt: skip
    assert severe[0] < 0.25 * severe[1]
