"""Pages of long lists: counting stops early, so that the hundred-thousandth row costs no more than the first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest

ROWS_A_PAGE = 50
COUNTED = 10_000  # beyond this a list says "more than"


@dataclass(frozen=True)
class Page:
    """Some rows of a list, with what the template's ``project/_pages.html`` needs to go on."""

    rows: Sequence[Any]
    number: int
    count: int
    is_more: bool  # whether there are more rows than were counted
    has_next: bool
    query: str

    def __iter__(self) -> Any:
        """Iterate over the rows."""
        return iter(self.rows)

    @property
    def n_pages(self) -> int:
        """Return how many pages were counted."""
        return max(1, -(-self.count // ROWS_A_PAGE))

    @property
    def has_previous(self) -> bool:
        """Say whether there is a page before."""
        return self.number > 1

    @property
    def next_number(self) -> int:
        """Return the number of the next page."""
        return self.number + 1

    @property
    def previous_number(self) -> int:
        """Return the number of the page before."""
        return self.number - 1


def page_of(request: HttpRequest, rows: QuerySet[Any], per_page: int = ROWS_A_PAGE) -> Page:
    """Return the page of an ordered queryset that ``?page=`` asks for; a number that cannot be read is the first."""
    asked = request.GET.get("page", "1")
    number = min(max(1, int(asked)), 1_000_000) if asked.isascii() and asked.isdigit() else 1
    first = (number - 1) * per_page
    # First the keys alone: where a sort is needed it is of narrow rows, and the wide ones are read for one page.
    keys = list(rows.values_list("pk", flat=True)[first : first + per_page + 1])
    by_key = {row.pk: row for row in rows.order_by().filter(pk__in=keys[:per_page])}
    found = [by_key[key] for key in keys[:per_page] if key in by_key]
    # Only the keys are counted, without the order and the annotations, and no further than needed.
    counted = rows.order_by().values_list("pk")[: COUNTED + 1].count()
    return Page(
        rows=found,
        number=number,
        count=min(counted, COUNTED),
        is_more=counted > COUNTED,
        has_next=len(keys) > per_page,
        query=query_without(request, "page", "format"),
    )


def query_without(request: HttpRequest, *keys: str) -> str:
    """Return the query of the address without some keys, for links that keep the filter."""
    query = request.GET.copy()
    for key in keys:
        query.pop(key, None)
    return query.urlencode()
