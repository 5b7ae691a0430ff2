"""The places that rows name, looked up once each."""

from __future__ import annotations

from typing import Any

from songhanh.operations.accounts.scope import scope_of
from songhanh.operations.cases.models import Cluster
from songhanh.operations.places.models import Facility, Site, Unit
from songhanh.operations.places.queries import facility_named, site_named, unit_named


class Places:
    """Units, sites, facilities and clusters by what a list calls them, for one import by one person."""

    def __init__(self, by: Any, default_unit: int | None = None) -> None:
        self._by = by
        self._units: dict[tuple[str, ...], Unit | None] = {}
        self._named: dict[tuple[str, str], Any] = {}
        self.allowed = None if by is None else scope_of(by).names
        self.default = Unit.objects.filter(pk=default_unit).first() if default_unit else None

    def unit(self, commune: str, district: str, province: str, address: str) -> Unit | None:
        """Return the commune of a person, or the district where no more is known of it."""
        key = (commune, district, province, address)
        if key not in self._units:
            self._units[key] = self._unit(*key)
        return self._units[key]

    def _unit(self, commune: str, district: str, province: str, address: str) -> Unit | None:
        above = self._plain(district) or self._plain(province)
        if (province and self._plain(province) is None) or (district and self._plain(district) is None):
            above_is_foreign = True
        else:
            above_is_foreign = False
        if commune:
            found = unit_named(commune, within=above) if above else None
            if found is None and not above_is_foreign:
                found = unit_named(commune)
            return found or above
        if above is None and address and not above_is_foreign:
            parts = [part.strip() for part in address.split(",") if part.strip()]
            for first in range(len(parts)):
                found = unit_named(", ".join(parts[first:]))
                # A lone word may be a street as well as a commune; two in order are a place.
                if found is not None and (len(parts) - first > 1 or len(parts) == 1):
                    return found
        return above

    def _plain(self, text: str) -> Unit | None:
        key = (text,)
        if key not in self._units:
            self._units[key] = unit_named(text) if text else None
        return self._units[key]

    def site(self, text: str) -> Site | None:
        """Return the site of a name, if there is one."""
        return self._once("site", text, site_named)

    def facility(self, text: str) -> Facility | None:
        """Return the hospital of a name, if there is one."""
        return self._once("facility", text, facility_named)

    def laboratory(self, text: str) -> Facility | None:
        """Return the laboratory of a name, if there is one."""
        return self._once(
            "laboratory", text, lambda name: facility_named(name, kind=Facility.Kind.LABORATORY)
        )

    def cluster(self, text: str) -> Cluster | None:
        """Return the cluster of a name, if there is one that may be seen."""
        rows = Cluster.objects.all() if self._by is None else Cluster.objects.visible_to(self._by)
        return self._once("cluster", text, lambda name: rows.filter(name__iexact=name).first())

    def _once(self, kind: str, text: str, find: Any) -> Any:
        if (kind, text) not in self._named:
            self._named[kind, text] = find(text)
        return self._named[kind, text]
