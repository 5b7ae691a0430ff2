"""Each measure fires and changes the outcome."""

from __future__ import annotations

import numpy as np
import pytest
from scenarios import DAYS, ENGINE, PROVINCE, everything, only, run, usual_effort

from songhanh.core.modes import SiteMode
from songhanh.epidemic import EpidemicControls, EpidemicResult, Found, Layer
from songhanh.epidemic import layout as at
from songhanh.province.population import FIRM_AT_SITE

FOUR_SEEDS = range(4)


def total(change: object, values: dict[str, float] | None = None, layer: Layer | None = None) -> int:
    """Return the infections of four replicates, of one layer if given."""
    results = [run(change, values, seed) for seed in FOUR_SEEDS]  # type: ignore[arg-type]
    return sum(
        int(r.infections_layer[:, layer].sum() if layer is not None else r.infections.sum()) for r in results
    )


def firm_imports() -> np.ndarray:
    """Return one infected worker in each firm of the parks."""
    firms = np.flatnonzero(PROVINCE.place_kind == FIRM_AT_SITE)
    who = PROVINCE.place_members[PROVINCE.place_start[firms]]
    return np.stack([who, np.zeros(len(who))], axis=1).astype(np.int64)


def site_mode(mode: SiteMode, share: float = 1.0):  # type: ignore[no-untyped-def]
    def change(day: int, controls: EpidemicControls) -> None:
        if day >= 10:
            controls.site_mode[:] = mode
            controls.site_share[:] = share

    return change


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


def test_testing_those_with_symptoms_finds_and_isolates() -> None:
    def tested(day: int, controls: EpidemicControls) -> None:
        controls.detection[:] = 0.9
        controls.lab_capacity = 10_000

    result = run(tested)
    assert result.reported[:, :, Found.COMMUNITY].sum() > 100
    assert result.tests.sum() > result.reported.sum()  # some samples miss
    early = {
        "reproduction_number": 1.5,
        "incubation_median_days": 3.0,
        "symptoms_to_test_days": 0.0,
        "symptomatic_share": 1.0,
        "lab_turnaround_days": 0.0,
        **{f"pcr_sensitivity_day_{day}": 1.0 for day in (1, 4, 5, 8, 9, 21)},
    }
    assert total(tested, early) < 0.5 * total(None, early)


def test_a_small_laboratory_delays_and_limits_what_is_known() -> None:
    def with_capacity(capacity: int) -> EpidemicResult:
        def tested(day: int, controls: EpidemicControls) -> None:
            controls.detection[:] = 0.9
            controls.lab_capacity = capacity

        return run(tested)

    large, small = with_capacity(10_000), with_capacity(15)
    assert small.tests.max() == 15
    assert small.lab_queue.max() > 100
    assert large.lab_queue.max() == 0
    assert small.reported.sum() < 0.5 * large.reported.sum()


def test_tracing_quarantines_contacts_within_its_capacity() -> None:
    def with_capacity(capacity: int):  # type: ignore[no-untyped-def]
        def change(day: int, controls: EpidemicControls) -> None:
            usual_effort(controls)
            controls.trace_capacity = capacity

        return change

    values = {"reproduction_number": 2.5}
    traced, slow = run(with_capacity(1000), values), run(with_capacity(1), values)
    assert traced.traced.sum() > 200
    assert traced.trace_queue.max() == 0
    assert slow.trace_queue.max() > 20
    assert total(with_capacity(1000), values) < 0.7 * total(with_capacity(0), values)


@pytest.mark.parametrize(
    ("layer", "trace"),
    [
        ("household", 0),
        ("boarding", 1),
        ("line", 2),
        ("plant", 3),
        ("class", 4),
        ("school", 5),
        ("community", 6),
    ],
)
def test_each_layer_is_traced_by_its_own_probability(layer: str, trace: int) -> None:
    def change(day: int, controls: EpidemicControls) -> None:
        usual_effort(controls)
        controls.trace[:] = 0.0
        controls.trace[trace] = 0.5

    def blind(day: int, controls: EpidemicControls) -> None:
        change(day, controls)
        controls.trace[:] = 0.0

    assert run(change, seed=3).traced.sum() > 0
    assert run(blind, seed=3).traced.sum() == 0


def test_quarantine_places_are_finite_and_their_rooms_transmit() -> None:
    def with_places(places: int, at_home: bool = False):  # type: ignore[no-untyped-def]
        def change(day: int, controls: EpidemicControls) -> None:
            usual_effort(controls)
            controls.quarantine_places = places
            controls.quarantine_at_home = at_home

        return change

    values = {"share_quarantine": 0.3}
    few, many = run(with_places(60), values), run(with_places(100_000), values)
    assert few.in_places.max() == 60
    assert few.quarantined.max() > 200
    assert many.in_places.max() == many.quarantined.max() > 60
    assert many.infections_layer[:, Layer.QUARANTINE].sum() > few.infections_layer[:, Layer.QUARANTINE].sum()
    home = run(with_places(100_000, at_home=True), values)
    assert home.in_places.max() == 0 == home.infections_layer[:, Layer.QUARANTINE].sum()
    assert home.reported[:, :, Found.QUARANTINE].sum() > 10


