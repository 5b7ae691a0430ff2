"""The API of places: units, sites and facilities, named by code and slug."""

from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Query, Router, Schema
from pydantic import Field

from songhanh.operations.accounts.api import asks
from songhanh.operations.places.models import Facility, Level, Site, Unit
from songhanh.operations.places.queries import communes_below
from songhanh.operations.project.api import Filters, Problem, Text, answers, keyset
from songhanh.operations.project.folding import fold

router = Router(tags=["places"])


class PlaceOut(Schema):
    """A place, by the name that programs use and the one that people use."""

    code: str
    name: str


class UnitOut(Schema):
    """An administrative unit, with the days between which it is valid."""

    code: str
    name: str
    level: Level
    parent: str | None = Field(description="code of the unit above")
    valid_from: date | None
    valid_until: date | None
    population: int | None


class UnitsOut(Schema):
    """A page of units."""

    rows: list[UnitOut]
    next: int | None


class SiteOut(Schema):
    """A place where people meet, or are treated, kept apart or tested."""

    slug: str
    name: str
    kind: str
    unit: PlaceOut | None


class SitesOut(Schema):
    """A page of sites or facilities."""

    rows: list[SiteOut]
    next: int | None


class UnitFilters(Filters):
    """Which units."""

    level: Level | None = None
    parent: Text = Field("", max_length=20, description="code of the unit above")
    name: Text = Field("", max_length=120, description="part of the name, accents or not")


class SiteFilters(Filters):
    """Which sites or facilities."""

    unit: Text = Field("", max_length=20, description="code of the commune")
    name: Text = Field("", max_length=120, description="part of the name, accents or not")


@router.get("/units", response=answers(UnitsOut))
@asks("situation.view")
def list_units(request: HttpRequest, filters: Query[UnitFilters]) -> dict[str, Any]:
    """List administrative units."""
    rows = Unit.objects.select_related("parent")
    if filters.level:
        rows = rows.filter(level=filters.level)
    if filters.parent:
        rows = rows.filter(parent__code=filters.parent)
    if filters.name:
        rows = rows.filter(name_folded__contains=fold(filters.name))
    page, more = keyset(rows, filters)
    return {"rows": [unit_row(unit) for unit in page], "next": more}


@router.get("/sites", response=answers(SitesOut))
@asks("situation.view")
def list_sites(request: HttpRequest, filters: Query[SiteFilters]) -> dict[str, Any]:
    """List sites: parks, plants, schools, markets, boarding houses."""
    rows = Site.objects.select_related("unit")
    if filters.unit:
        rows = rows.filter(unit__code=filters.unit)
    if filters.name:
        rows = rows.filter(name_folded__contains=fold(filters.name))
    return _sites(rows, filters)


@router.get("/facilities", response=answers(SitesOut))
@asks("situation.view")
def list_facilities(request: HttpRequest, filters: Query[SiteFilters]) -> dict[str, Any]:
    """List facilities: hospitals, quarantine places, laboratories."""
    rows = Facility.objects.select_related("unit")
    if filters.unit:
        rows = rows.filter(unit__code=filters.unit)
    if filters.name:
        rows = rows.filter(name__icontains=filters.name)
    return _sites(rows, filters)


def _sites(rows: Any, filters: Filters) -> dict[str, Any]:
    page, more = keyset(rows, filters)
    found = [{"slug": row.slug, "name": row.name, "kind": row.kind, "unit": place(row.unit)} for row in page]
    return {"rows": found, "next": more}


def unit_row(unit: Unit) -> dict[str, Any]:
    """Return a unit as the API writes it."""
    names = ("code", "name", "level", "valid_from", "valid_until", "population")
    return {name: getattr(unit, name) for name in names} | {
        "parent": unit.parent.code if unit.parent else None
    }


def place(row: Any) -> dict[str, str] | None:
    """Return a unit, site or facility as other rows name it."""
    if row is None:
        return None
    return {"code": row.code if isinstance(row, Unit) else row.slug, "name": row.name}


def unit_of(code: str | None, where: str = "unit") -> Unit | None:
    """Return the unit of a code, the newest where a code was used again."""
    return _named(Unit.objects.order_by("-valid_from", "-pk"), "code", code, where)


def units_below(code: str) -> set[int]:
    """Return the ids of a unit and of everything below it."""
    unit = unit_of(code)
    return communes_below(unit.pk) if unit else set()


def narrowed(rows: QuerySet[Any], unit: str | None, **wanted: Any) -> QuerySet[Any]:
    """Return the rows of a unit and below that pass the filters which were given a value."""
    if unit:
        rows = rows.filter(unit__in=units_below(unit))
    return rows.filter(**{name: value for name, value in wanted.items() if value})


def site_of(slug: str | None, where: str = "site") -> Site | None:
    """Return the site of a slug."""
    return _named(Site.objects.all(), "slug", slug, where)


def facility_of(slug: str | None, where: str) -> Facility | None:
    """Return the facility of a slug."""
    return _named(Facility.objects.all(), "slug", slug, where)


def _named(rows: Any, field: str, value: str | None, where: str) -> Any:
    if not value:
        return None
    found = rows.filter(**{field: value}).first()
    if found is None:
        message = _("There is no place with the code %(code)s.") % {"code": value[:80]}
        raise Problem(422, "place.unknown", message, where, _("GET /api/v1/places/ lists the codes."))
    return found
