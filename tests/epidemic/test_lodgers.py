"""Lodgers who are sent home and come back: while they are gone they are nowhere in the province."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from scenarios import (
    COMMUNE,
    ENGINE,
    PROVINCE,
    begin,
    has,
    imports_of,
    lived,
    only,
    run,
    sources,
    usual_effort,
)

from songhanh.epidemic import EpidemicControls
from songhanh.epidemic import layout as at

NOBODY = np.zeros((0, 2), np.int64)
LODGERS = np.flatnonzero(PROVINCE.lodger)
BY_COMMUNE = np.bincount(COMMUNE[LODGERS], minlength=PROVINCE.n_communes)
WILD = {"share_boarding": 0.6, "severity_ratio": 0.0}


def away(share: float, first: int = 10, last: int = 30, tested: bool = False):  # type: ignore[no-untyped-def]
    def change(day: int, controls: EpidemicControls) -> None:
        if tested:
            usual_effort(controls)
            controls.trace_capacity[0] = 1
        controls.lodgers_away[:] = share if first <= day < last else 0.0

    return change


def works_in(who: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Count workers by cell."""
    return np.bincount(PROVINCE.work_cell[who & (PROVINCE.work_cell >= 0)], minlength=PROVINCE.n_cells)


@pytest.mark.parametrize("share", [0.25, 1.0])
def test_the_share_of_each_commune_leaves_and_returns(share: float) -> None:
    begin(imports=NOBODY)
    lived(away(share), ENGINE, 0, 20)
    gone = has(at.GONE)
    assert PROVINCE.lodger[gone].all()
    np.testing.assert_array_equal(
        np.bincount(COMMUNE[gone], minlength=PROVINCE.n_communes), np.floor(share * BY_COMMUNE + 0.5)
    )
    np.testing.assert_array_equal(ENGINE.absences(19).gone, works_in(gone))
    lived(away(share), ENGINE, 20, 32)
    result = ENGINE.result()
    expected = np.where((np.arange(ENGINE.days) >= 10) & (np.arange(ENGINE.days) < 30), gone.sum(), 0)
    np.testing.assert_array_equal(result.gone, expected)
    assert not has(at.GONE).any()
    assert result.absent[30:].sum() == 0 == result.exported.sum()


def test_a_larger_share_adds_to_those_who_left_first() -> None:
    def more(day: int, controls: EpidemicControls) -> None:
        controls.lodgers_away[:] = (0.2, 0.5, 0.3)[day]

    seen = []
    begin(imports=NOBODY)
    lived(more, ENGINE, 0, 3, lambda day: seen.append(has(at.GONE)))
    assert (seen[1] >= seen[0]).all() and (seen[1] >= seen[2]).all() and (seen[2] >= seen[0]).all()
    assert seen[0].sum() < seen[2].sum() < seen[1].sum()


def test_who_is_gone_neither_infects_nor_is_infected() -> None:
    begin(WILD)
    lived(away(0.5, 20, 40), ENGINE, 0, 21)
    gone = has(at.GONE)
    lived(away(0.5, 20, 40), ENGINE, 21, 60)
    tree = ENGINE.result(with_tree=True).tree
    assert tree is not None
    rows, source = sources(tree)
    meanwhile = (tree.day[rows] >= 20) & (tree.day[rows] < 40)
    infected, infector = gone[tree.person[rows]], gone[tree.person[source]]
    assert not (meanwhile & (infected | infector)).any()
    before, after = tree.day[rows] < 20, tree.day[rows] >= 40
    for when in (before, after):
        assert (when & infected).sum() > 10 and (when & infector).sum() > 10
    assert (meanwhile & ~infected & ~infector).sum() > 100


def test_infections_that_leave_undetected_are_counted_as_exported() -> None:
    begin(WILD)
    lived(away(0.5, 20, 40), ENGINE, 0, 21)
    gone = has(at.GONE)
    result = ENGINE.result(with_tree=True)
    tree = result.tree
    assert tree is not None
    left = gone[tree.person] & (tree.day < 20) & (20 - tree.day < at.DETECTABLE_DAYS)
    assert result.exported[20] == left.sum() > 20
    assert result.exported.sum() == result.exported[20]


