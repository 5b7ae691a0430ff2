"""Checks of what an engine is given: impossible levers and imports are refused by name."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from songhanh.core.errors import Fault, SonghanhError
from songhanh.core.jit import kernel
from songhanh.core.modes import SiteMode
from songhanh.epidemic.controls import EpidemicControls, Layer

# lever: (dtype, what it is by, lowest, highest)
_ARRAYS: dict[str, tuple[type[np.generic], str, float, float]] = {
    "community": (np.float32, "commune", 0.0, 10.0),
    "movement": (np.float32, "commune", 0.0, 1.0),
    "boarding": (np.float32, "commune", 0.0, 10.0),
    "school": (np.float32, "commune", 0.0, 10.0),
    "work": (np.float32, "commune", 0.0, 10.0),
    "locked": (np.bool_, "commune", 0.0, 1.0),
    "detection": (np.float32, "commune", 0.0, 1.0),
    "sampling": (np.float32, "commune", 0.0, 1.0),
    "site_mode": (np.uint8, "site", 0.0, float(max(SiteMode))),
    "site_contact": (np.float32, "site", 0.0, 10.0),
    "site_share": (np.float32, "site", 0.0, 1.0),
    "site_sampling": (np.float32, "site", 0.0, 1.0),
    "firm_close_cases": (np.int32, "site or rest", 0.0, 3650.0),
    "firm_close_days": (np.int32, "site or rest", 0.0, 3650.0),
    "trace": (np.float32, "layer", 0.0, 1.0),
}
_SCALARS = {
    "trace_capacity": 0,
    "quarantine_days": 0,
    "quarantine_places": 0,
    "lab_capacity": 0,
    "pool_size": 1,
}


@kernel
def _within(array: NDArray[Any], low: float, high: float) -> bool:
    for value in array:  # noqa: SIM110 - kernels have no generators
        if not low <= value <= high:
            return False
    return True


@kernel
def _are_within(arrays: tuple[NDArray[Any], ...], low: float, high: float) -> bool:
    for array in arrays:  # noqa: SIM110 - kernels have no generators
        if not _within(array, low, high):
            return False
    return True


def _look_possible(controls: EpidemicControls) -> bool:
    """Tell quickly whether every array is in range: rules may bring new levers every day."""
    floats = np.float32
    multipliers = (
        controls.community,
        controls.boarding,
        controls.school,
        controls.work,
        controls.site_contact,
    )
    shares = (
        controls.movement,
        controls.detection,
        controls.sampling,
        controls.site_share,
        controls.site_sampling,
        controls.trace,
    )
    rules = (controls.firm_close_cases, controls.firm_close_days)
    right = all(array.dtype == floats for array in (*multipliers, *shares))
    return bool(
        right
        and all(array.dtype == np.int32 for array in rules)
        and controls.site_mode.dtype == np.uint8
        and _are_within(multipliers, 0.0, 10.0)
        and _are_within(shares, 0.0, 1.0)
        and _are_within(rules, 0.0, 3650.0)
        and _within(controls.site_mode, 0.0, float(max(SiteMode)))
    )


def check_controls(controls: EpidemicControls, n_communes: int, n_sites: int) -> None:
    """Refuse levers of a wrong shape, type or range.

    Raises
    ------
    SonghanhError
        Naming each lever that is wrong, its value and what is allowed.
    """
    length = {"commune": n_communes, "site": n_sites, "site or rest": n_sites + 1, "layer": len(Layer)}
    faults: list[Fault] = []
    in_range = _look_possible(controls)
    for name, (dtype, by, low, high) in _ARRAYS.items():
        array = getattr(controls, name)
        if array.dtype != dtype or array.shape != (length[by],) or not array.flags.c_contiguous:
            what = f"{array.dtype} {array.shape}"
            faults.append(_fault(name, what, f"a contiguous {np.dtype(dtype)} ({length[by]},), one a {by}"))
        elif not in_range and array.size and not (float(array.min()) >= low and float(array.max()) <= high):
            faults.append(_fault(name, f"{array.min()} to {array.max()}", f"{low:g} to {high:g}"))
    for name, lowest in _SCALARS.items():
        value = getattr(controls, name)
        if not value >= lowest:
            faults.append(_fault(name, str(value), f"{lowest} or more"))
    if faults:
        raise SonghanhError(faults)


def check_imports(imports: NDArray[np.int64], n_people: int, days: int) -> NDArray[np.int64]:
    """Return the imports sorted by day, then person.

    Raises
    ------
    SonghanhError
        If the shape is wrong, or a person or a day does not exist.
    """
    imports = np.asarray(imports, np.int64).reshape(-1, 2) if np.size(imports) else np.zeros((0, 2), np.int64)
    people, when = imports[:, 0], imports[:, 1]
    if people.size and (people.min() < 0 or people.max() >= n_people):
        raise SonghanhError(
            _fault("imports", f"person {people.min()} to {people.max()}", f"0 to {n_people - 1}")
        )
    if when.size and when.min() < 0:
        raise SonghanhError(_fault("imports", f"day {when.min()}", f"0 to {days - 1}"))
    return np.ascontiguousarray(imports[np.lexsort((people, when))])


def _fault(name: str, value: str, allowed: str) -> Fault:
    return Fault(
        code="epidemic.lever",
        message=f"{name} is {value}; allowed: {allowed}.",
        remedy="Give a value in the allowed range.",
        parameter=name,
    )
