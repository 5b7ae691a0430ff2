"""Checks of what an engine is given: impossible levers and imports are refused by name."""

from __future__ import annotations

from collections.abc import Collection, Set
from typing import Any

import numpy as np
from numpy.typing import NDArray

from songhanh.core.errors import Fault, SonghanhError
from songhanh.core.jit import kernel
from songhanh.core.modes import SiteMode
from songhanh.epidemic.controls import EpidemicControls, Layer
from songhanh.epidemic.layout import MOST_DAYS, N_AGES
from songhanh.response.contact import MOST_LEVELS, MOST_TESTS

# lever: (dtype, what it is by, lowest, highest)
_ARRAYS: dict[str, tuple[type[np.generic], str, float, float]] = {
    "community": (np.float32, "commune", 0.0, 1.0),
    "movement": (np.float32, "commune", 0.0, 1.0),
    "boarding": (np.float32, "commune", 0.0, 1.0),
    "school": (np.float32, "commune", 0.0, 1.0),
    "work": (np.float32, "commune", 0.0, 1.0),
    "locked": (np.bool_, "commune", 0.0, 1.0),
    "sealed_community": (np.float32, "commune", 0.0, 1.0),
    "hamlet_seal_cases": (np.int32, "commune", 0.0, 3650.0),
    "hamlet_seal_days": (np.int32, "commune", 0.0, 3650.0),
    "lodgers_away": (np.float32, "commune", 0.0, 1.0),
    "vaccination": (np.float32, "commune and age group", 0.0, 1.0),
    "site_vaccination": (np.float32, "site", 0.0, 1.0),
    "trace_share": (np.float32, "level", 0.0, 1.0),
    "trace_capacity": (np.int32, "level", 0.0, 2e9),
    "contact_action": (np.uint8, "level from F0", 0.0, 3.0),
    "contact_days": (np.int32, "level from F0", 0.0, 3650.0),
    "test_days": (np.int32, "test", 0.0, 3650.0),
    "detection": (np.float32, "commune", 0.0, 1.0),
    "sampling": (np.float32, "commune", 0.0, 1.0),
    "site_mode": (np.uint8, "site", 0.0, float(max(SiteMode))),
    "site_contact": (np.float32, "site", 0.0, 1.0),
    "site_share": (np.float32, "site", 0.0, 1.0),
    "site_sampling": (np.float32, "site", 0.0, 1.0),
    "firm_close_cases": (np.int32, "site or rest", 0.0, 3650.0),
    "firm_close_days": (np.int32, "site or rest", 0.0, 3650.0),
    "trace": (np.float32, "layer", 0.0, 1.0),
}
_MOST = 2_000_000_000
_SCALARS = {
    "quarantine_places": 0,
    "release_negatives": 0,
    "release_retest_days": 1,
    "lab_capacity": 0,
    "pool_size": 1,
}


@kernel
def _within(array: NDArray[Any], low: float, high: float) -> bool:
    for value in array:  # noqa: SIM110 - kernels have no generators
        if not low <= value <= high:
            return False
    return True


def _look_possible(controls: EpidemicControls, names: Collection[str]) -> bool:
    """Tell quickly whether every array is in range: rules may bring new levers every day."""
    for name in names:
        dtype, _, _, high = _ARRAYS[name]
        array = getattr(controls, name)
        if not isinstance(array, np.ndarray) or array.dtype != dtype or not array.flags.c_contiguous:
            return False
        if dtype is not np.bool_ and not _within(array.reshape(-1), 0.0, high):
            return False
    return True


def check_controls(
    controls: EpidemicControls, n_communes: int, n_sites: int, among: Set[str] | None = None
) -> None:
    """Refuse levers of a wrong shape, type or range.

    Parameters
    ----------
    among
        Names of the arrays to look at, where the others are known to be right; by default all of them.

    Raises
    ------
    SonghanhError
        Naming each lever that is wrong, its value and what is allowed.
    """
    shapes: dict[str, tuple[int, ...]] = {
        "commune": (n_communes,),
        "commune and age group": (n_communes, N_AGES),
        "site": (n_sites,),
        "site or rest": (n_sites + 1,),
        "layer": (len(Layer),),
        "level": (MOST_LEVELS,),
        "level from F0": (MOST_LEVELS + 1,),
        "test": (MOST_TESTS,),
    }
    faults: list[Fault] = []
    names = [name for name in _ARRAYS if among is None or name in among]
    in_range = _look_possible(controls, names)
    for name in names:
        dtype, by, low, high = _ARRAYS[name]
        array = getattr(controls, name)
        if not isinstance(array, np.ndarray):
            what = type(array).__name__
            faults.append(
                _fault(name, f"a {what}", f"a contiguous {np.dtype(dtype)} {shapes[by]}, one a {by}")
            )
        elif array.dtype != dtype or array.shape != shapes[by] or not array.flags.c_contiguous:
            what = f"{array.dtype} {array.shape}"
            faults.append(_fault(name, what, f"a contiguous {np.dtype(dtype)} {shapes[by]}, one a {by}"))
        elif not in_range and array.size and not (float(array.min()) >= low and float(array.max()) <= high):
            faults.append(_fault(name, f"{array.min()} to {array.max()}", f"{low:g} to {high:g}"))
    for name, lowest in _SCALARS.items():
        value = getattr(controls, name)
        if not (isinstance(value, int | np.integer) and lowest <= value <= _MOST):
            faults.append(_fault(name, str(value), f"a whole number, {lowest} to {_MOST}"))
    if faults:
        raise SonghanhError(faults)


def check_active(active: NDArray[np.float32], n_sites: int) -> None:
    """Check the share of those admitted that each site has work for.

    Raises
    ------
    SonghanhError
        If the shape is wrong or a share is outside 0 to 1.
    """
    if active.shape != (n_sites,):
        raise SonghanhError(_fault("active", f"an array {active.shape}", f"({n_sites},)"))
    if not (active.min(initial=0.0) >= 0.0 and active.max(initial=1.0) <= 1.0):
        raise SonghanhError(_fault("active", f"{active.min()} to {active.max()}", "0 to 1"))


def check_imports(imports: NDArray[np.int64], n_people: int, n_variants: int) -> NDArray[np.int64]:
    """Return the imports with their variant, sorted by day, then person; a shorter run than they go leaves the rest out.

    Raises
    ------
    SonghanhError
        If the shape is wrong, or a person, a day or a variant does not exist.
    """
    given = np.asarray(imports, np.int64)
    if given.size == 0:
        return np.zeros((0, 3), np.int64)
    if given.ndim != 2 or given.shape[1] not in (2, 3):
        raise SonghanhError(_fault("imports", f"an array {given.shape}", "(k, 2) or (k, 3)"))
    if given.shape[1] == 2:
        given = np.column_stack([given, np.zeros(len(given), np.int64)])
    for column, what, most in (
        (0, "person", n_people - 1),
        (1, "day", MOST_DAYS - 1),
        (2, "variant", n_variants - 1),
    ):
        values = given[:, column]
        if values.min() < 0 or values.max() > most:
            raise SonghanhError(_fault("imports", f"{what} {values.min()} to {values.max()}", f"0 to {most}"))
    return np.ascontiguousarray(given[np.lexsort((given[:, 0], given[:, 1]))])


def _fault(name: str, value: str, allowed: str) -> Fault:
    return Fault(
        code="epidemic.lever",
        message=f"{name} is {value}; allowed: {allowed}.",
        remedy="Give a value in the allowed range.",
        parameter=name,
    )