def test_cases_that_were_found_are_not_exported() -> None:
    """Cases released before the lodgers leave were known: they are not counted."""
    values = {**WILD, "isolation_days": 3.0, "reproduction_number": 0.0}
    begin(values, imports=imports_of(LODGERS[::5]))
    lived(away(1.0, 24, 40, tested=True), ENGINE, 0, 25)
    result = ENGINE.result(with_tree=True)
    tree = result.tree
    assert tree is not None
    gone = has(at.GONE)[tree.person]
    found = tree.found_on >= 0
    assert (gone & found).sum() > 50
    assert result.exported[24] == (gone & ~found).sum() > 0


def test_the_isolated_and_the_quarantined_stay() -> None:
    values = {"share_boarding": 0.6}
    begin(values)
    lived(away(1.0, 30, 60, tested=True), ENGINE, 0, 30)
    word = ENGINE._state.words
    until = ((word & at.UNTIL_MASK) >> at.UNTIL_SHIFT).astype(int)
    quarantined = has(at.QUARANTINED) & (until >= 30) & (PROVINCE.lodger == 1)
    lived(away(1.0, 30, 60, tested=True), ENGINE, 30, 31)
    gone = has(at.GONE)
    assert quarantined.sum() > 50
    assert not gone[quarantined].any()
    assert not (gone & (has(at.ISOLATED) | has(at.DEAD) | has(at.QUARANTINED))).any()
    waiting = ENGINE._records[:, at.PENDING] & (at.URGENT_SAMPLE | at.MASS_SAMPLE) != 0
    free = (PROVINCE.lodger == 1) & ~quarantined & ~has(at.ISOLATED) & ~has(at.DEAD)
    free[ENGINE._records[waiting, at.PERSON]] = False
    assert (gone[free]).mean() > 0.99
    assert ENGINE.result().gone[30] == gone.sum() > 1000


def test_the_severely_ill_stay() -> None:
    """Who lies in a ward does not travel, found or not, and leaves the ward in the end."""
    values = {"reproduction_number": 0.0, "severity_ratio": 100.0}
    begin(values, imports=imports_of(LODGERS[::4]))
    lived(away(1.0, 18, 80), ENGINE, 0, 18)
    stage = ENGINE._records[:, at.STAGE]
    ill = ENGINE._records[(stage == at.IN_WARD) | (stage == at.IN_ICU), at.PERSON]
    assert len(ill) > 100
    lived(away(1.0, 18, 80), ENGINE, 18, ENGINE.days)
    result = ENGINE.result()
    assert result.gone[18] > 100
    assert result.gone[18] <= len(LODGERS) - len(ill)
    assert result.severe[-1] == result.icu[-1] == 0
    assert result.deaths.sum() > 10


def test_nobody_leaves_a_sealed_hamlet() -> None:
    def locked(day: int, controls: EpidemicControls) -> None:
        controls.locked[0] = True
        controls.lodgers_away[:] = 1.0

    begin(imports=NOBODY)
    lived(locked, ENGINE, 0, 2)
    gone = has(at.GONE)
    assert not gone[COMMUNE == 0].any()
    assert gone[LODGERS[COMMUNE[LODGERS] != 0]].all()


def test_who_falls_ill_elsewhere_is_not_in_hospital_here() -> None:
    values = {"reproduction_number": 0.0, "severity_ratio": 100.0}
    imports = imports_of(LODGERS[::4])
    stayed = run(None, values, imports=imports)
    left = run(away(1.0, 1, 80), values, imports=imports)
    assert stayed.severe.max() > 100
    assert left.severe.max() == left.deaths.sum() == 0


def test_the_province_is_safer_without_its_lodgers() -> None:
    values, imports = only("boarding", reproduction_number=2.0), imports_of(LODGERS[::40])
    stayed, left = run(None, values, imports=imports), run(away(1.0, 15, 60), values, imports=imports)
    assert stayed.infections[15:60].sum() > 100
    assert left.infections[15:60].sum() == 0
