"""Finding a person: by name with or without accents, telephone, identity number, or the code of a case."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Q

from songhanh.operations.people.identity import phone_number
from songhanh.operations.people.models import Person
from songhanh.operations.project.folding import fold

_CASE_CODE = re.compile(r"^[A-Z]{2,6}-\d{4}-\d+$")
_NATIONAL_CODE = re.compile(r"^BN\s?\d+$")
_NUMBER = re.compile(r"^\+?[\d\s.\-]{4,}$")
LAST_LETTER = "\U0010ffff"


def listed(user: Any, text: str = "") -> Any:
    """Return the persons that a search finds, in an order that an index has; without a text all, newest first.

    Only persons whom the reader may see by name are searched: a search must not find out what a page hides.
    """
    text = " ".join(text.split())
    if not text:
        return Person.objects.visible_to(user).filter(merged_into__isnull=True).order_by("-pk")
    rows = Person.objects.identified(user).filter(merged_into__isnull=True)
    exact = _exact(text)
    if exact is not None:
        return rows.filter(exact).order_by("name_key", "pk")
    ways = list(_ways(fold(text).split()))
    for condition, order in ways:
        found = rows.filter(condition).order_by(order, "pk")
        if found.exists():
            return found
    return rows.none()


def _exact(text: str) -> Q | None:
    upper = text.upper()
    if _CASE_CODE.match(upper):
        return Q(cases__code=upper)
    if _NATIONAL_CODE.match(upper):
        return Q(cases__national_code=upper.replace(" ", ""))
    if _NUMBER.match(text):
        digits = re.sub(r"\D", "", text)
        return prefix("phone", _number_begun(text, digits)) | Q(phone=text) | prefix("id_number", digits)
    try:
        return Q(uuid=UUID(text))
    except ValueError:
        return None


def _number_begun(text: str, digits: str) -> str:
    """Return how a telephone number that may be half written begins in its one form."""
    whole = phone_number(text)
    if whole.startswith("+"):
        return whole
    return "+84" + digits.removeprefix("84").removeprefix("0")


def _ways(words: list[str]) -> Iterator[tuple[Q, str]]:
    """Yield ways in which words can be a name, the likeliest first; each but the last is answered by one index."""
    if not words:
        return
    first, *middle, last = words if len(words) > 1 else (words[0], "")
    if not last:
        yield prefix("name_key", first), "name_key"
        yield prefix("name_folded", first), "name_folded"
        yield _anywhere(words), "name_key"
        return
    between = Q()
    for word in middle:
        between &= Q(name_folded__contains=f" {word} ")
    # "nguyen huong": family name and given name, whatever stands between
    yield Q(name_key=f"{last} {first}") & between, "name_folded"
    # "nguyen thi hu": a name as it is written, not yet to its end
    yield prefix("name_folded", " ".join(words)), "name_folded"
    # "thi huong": the end of a name
    yield prefix("name_key", f"{last} ") & Q(name_folded__endswith=" " + " ".join(words)), "name_key"
    # "nguyen hu": family name, and the beginning of a given name
    yield prefix("name_key", last) & prefix("name_folded", f"{first} ") & between, "name_key"
    yield _anywhere(words), "name_key"


def _anywhere(words: list[str]) -> Q:
    """Return the condition that a name has all words somewhere; no index helps, so it is the last way."""
    found = Q()
    for word in words:
        found &= Q(name_folded__contains=word)
    return found


def prefix(column: str, text: str) -> Q:
    """Return the condition that a column begins with a text, as the index of each database answers it."""
    if connection.vendor == "sqlite":  # its LIKE ignores case, and therefore the index
        return Q(**{f"{column}__gte": text, f"{column}__lt": text + LAST_LETTER})
    return Q(**{f"{column}__startswith": text})
