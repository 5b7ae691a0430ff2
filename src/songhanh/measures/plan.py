"""Plans: dated lists of measures, read from TOML, with one id for one content."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, cast

from pydantic import ValidationError

from songhanh.core.canonical import sha256, toml_bytes
from songhanh.core.errors import Fault, SonghanhError
from songhanh.core.text import Text
from songhanh.measures.base import Measure
from songhanh.measures.registry import KINDS

FORMAT = "songhanh-plan/1"
FIELDS = ("format", "name", "summary", "reference", "decided", "lifts", "measures")


@dataclass(frozen=True)
class Plan:
    """A named list of measures on top of the orders in force.

    Attributes
    ----------
    slug
        Name of the file, without a leading number.
    reference
        A line to compare with that nobody can adopt.
    decided
        What the authorities decided at the time.
    lifts
        Ids of the orders in force that the plan ends (``*``: all of them).
    file, lines
        Where it was read from: the line on which each measure begins. Not part of its content.
    """

    slug: str
    name: Text
    summary: Text
    measures: tuple[Measure, ...]
    reference: bool = False
    decided: bool = False
    lifts: tuple[str, ...] = ()
    file: str | None = field(default=None, compare=False)
    lines: tuple[int, ...] = field(default=(), compare=False)

    def content(self) -> dict[str, Any]:
        """Return the plan as it is written; measures in canonical order, since their order means nothing."""
        measures = sorted((measure.content() for measure in self.measures), key=toml_bytes)
        content: dict[str, Any] = {
            "format": FORMAT,
            "name": self.name.as_dict(),
            "summary": self.summary.as_dict(),
            "measures": measures,
        }
        if self.lifts:
            content["lifts"] = sorted(self.lifts)
        for flag in ("reference", "decided"):
            if getattr(self, flag):
                content[flag] = True
        return content

    def canonical(self) -> bytes:
        """Return the canonical TOML."""
        return toml_bytes(self.content())

    @cached_property
    def id(self) -> str:
        """Return the SHA-256 of the canonical TOML."""
        return sha256(self.canonical())


def read_plan(path: Path | str) -> Plan:
    """Read a plan from a TOML file.

    Raises
    ------
    SonghanhError
        With every fault found: file, line, measure number, field and remedy.
    """
    path = Path(path)
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SonghanhError(
            Fault(
                "plan.unreadable",
                f"The plan cannot be read ({error}).",
                "Give a TOML file in UTF-8.",
                str(path),
            )
        ) from None
    return parse_plan(text, slug=re.sub(r"^\d+-", "", path.stem), file=path.name)


def parse_plan(text: str, slug: str = "plan", file: str = "plan.toml") -> Plan:
    """Read a plan from the text of a TOML file (see `read_plan`)."""
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"at line (\d+)", str(error))
        fault = Fault(
            code="plan.toml",
            message=f"This is not TOML: {error}.",
            remedy="Put text in quotes, lists in [ ], and begin each measure with [[measures]].",
            file=file,
            row=int(line.group(1)) if line else text.count("\n") + 1,
        )
        raise SonghanhError(fault) from None
    return _Reader(file, text).plan(content, slug)


class _Reader:
    """Collects the faults of one file, with the line of each."""

    def __init__(self, file: str, text: str) -> None:
        self.file, self.lines = file, text.splitlines()
        self.starts = [i for i, line in enumerate(self.lines) if re.match(r"\s*\[\[\s*measures\s*\]\]", line)]
        self.faults: list[Fault] = []

    def plan(self, content: Mapping[str, Any], slug: str) -> Plan:
        for key in content:
            if key not in FIELDS:
                self.fault(
                    "plan.field", f"There is no field {key!r}.", f"Fields: {', '.join(FIELDS)}.", field=key
                )
        if content.get("format") != FORMAT:
            self.fault("plan.format", "The format of the plan is missing or unknown.",
                       f'Write format = "{FORMAT}" on top.', field="format")  # fmt: skip
        name, summary = self.words(content, "name"), self.words(content, "summary")
        flags = {flag: content.get(flag, False) for flag in ("reference", "decided")}
        for flag, value in flags.items():
            if not isinstance(value, bool):
                self.fault("plan.field", f"{flag} is {value!r}.", "Write true or false.", field=flag)
        lifts = content.get("lifts", [])
        if not isinstance(lifts, list) or not all(isinstance(item, str) for item in lifts):
            self.fault(
                "plan.field", "lifts is not a list of ids.", 'Write for example lifts = ["*"].', field="lifts"
            )
            lifts = []
        rows = content.get("measures", [])
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            self.fault("plan.field", "measures is not a list of tables.", "Begin each measure with [[measures]].",
                       field="measures")  # fmt: skip
            rows = []
        measures = [self.measure(number, row) for number, row in enumerate(rows, start=1)]
        if self.faults:
            raise SonghanhError(self.faults)
        return Plan(
            slug=slug,
            name=name,
            summary=summary,
            measures=tuple(measure for measure in measures if measure is not None),
            reference=flags["reference"],
            decided=flags["decided"],
            lifts=tuple(lifts),
            file=self.file,
            lines=tuple(start + 1 for start in self.starts),
        )

    def words(self, content: Mapping[str, Any], field: str) -> Text:
        value = content.get(field)
        if (
            not isinstance(value, dict)
            or set(value) != {"vi", "en"}
            or not all(isinstance(text, str) and text.strip() for text in value.values())
        ):
            self.fault("plan.words", f"{field} must be given in Vietnamese and in English.",
                       f'Write [{field}], then vi = "..." and en = "...".', field=field)  # fmt: skip
            return Text("", "")
        return Text(value["vi"], value["en"])

    def measure(self, number: int, row: Mapping[str, Any]) -> Measure | None:
        kind = row.get("kind")
        if not isinstance(kind, str) or kind not in KINDS:
            self.fault("plan.kind", f"There is no kind of measure {kind!r}." if kind else "The kind is missing.",
                       f"Kinds: {', '.join(KINDS)}.", number, "kind")  # fmt: skip
            return None
        try:
            return KINDS[kind].model_validate(dict(row))
        except ValidationError as error:
            for item in error.errors():
                place = ".".join(str(part) for part in item["loc"] if part != "begins")
                self.fault(
                    *_explain(KINDS[kind], place, cast(dict[str, Any], item)), number, place.split(".")[0]
                )
            return None

    def fault(
        self, code: str, message: str, remedy: str, number: int | None = None, field: str | None = None
    ) -> None:
        self.faults.append(
            Fault(
                code=code,
                message=message,
                remedy=remedy,
                file=self.file,
                row=self.line(number, field),
                column=field or None,
                parameter=f"measure {number}" if number else None,
            )
        )

    def line(self, number: int | None, field: str | None) -> int | None:
        """Return the line of a field: inside the measure's table, else of its header."""
        if number is None:
            first, last = 0, self.starts[0] if self.starts else len(self.lines)
        elif number <= len(self.starts):
            first = self.starts[number - 1]
            last = self.starts[number] if number < len(self.starts) else len(self.lines)
        else:
            return None
        for i in range(first, last):
            if field and re.match(rf"\s*\[*\s*{re.escape(field)}\b", self.lines[i]):
                return i + 1
        return first + 1 if number else None


def _explain(kind: type[Measure], place: str, item: dict[str, Any]) -> tuple[str, str, str]:
    """Turn one message of pydantic into a code, a sentence and a remedy."""
    known = [field.alias or name for name, field in kind.model_fields.items()]
    if item["type"] == "missing" and place == "legal_basis":
        return ("plan.no_basis", "The measure has no legal basis.",
                "Name at least one document of the policy set, for example legal_basis = [\"ct16\"].")  # fmt: skip
    if item["type"] == "too_short" and place == "legal_basis":
        return (
            "plan.no_basis",
            "The list of legal bases is empty.",
            "Name at least one document of the policy set.",
        )
    if item["type"] == "missing":
        return (
            "plan.missing",
            f"The field {place!r} is missing.",
            f"Fields of {kind.KIND}: {', '.join(known)}.",
        )
    if item["type"] == "extra_forbidden":
        return (
            "plan.field",
            f"{kind.KIND} has no field {place!r}.",
            f"Fields of {kind.KIND}: {', '.join(known)}.",
        )
    message = str(item["msg"]).removeprefix("Value error, ")
    shown = "" if not place else f"{place} is {item.get('input')!r}: "
    return ("plan.value", f"{shown}{message}.", f"Put {place or 'the measure'} right.")
