"""Every write of a case, by its one name; what each does stands in the module it comes from."""

from __future__ import annotations

from songhanh.operations.cases.clustering import edit_cluster, open_cluster
from songhanh.operations.cases.milestones import (
    add_exposure,
    edit_exposure,
    publish_exposure,
    remove_exposure,
)
from songhanh.operations.cases.quick import quick_entry
from songhanh.operations.cases.registering import (
    classify,
    confirm_positive,
    edit,
    register,
    register_many,
)

__all__ = [
    "add_exposure",
    "classify",
    "confirm_positive",
    "edit",
    "edit_cluster",
    "edit_exposure",
    "open_cluster",
    "publish_exposure",
    "quick_entry",
    "register",
    "register_many",
    "remove_exposure",
]
