"""Writes of clusters."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from songhanh.operations.accounts.access import demand
from songhanh.operations.audit.actions import record
from songhanh.operations.cases.models import Cluster
from songhanh.operations.cases.writing import demand_places
from songhanh.operations.project.base import save_version


def open_cluster(*, by: Any, name: str, unit: Any, **fields: Any) -> Cluster:
    """Open a cluster in a commune of the writer's area."""
    demand(by, "cases.edit")
    with transaction.atomic():
        demand_places(by, [getattr(unit, "pk", None)])
        cluster = Cluster(name=name.strip(), unit=unit, **fields)
        _check(cluster)
        cluster.save(force_insert=True)
        record("cases.cluster-open", by=by, subject=cluster, unit_code=unit.code, details={"name": name})
    return cluster


def edit_cluster(*, by: Any, cluster: Cluster, version: int | None, **fields: Any) -> Cluster:
    """Change a cluster that is still the version which the writer saw."""
    demand(by, "cases.edit")
    with transaction.atomic():
        rows = Cluster.objects.all() if by is None else Cluster.objects.identified(by)
        row = rows.select_for_update(of=("self",)).filter(pk=cluster.pk).first()
        if row is None:
            raise PermissionDenied("the cluster is outside the jurisdiction")
        changed = Cluster.objects.get(pk=row.pk)
        for name, value in fields.items():
            setattr(changed, name, value)
        _check(changed)
        if changed.unit_id != row.unit_id:
            demand_places(by, [changed.unit_id])
        changes = save_version(row, version, fields)
        if changes:
            code = row.unit.code if row.unit else ""
            record("cases.cluster-edit", by=by, subject=row, changes=changes, unit_code=code)
    return row


def _check(cluster: Cluster) -> None:
    cluster.clean_fields(exclude=["unit", "site"])
    if cluster.began_on and cluster.closed_on and cluster.closed_on < cluster.began_on:
        raise ValidationError({"closed_on": _("The end comes before the beginning.")})
