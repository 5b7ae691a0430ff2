"""Writes: samples taken, one or a pool at a time, and their results."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _

from songhanh.core.errors import SonghanhError
from songhanh.operations.accounts.access import demand
from songhanh.operations.audit import actions as audit
from songhanh.operations.cases import actions as cases
from songhanh.operations.cases.models import Found
from songhanh.operations.people.actions import owner_of
from songhanh.operations.people.models import Person
from songhanh.operations.people.queries import writable
from songhanh.operations.places.models import Facility
from songhanh.operations.project.base import save_version
from songhanh.operations.project.clock import now
from songhanh.operations.sampling.models import WAITING, Sample
from songhanh.operations.tracing import actions as tracing
from songhanh.operations.tracing.locks import writing
from songhanh.operations.tracing.models import Standing
from songhanh.response.policy import policy_on

CLOCKS_DIFFER = timedelta(minutes=15)  # telephones and laboratories; more is a mistyped date
OLDEST = datetime(2019, 12, 1, tzinfo=timezone.get_default_timezone())
HIGHEST_CT = Decimal(50)
RESULTS = (Sample.Result.POSITIVE, Sample.Result.NEGATIVE, Sample.Result.INVALID)


@transaction.atomic
def take(
    *,
    by: Any,
    person: Person,
    taken_at: datetime,
    kind: str = Sample.Kind.PCR,
    tube: str = "",
    laboratory: Facility | None = None,
    reason: str = "",
    uuid: UUID | None = None,
) -> Sample:
    """Write down one sample; a sample of the same ``uuid`` (a device that sends twice) is returned as it is."""
    demand(by, "sampling.edit")
    if uuid is not None and (there := Sample.objects.filter(uuid=uuid).first()) is not None:
        return there
    more = {"uuid": uuid} if uuid is not None else {}
    row = {
        "person": person,
        "taken_at": taken_at,
        "kind": kind,
        "tube": tube,
        "laboratory": laboratory,
        "reason": reason,
    }
    return _write(by, [row | more])[0]


@transaction.atomic
def take_many(
    *, by: Any, persons: Sequence[Person], taken_at: datetime, tube: str = "", **fields: Any
) -> list[Sample]:
    """Write down the samples of many persons at once; with a tube they are one pool."""
    demand(by, "sampling.edit")
    if not persons:
        raise ValidationError({"persons": _("Choose at least one person.")})
    if len({person.pk for person in persons}) < len(persons):
        raise ValidationError({"persons": _("A person is in the list twice.")})
    if tube:
        _check_pool(tube, len(persons), taken_at)
    return _write(
        by, [{"person": person, "taken_at": taken_at, "tube": tube, **fields} for person in persons]
    )


def _check_pool(tube: str, more: int, taken_at: datetime) -> None:
    most = largest_pool(taken_at)
    there = Sample.objects.filter(tube=tube.strip(), taken_at__range=_same_pool(taken_at)).count()
    if most is not None and there + more > most:
        raise ValidationError(
            {"tube": _("A tube holds at most %(most)d samples by the rule in force; this would be %(n)d.")
             % {"most": most, "n": there + more}}
        )  # fmt: skip


def largest_pool(taken_at: datetime) -> int | None:
    """Return how many samples one tube may hold by the dated rule; None where none is in force."""
    try:
        rule = policy_on(settings.TRACING_POLICY_SET, "pooling", timezone.localtime(taken_at).date())
    except SonghanhError:
        return None
    return int(rule["pool_size_max"])


def _same_pool(taken_at: datetime) -> tuple[datetime, datetime]:
    """Return between which instants a tube of this number is this tube: numbers come again with the next rack."""
    return taken_at - timedelta(days=3), taken_at + timedelta(days=3)


@transaction.atomic
def register_many(*, by: Any, rows: Sequence[Mapping[str, Any]]) -> list[Sample]:
    """Write many samples at once (an import), with the results that they bring along and what follows from them."""
    demand(by, "sampling.edit")
    return _write(by, rows)


def _write(by: Any, rows: Sequence[Mapping[str, Any]]) -> list[Sample]:
    if any(row.get("result") not in (None, "", *WAITING) for row in rows):
        with writing():
            return _write_rows(by, rows)
    return _write_rows(by, rows)


def _write_rows(by: Any, rows: Sequence[Mapping[str, Any]]) -> list[Sample]:
    samples = []
    for number, row in enumerate(rows):
        try:
            samples.append(_built(by, row))
        except ValidationError as error:
            error.row = number  # type: ignore[attr-defined]
            raise
    _check_jurisdiction(by, {sample.person_id for sample in samples})
    samples = Sample.objects.bulk_create(samples, batch_size=500)
    if samples:
        ids = [sample.pk for sample in samples]
        details = {"tubes": sorted({sample.tube for sample in samples if sample.tube})[:20]}
        audit.record("sampling.take", by=by, subject_type="sampling.sample", subject_ids=ids, details=details)
    _follow(by, [sample for sample in samples if sample.result in RESULTS])
    return samples


def _check_jurisdiction(by: Any, person_ids: set[int]) -> None:
    if by is None:
        return
    ids = sorted(person_ids)
    found = 0
    for first in range(0, len(ids), 500):
        found += writable(by).filter(pk__in=ids[first : first + 500]).count()
    if found < len(ids):
        raise Http404("a person outside the jurisdiction")


def _built(by: Any, row: Mapping[str, Any]) -> Sample:
    person = owner_of(row["person"])
    sample = Sample(**{**row, "person": person, "entered_by": by})
    if "unit" not in row:
        sample.unit_id = person.unit_id
    sample.tube, sample.reason = sample.tube.strip(), sample.reason.strip()
    sample.result = sample.result or Sample.Result.PENDING
    faults: dict[str, str] = {}
    if sample.kind not in Sample.Kind.values:
        faults["kind"] = _("There is no such test.")
    if sample.result not in Sample.Result.values:
        faults["result"] = _("There is no such result.")
    for name in ("tube", "reason"):
        longest = getattr(Sample._meta.get_field(name), "max_length", None) or 0
        if len(getattr(sample, name)) > longest:
            faults[name] = _("At most %(n)s letters fit here.") % {"n": longest}
    faults |= _time_fault("taken_at", sample.taken_at)
    if sample.result in RESULTS and sample.result_at is None:
        sample.result_at = sample.taken_at
    faults |= _result_faults(sample, sample.result, sample.result_at, sample.ct_value)
    if faults:
        raise ValidationError(faults)
    return sample


def _time_fault(name: str, moment: datetime) -> dict[str, str]:
    if moment > now() + CLOCKS_DIFFER:
        return {name: _("This lies in the future.")}
    return {name: _("This is too long ago; check the year.")} if moment < OLDEST else {}


def _result_faults(sample: Sample, result: str, result_at: datetime | None, ct_value: Any) -> dict[str, str]:
    faults: dict[str, str] = {}
    if result_at is not None:
        faults |= _time_fault("result_at", result_at)
        if result_at < sample.taken_at - CLOCKS_DIFFER:
            faults["result_at"] = _("The result is before the sample was taken.")
    if ct_value is not None and not 0 < Decimal(ct_value) <= HIGHEST_CT:
        faults["ct_value"] = _("A Ct value lies between 0 and 50.")
    elif ct_value is not None and result != Sample.Result.POSITIVE:
        faults["ct_value"] = _("Only a positive result has a Ct value.")
    return faults


def result(
    *,
    by: Any,
    sample: Sample,
    result: str,
    result_at: datetime,
    ct_value: Decimal | None = None,
    version: int | None = None,
) -> Sample:
    """Write down what the laboratory said; a positive one confirms a case, a negative one may end what is asked."""
    demand(by, "sampling.edit")
    if result not in RESULTS:
        raise ValidationError({"result": _("Choose positive, negative or invalid.")})
    with writing():
        row = _own(by).filter(pk=sample.pk).select_related("person").first()
        if row is None:
            raise Http404("no such sample in this jurisdiction")
        _set_result(by, row, result, result_at, ct_value, version)
    return row


def result_tube(
    *, by: Any, tube: str, result: str, result_at: datetime, single: Mapping[int, str] | None = None
) -> list[Sample]:
    """Write down the result of a tube for all who are in it and still wait.

    A pool that is positive says nothing of its members: they are to be tested singly (``retest``), and stay waiting.
    ``single`` has the results of members by id, where the laboratory gives them at once.
    """
    demand(by, "sampling.edit")
    if result not in RESULTS:
        raise ValidationError({"result": _("Choose positive, negative or invalid.")})
    with writing():
        rows = (
            list(
                _own(by).filter(tube=tube.strip(), result__in=WAITING).select_related("person").order_by("pk")
            )
            if tube.strip()
            else []
        )
        if not rows:
            raise ValidationError({"tube": _("No sample in this tube waits for a result.")})
        is_pool = len(rows) > 1
        for row in rows:
            said = (single or {}).get(row.pk) or result
            if is_pool and said == Sample.Result.POSITIVE and row.pk not in (single or {}):
                said = Sample.Result.RETEST
            _set_result(by, row, said, result_at, None, row.version)
    return rows


def _own(by: Any) -> Any:
    return Sample.objects.all() if by is None else Sample.objects.identified(by)


def _set_result(
    by: Any, row: Sample, said: str, at: datetime, ct_value: Decimal | None, version: int | None
) -> None:
    faults = _result_faults(row, said, at, ct_value)
    if faults:
        raise ValidationError(faults)
    fields = {"result": said, "result_at": at, "ct_value": ct_value}
    if said == Sample.Result.RETEST:
        fields = {"result": said}  # the clock goes on until each has an answer
    changes = save_version(row, version, fields)
    if not changes:
        return
    audit.record("sampling.result", by=by, subject=row, changes=changes)
    if said in RESULTS:
        _follow(by, [row])


def _follow(by: Any, samples: Iterable[Sample]) -> None:
    """Tell the register of cases and tracing what results mean; the caller holds tracing's lock."""
    told = sorted(samples, key=lambda sample: (sample.taken_at, sample.pk))
    ids = [sample.person_id for sample in told]
    contacts: set[int] = set()
    for first in range(0, len(ids), 500):
        part = Standing.objects.filter(person_id__in=ids[first : first + 500], level__gte=1)
        contacts |= set(part.values_list("person_id", flat=True))
    for sample in told:
        taken_on = timezone.localtime(sample.taken_at).date()
        if sample.result == Sample.Result.POSITIVE:
            result_on = timezone.localtime(sample.result_at or sample.taken_at).date()
            found = _found(sample.person, taken_on)
            cases.confirm_positive(
                by=by, person=sample.person, sampled_on=taken_on, result_on=result_on, found=found
            )
            tracing.tested(by=by, person=sample.person, taken_on=taken_on, is_positive=True)
        elif sample.result == Sample.Result.NEGATIVE and sample.person_id in contacts:
            tracing.tested(by=by, person=sample.person, taken_on=taken_on, is_positive=False)


def _found(person: Any, on: Any) -> str:
    """Return where a positive was found, as far as the stays (of an app above) say it."""
    stays = person.stays.filter(from_on__lte=on).exclude(released_on__lt=on)
    return Found.QUARANTINE if stays.exists() else Found.UNKNOWN
