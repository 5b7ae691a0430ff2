"""docs/evaluation.md names every field that is written, with its type, and no other."""

from __future__ import annotations

import re
from typing import Any

import pytest
from shape import shape

ROW = re.compile(r"^\| `([^`]+)` \| ([^|]*)\|([^|]*)\|([^|]*)\|$", re.MULTILINE)
# A whole number is written where a number is asked for.
NUMBERS = {"number": {"number", "integer"}}


def described(page: str, schema: str) -> dict[str, str]:
    section = page[page.index(f"(`{schema}`)") :]
    end = section.find("\n## ")
    return {path: kind.strip() for path, kind, _, _ in ROW.findall(section[: end if end > 0 else None])}


@pytest.mark.parametrize("name", ["bounded", "evening", "hindsight", "searched"])
def test_the_page_and_the_document_have_the_same_fields(
    name: str, field_page: str, request: pytest.FixtureRequest
) -> None:
    document: dict[str, Any] = request.getfixturevalue(name)
    fields = described(field_page, document["schema"])
    met = shape(document)
    if name == "searched":  # a plan in it is told as in an evaluation
        told = {path.removeprefix("named[].plan.") for path in met if path.startswith("named[].plan.")}
        bounded = shape(request.getfixturevalue("bounded"))
        known = {path.removeprefix("plans[].") for path in bounded if path.startswith("plans[].")}
        # It has no ceilings, and its plans may all be feasible.
        assert told <= known and all(path.startswith(("meets", "infeasible")) for path in known - told)
        met = {path: types for path, types in met.items() if not path.startswith("named[].plan.")}
        met["named[].plan"] = {"object"}
    # A list may be empty in one plan and have rows in another.
    empty = {path for path, types in met.items() if not types and any(p.startswith(path + ".") for p in met)}
    assert set(met) - empty == set(fields)
    for path, types in met.items():
        allowed = {word for kind in fields.get(path, "").split(" or ") for word in NUMBERS.get(kind, {kind})}
        assert types <= allowed, path


def test_the_page_names_every_cause(evaluation: dict[str, Any], field_page: str) -> None:
    for cause in evaluation["plans"][0]["jobs_by_cause"]:
        assert f"`{cause}`" in field_page
