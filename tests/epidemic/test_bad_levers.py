"""Each lever: a wrong shape, type, order in memory or range is one error that names it and what is allowed."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from scenarios import ENGINE, park_imports, run

from songhanh.core.errors import SonghanhError
from songhanh.epidemic import EpidemicControls, no_controls

USUAL = no_controls(ENGINE.n_communes, ENGINE.n_sites)
LEVERS = [field.name for field in dataclasses.fields(USUAL)]
ARRAYS = [name for name in LEVERS if isinstance(getattr(USUAL, name), np.ndarray)]
SCALARS = [name for name in LEVERS if name not in ARRAYS]
SHARES = [name for name in ARRAYS if getattr(USUAL, name).dtype == np.float32]
WHOLE = [name for name in ARRAYS if getattr(USUAL, name).dtype == np.int32]


def refused(lever: str, value: object) -> str:
    """Return the message with which a lever is refused; the engine works on afterwards."""

    def change(day: int, controls: EpidemicControls) -> None:
        setattr(controls, lever, value)

    with pytest.raises(SonghanhError, match=lever) as caught:
        run(change, days=1)
    (fault,) = caught.value.faults
    assert fault.parameter == lever
    assert fault.message.startswith(f"{lever} is ")
    assert "; allowed: " in fault.message
    assert run(values={"reproduction_number": 0.0}, days=5).infections.sum() == len(park_imports())
    return fault.message


@pytest.mark.parametrize(
    ("lever", "value"),
    [("community", np.ones(3, np.float32)), ("community", np.ones(12)), ("site_mode", np.full(2, 9, np.uint8)),
     ("trace", np.full(10, 1.5, np.float32)), ("sampling", np.full(12, np.nan, np.float32)), ("lab_capacity", -1),
     ("pool_size", 0), ("quarantine_places", -5)],
)  # fmt: skip
def test_impossible_levers(lever: str, value: object) -> None:
    refused(lever, value)


@pytest.mark.parametrize("lever", ARRAYS)
def test_wrong_shapes(lever: str) -> None:
    usual = getattr(USUAL, lever)
    for wrong in (
        np.zeros(0, usual.dtype),
        np.concatenate([usual, usual]),
        usual[:-1].copy(),
        usual[None].copy(),
    ):
        assert str(usual.shape) in refused(lever, wrong)


@pytest.mark.parametrize("lever", ARRAYS)
def test_wrong_types(lever: str) -> None:
    usual = getattr(USUAL, lever)
    for wrong in (usual.astype(np.float64), usual.astype(np.int64), usual.astype(np.complex64)):
        assert str(usual.dtype) in refused(lever, wrong)
    refused(lever, usual.tolist())
    refused(lever, None)


@pytest.mark.parametrize("lever", ARRAYS)
def test_arrays_with_gaps_in_memory(lever: str) -> None:
    usual = getattr(USUAL, lever)
    gaps = np.repeat(usual, 2, axis=-1)[..., ::2]
    assert np.array_equal(gaps, usual)
    assert "contiguous" in refused(lever, gaps)


@pytest.mark.parametrize("lever", SHARES)
@pytest.mark.parametrize("value", [-0.01, 1.01, np.nan, np.inf, -np.inf])
def test_shares_out_of_range_anywhere(lever: str, value: float) -> None:
    wrong = getattr(USUAL, lever).copy()
    wrong.reshape(-1)[-1] = value
    assert "0 to 1" in refused(lever, wrong)


@pytest.mark.parametrize("lever", WHOLE)
def test_whole_numbers_out_of_range_anywhere(lever: str) -> None:
    for value in (-1, np.iinfo(np.int32).max):
        wrong = getattr(USUAL, lever).copy()
        wrong[0] = value
        refused(lever, wrong)


@pytest.mark.parametrize(("lever", "most"), [("site_mode", 4), ("contact_action", 3)])
def test_modes_and_actions_that_do_not_exist(lever: str, most: int) -> None:
    wrong = getattr(USUAL, lever).copy()
    wrong[1] = most + 1
    assert f"0 to {most}" in refused(lever, wrong)


@pytest.mark.parametrize("lever", SCALARS)
@pytest.mark.parametrize("value", [-1, 10**30, 1.5, float("nan"), None, "many"])
def test_impossible_scalars(lever: str, value: object) -> None:
    refused(lever, value)


@pytest.mark.parametrize("lever", ["pool_size", "release_retest_days"])
def test_scalars_that_must_be_at_least_one(lever: str) -> None:
    assert "1 to" in refused(lever, 0)


def test_all_wrong_levers_are_named_at_once() -> None:
    def change(day: int, controls: EpidemicControls) -> None:
        controls.community[0] = -1
        controls.pool_size = 0
        controls.trace_capacity = np.zeros(3, np.int32)

    with pytest.raises(SonghanhError) as caught:
        run(change, days=1)
    assert [fault.parameter for fault in caught.value.faults] == ["community", "trace_capacity", "pool_size"]


def test_the_limits_themselves_are_allowed() -> None:
    def change(day: int, controls: EpidemicControls) -> None:
        for lever in SHARES:
            getattr(controls, lever)[:] = day % 2
        controls.contact_action[:] = 3 * (day % 2)
        controls.site_mode[:] = 4 * (day % 2)
        controls.locked[:] = day % 2 == 1
        controls.lab_capacity = controls.quarantine_places = 2_000_000_000 * (day % 2)

    assert run(change, days=20).infections.sum() >= len(park_imports())
