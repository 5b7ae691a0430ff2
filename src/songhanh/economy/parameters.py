"""The numbers of one world, and the table they come from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from songhanh.core.errors import Fault, SonghanhError
from songhanh.core.parameters import ParameterTable, read_table

# Positions in the vector that kernels read; the names are those of parameters.csv.
KERNEL_NAMES = (
    "stock_adjustment_days",
    "backlog_recovery_days",
    "backlog_cancel_days",
    "overtime_max",
    "overtime_adjustment_days",
    "overtime_hours_year",
    "furlough_days",
    "callback_days",
    "furlough_share",
    "entry_test_days",
    "migrant_leave_rate",
    "migrant_return_half_life",
    "remote_productivity",
    "fear_max",
    "fear_shift",
    "fear_slope",
    "fear_memory_days",
    "fear_essential_factor",
    "saving_share",
    "income_sensitivity",
    "labour_share",
    "pay_isolated_share",
    "pay_furlough_share",
    "pay_laid_off_share",
    "picking_margin",
    "picking_labour_share",
    "vat_rate",
    "profit_tax_rate",
    "import_duty_rate",
)
(
    P_STOCK,
    P_RECOVERY,
    P_CANCEL,
    P_OVERTIME,
    P_OVERTIME_DAYS,
    P_OVERTIME_HOURS,
    P_FURLOUGH,
    P_CALLBACK,
    P_FURLOUGH_SHARE,
    P_TEST_DAYS,
    P_LEAVE,
    P_RETURN,
    P_REMOTE,
    P_FEAR,
    P_FEAR_SHIFT,
    P_FEAR_SLOPE,
    P_FEAR_DAYS,
    P_FEAR_ESSENTIAL,
    P_SAVING,
    P_INCOME,
    P_LABOUR,
    P_PAY_ISOLATED,
    P_PAY_FURLOUGH,
    P_PAY_LAID_OFF,
    P_PICKING,
    P_PICKING_LABOUR,
    P_VAT,
    P_PROFIT,
    P_DUTY,
) = range(len(KERNEL_NAMES))
_AT_LEAST_ONE = (
    "stock_adjustment_days",
    "backlog_recovery_days",
    "backlog_cancel_days",
    "overtime_max",
    "overtime_adjustment_days",
    "furlough_days",
    "callback_days",
    "migrant_return_half_life",
    "fear_memory_days",
    "picking_margin",
)
_SHARES = (
    "migrant_leave_rate",
    "remote_productivity",
    "fear_max",
    "fear_essential_factor",
    "saving_share",
    "income_sensitivity",
    "labour_share",
    "pay_isolated_share",
    "pay_furlough_share",
    "pay_laid_off_share",
    "furlough_share",
    "picking_labour_share",
    "vat_rate",
    "profit_tax_rate",
    "income_tax_rate",
    "import_duty_rate",
    "household_local_demand_share",
)
_NOT_NEGATIVE = ("profit_tax_lag_days", "entry_test_days", "overtime_hours_year", "fear_shift", "fear_slope")


@lru_cache(maxsize=1)
def table() -> ParameterTable:
    """Return `parameters.csv` of this room."""
    return read_table(files("songhanh.economy") / "parameters.csv")


@dataclass(frozen=True, eq=False)
class EconomyParameters:
    """One world's numbers; make one with `from_values`.

    Attributes
    ----------
    values
        Every parameter of `parameters.csv` by name.
    vector
        (29,) those that kernels read, in the order of `KERNEL_NAMES`.
    """

    values: Mapping[str, float]
    vector: NDArray[np.float64]

    @staticmethod
    def from_values(overrides: Mapping[str, float] | None = None) -> EconomyParameters:
        """Return the defaults with some values replaced.

        Raises
        ------
        SonghanhError
            If a name is unknown, or a value is outside what the equations allow.
        """
        values = table().with_overrides(overrides or {})
        bounds = [(name, 1.0, np.inf) for name in _AT_LEAST_ONE]
        bounds += [(name, 0.0, 1.0) for name in _SHARES] + [(name, 0.0, np.inf) for name in _NOT_NEGATIVE]
        faults = [
            Fault(
                code="parameter.range",
                message=f"{name} is {values[name]:g}.",
                remedy=f"Give a number from {low:g} to {high:g}.",
                parameter=name,
            )
            for name, low, high in bounds
            if not low <= values[name] <= high
        ]
        if faults:
            raise SonghanhError(faults)
        return EconomyParameters(values, np.array([values[name] for name in KERNEL_NAMES]))
