"""How output depends on the stocks of inputs: the five production functions of Pichler et al. 2022.

Source: doi 10.1016/j.jedc.2022.104527, section 3 (equations 8 to 14). An input of a sector is critical, important or neither,
as asked in a survey: can production go on for two months without it?
"""

from __future__ import annotations

from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
POOLED = 2.0  # inputs of a column with this mark stand in for each other


class ProductionFunction(StrEnum):
    """Which inputs stop a sector when their stock is gone."""

    LEONTIEF = "leontief"  # every input
    STRONGLY_CRITICAL = "strongly_critical"  # critical and important ones
    HALF_CRITICAL = "half_critical"  # critical ones; half of output needs the important ones
    WEAKLY_CRITICAL = "weakly_critical"  # critical ones
    LINEAR = "linear"  # none by itself: all inputs stand in for each other


def binding_inputs(function: ProductionFunction, critical: Floats, coefficients: Floats) -> Floats:
    """Return (J + 1, J) how much of output an input holds up: 1 all, 0.5 half, 0 nothing, `POOLED` together with others.

    Parameters
    ----------
    critical
        (J + 1, J) 1 critical, between 0 and 1 important, 0 neither.
    coefficients
        (J + 1, J) inputs of a unit of output.
    """
    used = coefficients > 0.0
    if function is ProductionFunction.LEONTIEF:
        binding = np.ones_like(critical)
    elif function is ProductionFunction.STRONGLY_CRITICAL:
        binding = (critical > 0.0).astype(np.float64)
    elif function is ProductionFunction.WEAKLY_CRITICAL:
        binding = (critical >= 1.0).astype(np.float64)
    elif function is ProductionFunction.LINEAR:
        binding = np.full_like(critical, POOLED)
    else:
        binding = np.where(critical >= 1.0, 1.0, np.where(critical > 0.0, 0.5, 0.0))
    return np.ascontiguousarray(np.where(used, binding, 0.0))
