"""Distancing, closures and site modes: each measure fires and changes the outcome."""

from __future__ import annotations

import numpy as np
from scenarios import PROVINCE, firm_imports, only, run, site_mode, total, usual_effort

from songhanh.core.modes import SiteMode
from songhanh.epidemic import EpidemicControls, Layer
from songhanh.epidemic import layout as at


def test_a_closed_site_has_no_transmission_at_work() -> None:
    values = only("plant", reproduction_number=3.0)
    closed = run(site_mode(SiteMode.CLOSED), values, imports=firm_imports())
    assert closed.infections_layer[:10, Layer.PLANT].sum() > 0
    assert closed.infections_layer[10:, Layer.PLANT].sum() == 0
    assert run(None, values, imports=firm_imports()).infections_layer[10:, Layer.PLANT].sum() > 50


def test_idle_lodgers_amplify_their_boarding_houses() -> None:
    def boarding(factor: float) -> int:
        values = only("boarding", reproduction_number=1.2, idle_boarding_factor=factor)
        return total(site_mode(SiteMode.CLOSED), values)

    assert boarding(2.5) > 1.3 * boarding(1.0)


def test_on_site_keeps_workers_from_their_commune_but_not_from_each_other() -> None:
    community = only("community", reproduction_number=3.0)
    at_sites = PROVINCE.work_cell // PROVINCE.n_sectors < PROVINCE.n_sites
    at_sites &= PROVINCE.work_cell >= 0
    apart = run(site_mode(SiteMode.ON_SITE), community, with_tree=True).tree
    free = run(None, community, with_tree=True).tree
    assert apart is not None
    assert free is not None
    assert not at_sites[apart.person[apart.day >= 10]].any()
    assert at_sites[free.person[free.day >= 10]].any()
    dormitory = only("boarding", reproduction_number=3.0)
    lodged = run(site_mode(SiteMode.ON_SITE), dormitory, with_tree=True)
    assert lodged.tree is not None
    later = lodged.tree.person[lodged.tree.day > 12]
    firms = PROVINCE.place[lodged.tree.person[lodged.tree.source[lodged.tree.day > 12]]]
    assert len(later) > 20
    assert (PROVINCE.place[later] == firms).all()  # in the dormitory of the own firm


def test_a_site_admits_only_its_share() -> None:
    plant = only("plant", reproduction_number=3.0)
    half = run(site_mode(SiteMode.STAGGERED, 0.5), plant, imports=firm_imports())
    full = run(site_mode(SiteMode.STAGGERED, 1.0), plant, imports=firm_imports())
    assert 0 < half.infections[10:].sum() < 0.5 * full.infections[10:].sum()


def test_distancing_scales_the_community() -> None:
    def distanced(day: int, controls: EpidemicControls) -> None:
        controls.community[:] = 0.4

    values = only("community", reproduction_number=2.0)
    assert total(distanced, values) < 0.2 * total(None, values)


def test_closed_schools_stop_class_and_school() -> None:
    def closed(day: int, controls: EpidemicControls) -> None:
        controls.school[:] = 0.0

    result = run(closed)
    assert result.infections_layer[:, (Layer.CLASS, Layer.SCHOOL)].sum() == 0
    assert run().infections_layer[:, (Layer.CLASS, Layer.SCHOOL)].sum() > 100


def test_movement_and_locks_keep_the_infection_in_its_commune() -> None:
    def still(day: int, controls: EpidemicControls) -> None:
        controls.movement[:] = 0.0

    def locked(day: int, controls: EpidemicControls) -> None:
        controls.locked[:] = True

    values = only("community", reproduction_number=2.0, share_out=0.3)
    home = int(np.searchsorted(PROVINCE.commune_start, PROVINCE.place_members[0], side="right")) - 1
    imports = np.array([[PROVINCE.place_members[0], 0]] * 1, np.int64)
    for seed in range(20):
        free = run(None, values, seed, imports)
        if free.infections.sum() > 100:
            break
    elsewhere = np.arange(PROVINCE.n_communes) != home
    assert free.infections[:, elsewhere].sum() > 0
    for change in (still, locked):
        assert run(change, values, seed, imports).infections[:, elsewhere].sum() == 0
    assert run(locked).infections_layer[:, (Layer.LINE, Layer.PLANT, Layer.CLASS, Layer.SCHOOL)].sum() == 0


def test_firms_close_by_cases_and_reopen() -> None:
    def close(day: int, controls: EpidemicControls) -> None:
        usual_effort(controls)
        controls.trace_capacity[0] = 0
        controls.firm_close_cases[:2] = 2
        controls.firm_close_days[:2] = 7 if day < 50 else 0
        if day >= 50:
            controls.firm_close_cases[:] = 0

    def never(day: int, controls: EpidemicControls) -> None:
        close(day, controls)
        controls.firm_close_cases[:] = 0

    plant = only("plant", reproduction_number=2.0)
    closed = run(close, plant)
    assert closed.absent[:, :, at.AWAY_FIRM].max() > 0
    assert closed.absent[:, :, at.AWAY_FIRM][51:].sum() == 0
    assert run(never, plant).absent[:, :, at.AWAY_FIRM].sum() == 0
    assert total(close, plant) < 0.8 * total(never, plant)
