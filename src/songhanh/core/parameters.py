"""Parameter tables: every number of a model is a row with unit, default, range and source."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.resources.abc import Traversable

from songhanh.core.errors import Fault, SonghanhError

COLUMNS = ("name", "symbol", "unit", "default", "low", "high", "source", "note")


@dataclass(frozen=True, slots=True)
class Parameter:
    """One number of a model.

    ``low`` to ``high`` is the range that worlds are drawn from, with ``default`` as its median; where it is a point,
    the number is not varied.
    """

    name: str
    symbol: str
    unit: str
    default: float
    low: float
    high: float
    source: str
    note: str

    def quantile(self, u: float) -> float:
        """Return the value below which a share ``u`` of the worlds lie: linear from low to default to high."""
        if u < 0.5:
            return self.low + (self.default - self.low) * 2.0 * u
        return self.default + (self.high - self.default) * (2.0 * u - 1.0)

    @property
    def is_varied(self) -> bool:
        """Tell whether worlds differ in this number."""
        return self.low < self.high

    @property
    def is_assumed(self) -> bool:
        """Tell whether the source is our own assumption."""
        return self.source.lower().startswith("assumed")


@dataclass(frozen=True, slots=True)
class ParameterTable:
    """The rows of one ``parameters.csv``, by name, in the order of the file."""

    rows: dict[str, Parameter]

    def __getitem__(self, name: str) -> Parameter:
        return self.rows[name]

    def __iter__(self) -> Iterator[Parameter]:
        return iter(self.rows.values())

    def defaults(self) -> dict[str, float]:
        """Return the default of every parameter."""
        return {name: row.default for name, row in self.rows.items()}

    def with_overrides(self, overrides: Mapping[str, float]) -> dict[str, float]:
        """Return the defaults with some values replaced.

        Raises
        ------
        SonghanhError
            If a name is unknown or a value is not a number.
        """
        result = self.defaults()
        for name, value in overrides.items():
            if name not in result:
                raise SonghanhError(
                    Fault(
                        code="parameter.unknown",
                        message=f"There is no parameter called {name!r}.",
                        remedy=f"Known parameters: {', '.join(sorted(result))}.",
                        parameter=name,
                    )
                )
            result[name] = float(value)
        return result


def read_table(source: Traversable) -> ParameterTable:
    """Read a ``parameters.csv``.

    Raises
    ------
    SonghanhError
        If a column is missing, a number is not one, or low <= default <= high does not hold.
    """
    rows: dict[str, Parameter] = {}
    with source.open("r", encoding="utf-8") as handle:
        reader = csv.DictReader(handle)
        missing = [column for column in COLUMNS if column not in (reader.fieldnames or ())]
        if missing:
            raise _fault(source, 1, missing[0], "This column is missing.")
        for number, line in enumerate(reader, start=2):
            try:
                default, low, high = (float(line[key]) for key in ("default", "low", "high"))
            except (TypeError, ValueError):
                raise _fault(source, number, "default", "A number is expected.") from None
            if not low <= default <= high:
                raise _fault(source, number, "default", "low <= default <= high does not hold.")
            rows[line["name"]] = Parameter(
                line["name"], line["symbol"], line["unit"], default, low, high, line["source"], line["note"]
            )
    return ParameterTable(rows)


def _fault(source: Traversable, row: int, column: str, message: str) -> SonghanhError:
    return SonghanhError(
        Fault(
            code="parameter.table",
            message=message,
            remedy=f"The columns are {', '.join(COLUMNS)}.",
            file=source.name,
            row=row,
            column=column,
        )
    )
