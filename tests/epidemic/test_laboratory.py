"""Samples: who is found, by which samples, and what the laboratory can do in a day."""

from __future__ import annotations

import numpy as np
import pytest
from scenarios import (
    DAYS,
    ENGINE,
    PERFECT_TEST,
    PROVINCE,
    begin,
    has,
    imports_of,
    lived,
    quarantine_at,
    run,
    total,
)

from songhanh.epidemic import EpidemicControls, EpidemicResult, Found, Layer
from songhanh.epidemic import layout as at
from songhanh.response.contact import Action

SILENT = {"reproduction_number": 0.0, "severity_ratio": 0.0}
SOME = imports_of(np.arange(0, PROVINCE.n_people, 75))


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


# --- pools --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [1, 5, 12])
def test_every_sample_of_a_positive_pool_is_run_again(size: int) -> None:
    def pools(day: int, controls: EpidemicControls) -> None:
        controls.lab_capacity = 10**6
        controls.pool_size = size
        controls.sampling[:] = 1.0 if day == 8 else 0.0

    values = {**SILENT, **PERFECT_TEST, "pool_sensitivity_loss": 0.0}
    result = run(pools, values, imports=SOME)
    assert result.reported.sum() == len(SOME)  # a round of perfect tests finds all
    assert result.tests[8] == PROVINCE.n_people
    assert result.tests[9:].sum() == (size * len(SOME) if size > 1 else 0)


# --- false positives ----------------------------------------------------------------------------------------------


def test_false_positives_follow_from_samples_and_specificity() -> None:
    def screened(day: int, controls: EpidemicControls) -> None:
        controls.lab_capacity = 10**6
        controls.sampling[:3] = 0.5 if day % 3 == 0 else 0.0
        controls.site_sampling[1] = 0.2 if day % 2 == 0 else 0.0

    nobody = np.zeros((0, 2), np.int64)
    result = run(screened, {"specificity": 0.998}, imports=nobody, days=12)
    assert result.reported.sum() == 0
    np.testing.assert_array_equal(result.false_positives, np.floor(0.002 * result.tests + 0.5))
    assert result.false_positives[0] > result.false_positives[2] > 0 == result.false_positives[1]
    assert run(screened, {"specificity": 1.0}, imports=nobody, days=12).false_positives.sum() == 0


# --- samples of people in quarantine ------------------------------------------------------------------------------


def by_quarantine_tests(*test_days: int) -> EpidemicResult:
    """Screen everybody once on day 12, trace all contacts, and test those on some days of their quarantine.

    Contacts enter on day 14: a day for the result, a day for the tracers. Nobody has symptoms.
    """

    def change(day: int, controls: EpidemicControls) -> None:
        controls.lab_capacity = 10**6
        controls.sampling[:] = 1.0 if day == 12 else 0.0
        controls.trace[[Layer.HOUSEHOLD, Layer.LINE]] = 1.0
        controls.trace_capacity[0] = 10**6 if day == 14 else 0
        quarantine_at(controls, Action.HOME, 21)
        controls.test_days[: len(test_days)] = test_days

    values = {
        **PERFECT_TEST,
        "severity_ratio": 0.0,
        "symptomatic_share": 0.0,
        "asymptomatic_infectiousness": 1.0,
    }
    return run(change, {**values, "pool_sensitivity_loss": 0.0}, imports=SOME)


@pytest.mark.parametrize("test_days", [(3,), (2, 9), (1, 5, 10, 15)])
def test_quarantine_tests_fall_on_their_days(test_days: tuple[int, ...]) -> None:
    result = by_quarantine_tests(*test_days)
    found = result.reported[:, :, Found.QUARANTINE].sum(axis=1)
    days = np.array(test_days) + 14
    assert set(np.flatnonzero(found)) <= set(days + 1)
    assert found[days[0] + 1] > 50
    entered = result.traced[14].sum()
    np.testing.assert_array_equal(result.tests[days], np.full(len(days), entered))
    assert result.tests.sum() == PROVINCE.n_people + len(days) * entered


def test_without_test_days_nobody_in_quarantine_is_sampled() -> None:
    result = by_quarantine_tests()
    assert result.tests.sum() == PROVINCE.n_people
    assert result.reported[:, :, Found.QUARANTINE].sum() == 0
    assert result.quarantined.max() > 1000


# --- release ------------------------------------------------------------------------------------------------------


def released_by(negatives: int, every: int = 1):  # type: ignore[no-untyped-def]
    def change(day: int, controls: EpidemicControls) -> None:
        controls.detection[:] = 1.0
        controls.lab_capacity = 10**6
        controls.release_negatives = negatives
        controls.release_retest_days = every

    return change


