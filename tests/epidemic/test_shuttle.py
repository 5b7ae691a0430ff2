"""Buses to the sites: only commuters ride, and only on days when they go to work."""

from __future__ import annotations

import numpy as np
import pytest
from scenarios import (
    COMMUNE,
    PACKED,
    PROVINCE,
    firm_imports,
    imports_of,
    only,
    run,
    site_mode,
    sources,
    tree_of,
)

from songhanh.core.modes import SiteMode
from songhanh.epidemic import EpidemicControls, Layer
from songhanh.province.population import FIRM_AT_SITE

VALUES = only("shuttle", reproduction_number=3.0)
RIDES = PROVINCE.place >= 0
RIDES &= PROVINCE.place_kind[PROVINCE.place] == FIRM_AT_SITE
RIDES &= PROVINCE.place_commune[PROVINCE.place] != COMMUNE
BUS = np.full(PROVINCE.n_people, -1)
BUS[PROVINCE.place_members] = PACKED.bus_of
EVERYBODY = imports_of(np.flatnonzero(PROVINCE.place >= 0)[::20])  # at work or at school


def test_commuters_to_sites_of_other_communes_ride_and_nobody_else() -> None:
    np.testing.assert_array_equal(BUS >= 0, RIDES)
    assert sorted(PACKED.riders) == np.flatnonzero(RIDES).tolist()


def test_a_bus_goes_from_one_commune_to_one_site_and_has_so_many_seats() -> None:
    sizes = np.diff(PACKED.bus_start)
    assert 1 <= sizes.min() <= sizes.max() == 40
    for bus, riders in enumerate(np.split(PACKED.riders, PACKED.bus_start[1:-1])):
        assert (BUS[riders] == bus).all()
        assert len(set(COMMUNE[riders])) == len(set(PROVINCE.place_site[PROVINCE.place[riders]])) == 1
    full = sizes == 40
    assert full.sum() > 0.7 * len(sizes)  # buses are filled before another one goes


def test_riders_infect_riders_of_their_own_bus() -> None:
    tree = tree_of(None, VALUES, imports=EVERYBODY)
    rows, source = sources(tree)
    assert len(rows) > 200
    assert (tree.layer[rows] == Layer.SHUTTLE).all()
    assert RIDES[tree.person[rows]].all()
    assert (BUS[tree.person[rows]] == BUS[tree.person[source]]).all()
    assert not RIDES[EVERYBODY[:, 0]].all()  # others were infected, and infected nobody


@pytest.mark.parametrize("mode", [SiteMode.CLOSED, SiteMode.ON_SITE, SiteMode.TWO_POINTS])
def test_buses_stop_when_sites_close_or_lodge_their_workers(mode: SiteMode) -> None:
    result = run(site_mode(mode), VALUES, imports=firm_imports())
    assert result.infections_layer[:10, Layer.SHUTTLE].sum() > 20
    assert result.infections_layer[10:, Layer.SHUTTLE].sum() == 0
    usual = run(site_mode(SiteMode.NORMAL), VALUES, imports=firm_imports())
    assert usual.infections_layer[10:, Layer.SHUTTLE].sum() > 50


def test_distance_at_the_site_holds_on_the_bus() -> None:
    def apart(day: int, controls: EpidemicControls) -> None:
        controls.site_contact[:] = 0.0

    assert run(apart, VALUES, imports=firm_imports()).infections_layer[:, Layer.SHUTTLE].sum() == 0


def test_those_who_are_not_admitted_do_not_ride() -> None:
    half = run(site_mode(SiteMode.STAGGERED, 0.5), VALUES, imports=firm_imports())
    full = run(site_mode(SiteMode.STAGGERED, 1.0), VALUES, imports=firm_imports())
    assert 0 < half.infections[10:].sum() < 0.5 * full.infections[10:].sum()
