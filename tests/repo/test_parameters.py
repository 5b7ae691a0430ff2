"""Every number of a model has a unit, a range and a source, and is used."""

from __future__ import annotations

import ast
import csv
import re
from dataclasses import dataclass
from pathlib import Path

import pytest
from repository import PACKAGE, modules

from songhanh.core.parameters import read_table

TABLES = sorted(PACKAGE.rglob("parameters.csv"))


@dataclass(frozen=True)
class Uses:
    """The texts in the code, and those that are put together from fields (``f"{lever}_{level}"``)."""

    words: frozenset[str]
    composed: tuple[
        tuple[re.Pattern[str], bool], ...
    ]  # pattern with a group a field; whether it says enough alone

    def includes(self, name: str) -> bool:
        """Tell whether the code can name a parameter."""
        if name in self.words:
            return True
        for pattern, is_telling in self.composed:
            match = pattern.fullmatch(name)
            if match and (is_telling or self.words.issuperset(match.groups())):
                return True
        return False


@pytest.fixture(scope="module")
def uses() -> Uses:
    words: set[str] = set()
    composed = []
    for tree in modules().values():
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                words.add(node.value)
            elif isinstance(node, ast.Attribute):
                words.add(node.attr)
            elif isinstance(node, ast.keyword) and node.arg:
                words.add(node.arg)
            elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
                words.add(node.target.id)
            elif isinstance(node, ast.JoinedStr):
                literal = [part.value for part in node.values if isinstance(part, ast.Constant)]
                pattern = "".join(
                    re.escape(str(part.value)) if isinstance(part, ast.Constant) else r"(\w+)"
                    for part in node.values
                )
                composed.append((re.compile(pattern), len("".join(map(str, literal)).strip("_")) >= 3))
    for table in PACKAGE.rglob("policies/*/*.csv"):
        with table.open(encoding="utf-8", newline="") as handle:
            words.update(cell for row in csv.reader(handle) for cell in row)
    return Uses(frozenset(words), tuple(composed))


@pytest.mark.parametrize("table", TABLES, ids=lambda path: path.parent.name)
def test_every_parameter_has_a_unit_a_range_and_a_source(table: Path) -> None:
    faults = []
    for row in read_table(table):
        if not row.unit:
            faults.append(f"{row.name}: no unit (write 1 for a pure number)")
        if len(row.source) < 4:
            faults.append(f"{row.name}: no source")
        if re.match(r"assumed\W*$", row.source, re.IGNORECASE):
            faults.append(f"{row.name}: assumed, but why?")
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("table", TABLES, ids=lambda path: path.parent.name)
def test_every_parameter_is_used(table: Path, uses: Uses) -> None:
    assert [row.name for row in read_table(table) if not uses.includes(row.name)] == []


def test_no_row_is_written_twice() -> None:
    for table in TABLES:
        lines = table.read_text(encoding="utf-8").splitlines()[1:]
        names = [line.split(",", 1)[0] for line in lines if line]
        assert len(names) == len(set(names)), table.parent.name


def test_the_models_have_tables() -> None:
    assert {"epidemic", "economy", "measures"} <= {table.parent.name for table in TABLES}
