"""When a small area or a firm is sealed or closed for its cases, and until when."""

from __future__ import annotations

from songhanh.core.jit import inline_kernel


@inline_kernel
def reaches(cases: int, threshold: int) -> bool:
    """Tell whether the cases of the window reach the threshold of a rule that is in force (above 0)."""
    return threshold > 0 and cases >= threshold


@inline_kernel
def shut_until(day: int, quiet_days: int) -> int:
    """Return the first day on which what is shut may open again: so many days after the last case."""
    return day + quiet_days + 1