def test_cases_stay_while_they_are_positive() -> None:
    """The test finds everybody up to day 21, nobody after day 30."""
    values = {**SILENT, **PERFECT_TEST, "symptomatic_share": 1.0, "symptoms_to_test_days": 0.0}
    values["isolation_days"] = 3.0
    begin(values, imports=SOME)
    last = {}

    def watch(day: int) -> None:
        last.update(dict.fromkeys(np.flatnonzero(has(at.ISOLATED)).tolist(), day))

    lived(released_by(1), ENGINE, 0, 45, watch)
    since = np.array([last[who] for who in SOME[:, 0].tolist()]) + 1  # all were infected on day 0
    assert since.min() >= 22 and since.max() <= 30
    assert len(set(since.tolist())) >= 5
    result = run(released_by(0), values, imports=SOME)
    assert result.hospital.sum() == 3 * len(SOME)
    assert result.n_kept_isolated == 0


@pytest.mark.parametrize(("negatives", "every"), [(1, 1), (1, 4), (2, 3)])
def test_samples_for_release_use_the_laboratory(negatives: int, every: int) -> None:
    values = {**SILENT, "isolation_days": 5.0, "symptomatic_share": 1.0}
    without, with_samples = (run(released_by(n, every), values, imports=SOME) for n in (0, negatives))
    np.testing.assert_array_equal(without.reported, with_samples.reported)
    released = with_samples.reported.sum()
    assert with_samples.hospital[-1] == 0 == without.n_kept_isolated
    extra = with_samples.tests.sum() - without.tests.sum()
    # A look ends at the first positive sample, or after all were negative.
    least = with_samples.n_kept_isolated + negatives * released
    assert with_samples.n_kept_isolated > 50
    assert extra == least if negatives == 1 else least <= extra <= least + with_samples.n_kept_isolated
    assert with_samples.hospital.sum() > without.hospital.sum() + every


@pytest.mark.parametrize("every", [1, 3, 7])
def test_the_positive_are_looked_at_again_after_so_many_days(every: int) -> None:
    values = {**SILENT, "isolation_days": 5.0, "symptomatic_share": 1.0}
    days = np.zeros(PROVINCE.n_people, int)

    def watch(day: int) -> None:
        np.add(days, has(at.ISOLATED), out=days)

    begin(values, imports=SOME)
    lived(released_by(1, every), ENGINE, 0, DAYS, watch)
    stays = days[days > 0]
    assert set((stays - 5) % every) == {0}
    assert (stays == 5).sum() > 20 and (stays > 5).sum() > 20
    assert stays.min() == 5 and (stays == 5 + every).any()


def test_more_negatives_keep_cases_longer() -> None:
    values = {**SILENT, "isolation_days": 5.0, "symptomatic_share": 1.0}
    stays = [run(released_by(n), values, imports=SOME).hospital.sum() for n in (0, 1, 2, 3)]
    assert stays == sorted(stays) and len(set(stays)) == 4


# --- the queue ----------------------------------------------------------------------------------------------------


def test_urgent_samples_go_before_those_of_rounds() -> None:
    def tested(day: int, controls: EpidemicControls) -> None:
        controls.detection[:] = 1.0
        controls.lab_capacity = 500

    def and_screened(day: int, controls: EpidemicControls) -> None:
        tested(day, controls)
        controls.sampling[:] = 1.0 if day == 0 else 0.0

    values = {**SILENT, **PERFECT_TEST, "symptomatic_share": 1.0, "symptoms_to_test_days": 0.0}
    symptomatic, result = run(tested, values, imports=SOME), run(and_screened, values, imports=SOME)
    assert symptomatic.reported.sum() > 300
    np.testing.assert_array_equal(result.reported, symptomatic.reported)  # as if there were no queue
    assert result.lab_queue[0] == PROVINCE.n_people - 500
    assert (result.tests[: PROVINCE.n_people // 500] == 500).all()
    assert result.tests.sum() == PROVINCE.n_people + symptomatic.tests.sum()
    assert result.lab_queue[-1] == 0


def test_results_come_after_the_turnaround() -> None:
    def daily(day: int, controls: EpidemicControls) -> None:
        controls.lab_capacity = 10**6
        controls.sampling[:] = 1.0 if day == 5 else 0.0

    for turnaround in (0, 1, 3):
        values = {**SILENT, **PERFECT_TEST, "lab_turnaround_days": turnaround}
        reported = run(daily, values, imports=SOME).reported.sum(axis=(1, 2))
        assert np.flatnonzero(reported).tolist() == [5 + turnaround]