def test_quarantine_ends_after_its_days_and_starts_again_with_a_case_in_the_room() -> None:
    def short(day: int, controls: EpidemicControls) -> None:
        usual_effort(controls)
        controls.quarantine_days = 5
        controls.trace_capacity = 1000 if day < 40 else 0

    result = run(short, {"isolation_days": 10})
    assert result.quarantined[20:41].max() > 0
    assert result.quarantined[-1] == 0
    assert result.absent[-1, :, 1].sum() == 0
    assert run(lambda day, c: usual_effort(c), {"share_quarantine": 0.3}).n_extended > 0


def test_cases_are_reported_by_where_they_are_found() -> None:
    found = run(everything).reported.sum(axis=(0, 1))
    assert (found > 0).all(), found


def test_screening_finds_what_symptoms_do_not() -> None:
    def communes(day: int, controls: EpidemicControls) -> None:
        controls.lab_capacity = 10**6
        controls.sampling[:3] = 0.5 if day % 5 == 0 else 0.0

    def sites(day: int, controls: EpidemicControls) -> None:
        controls.lab_capacity = 10**6
        controls.site_sampling[:1] = 0.5 if day % 5 == 0 else 0.0

    mild = {"severity_ratio": 0.0}  # else some are found on admission
    screened = run(communes, mild)
    assert screened.reported[:, :3].sum() > 100
    assert screened.reported[:, 3:].sum() == 0
    people = int(PROVINCE.commune_start[3])
    assert screened.tests.sum() == pytest.approx(0.5 * people * (DAYS // 5), rel=0.01)
    at_site = run(sites, mild)
    assert at_site.reported_site[:, 0].sum() == at_site.reported.sum() > 50
    assert at_site.reported_site[:, 1:].sum() == 0


def test_large_pools_miss_more() -> None:
    def pools(size: int):  # type: ignore[no-untyped-def]
        def change(day: int, controls: EpidemicControls) -> None:
            controls.lab_capacity = 10**6
            controls.pool_size = size
            controls.sampling[:] = 0.3 if day == 30 else 0.0

        return change

    values = {"pool_sensitivity_loss": 0.1, "severity_ratio": 0.0}
    assert run(pools(32), values).reported.sum() == pytest.approx(
        0.5 * run(pools(1), values).reported.sum(), rel=0.15
    )


def test_firms_close_by_cases_and_reopen() -> None:
    def close(day: int, controls: EpidemicControls) -> None:
        usual_effort(controls)
        controls.trace_capacity = 0
        controls.firm_close_cases[:2] = 2
        controls.firm_close_days[:2] = 7 if day < 50 else 0
        if day >= 50:
            controls.firm_close_cases[:] = 0

    def never(day: int, controls: EpidemicControls) -> None:
        close(day, controls)
        controls.firm_close_cases[:] = 0

    plant = only("plant", reproduction_number=2.0)
    closed = run(close, plant)
    assert closed.firm_closed.max() > 0
    assert closed.firm_closed[51:].sum() == 0
    assert run(never, plant).firm_closed.sum() == 0
    assert total(close, plant) < 0.8 * total(never, plant)


def test_the_severely_ill_pass_ward_and_intensive_care() -> None:
    mild, usual = run(values={"severity_ratio": 0.0}), run(values={"severity_ratio": 2.0})
    assert mild.deaths.sum() == mild.severe.sum() == mild.icu.sum() == 0
    assert usual.deaths.sum() > 20
    assert usual.icu.max() > usual.deaths.sum() / 20
    assert usual.severe.max() > 0
    assert (run(everything).hospital > 0).any()


def test_all_confirmed_are_in_hospital_until_released() -> None:
    result = run(lambda day, c: usual_effort(c), {"isolation_days": 14, "severity_ratio": 0.0})
    reported = result.reported.sum(axis=(1, 2))
    in_care = np.cumsum(reported) - np.concatenate([np.zeros(14, int), np.cumsum(reported)[:-14]])
    assert reported.sum() > 100
    np.testing.assert_array_equal(result.hospital, in_care)


def works_in(who: np.ndarray) -> np.ndarray:
    """Count workers by cell."""
    cells = PROVINCE.work_cell[who & (PROVINCE.work_cell >= 0)]
    return np.bincount(cells, minlength=PROVINCE.n_cells)


@pytest.mark.parametrize("days", [30, 45, 55, 70])
def test_absence_is_the_exact_union_of_reasons(days: int) -> None:
    result = run(everything, {"severity_ratio": 2.0}, days=days)
    words, day = ENGINE._words, days - 1
    commune = np.searchsorted(PROVINCE.commune_start, np.arange(PROVINCE.n_people), side="right") - 1
    locked = np.isin(commune, (0, 1)) & (20 <= day < 50)
    dead, isolated, quarantined = ((words & bit) != 0 for bit in (at.DEAD, at.ISOLATED, at.QUARANTINED))
    shut = (PROVINCE.place >= 0) & (ENGINE._place_state[PROVINCE.place, at.CLOSED_TO] > 0)
    np.testing.assert_array_equal(result.locked[day], works_in(locked))
    np.testing.assert_array_equal(result.dead_workers[day], works_in(~locked & dead))
    np.testing.assert_array_equal(result.absent[day, :, 0], works_in(~locked & ~dead & isolated))
    np.testing.assert_array_equal(
        result.absent[day, :, 1], works_in(~locked & ~dead & ~isolated & quarantined)
    )
    free = ~locked & ~dead & ~isolated & ~quarantined
    np.testing.assert_array_equal(result.firm_closed[day], works_in(free & shut))
    assert result.quarantined[day] == quarantined.sum()
    assert result.hospital[day] == isolated.sum()
    assert result.in_places[day] == ((words & at.CENTRAL) != 0).sum()
