"""What a page of evidence is made of: figures against what they should be, sections, and a summary on top."""

from __future__ import annotations

import json
import math
import re
import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

INSIDE, OUTSIDE, SHOWN = "inside", "**outside**", "shown"
MOST_ERRORS = 3.0
WIDTH = 130
LIST = re.compile(r"\n([-+*>#=]|\d+[.)] )")


@dataclass(frozen=True, slots=True)
class Check:
    """One figure: what it should be, what the simulation gave, and the standard error of the difference."""

    what: str
    expected: float
    found: float
    error: float

    @property
    def is_inside(self) -> bool:
        """Tell whether the figure lies within three standard errors of what it should be."""
        return abs(self.found - self.expected) <= MOST_ERRORS * self.error

    def row(self, digits: int) -> list[str]:
        """Return the cells of a table."""
        numbers = [f"{x:.{digits}f}" for x in (self.expected, self.found)]
        return [self.what, *numbers, f"{self.error:.2g}", "yes" if self.is_inside else "**no**"]


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the summary: what was checked, what came out, and whether that is inside."""

    check: str
    result: str
    verdict: str
    compared: int = 0  # figures that were compared within standard errors


@dataclass(frozen=True, slots=True)
class Section:
    """A section of the page: its text in Markdown and its lines in the summary."""

    title: str
    text: str
    lines: tuple[Line, ...]


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a Markdown table; all columns but the first are set to the right."""
    marks = ["---", *["---:"] * (len(head) - 1)]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in ([*head], marks, *map(list, rows)))


def check_table(
    checks: Sequence[Check], digits: int = 4, what: str = "", expected: str = "closed form"
) -> str:
    """Return the table of some checks."""
    head = [what or "figure", expected, "simulated", "Monte Carlo error", "inside 3 errors"]
    return table(head, [check.row(digits) for check in checks])


def picture(folder: Path, name: str, words: str) -> str:
    """Return the Markdown of a picture; ``words`` say what it shows to those who do not see it."""
    return f"![{words}]({folder.name}/{name}.png)"


def verdict_of(checks: Sequence[Check]) -> str:
    """Return whether all of some checks are inside."""
    return INSIDE if all(check.is_inside for check in checks) else OUTSIDE


def summed_up(name: str, checks: Sequence[Check]) -> Line:
    """Return the summary of some checks: how many are inside, and how far the farthest is off."""
    inside = sum(check.is_inside for check in checks)
    farthest = max(abs(check.found - check.expected) / check.error for check in checks if check.error > 0)
    return Line(
        name,
        f"{inside} of {len(checks)} within 3 standard errors, the farthest {farthest:.1f}",
        verdict_of(checks),
        len(checks),
    )


def flowed(text: str) -> str:
    """Return text whose paragraphs are laid out anew; tables, pictures and headings stay as they are."""
    blocks = []
    for block in text.strip().split("\n\n"):
        words = block.strip()
        if words and not words.startswith(("|", "!", "#")):
            words = "\n".join(textwrap.wrap(words, WIDTH, break_long_words=False, break_on_hyphens=False))
            words = LIST.sub(r" \1", words)  # a line must not begin like an item of a list
        if words:
            blocks.append(words)
    return "\n\n".join(blocks)


def page(title: str, opening: str, sections: Sequence[Section], closing: str) -> str:
    """Return the whole page."""
    summary = table(
        ["section", "check", "result", "verdict"],
        [
            [str(number), line.check, line.result, line.verdict]
            for number, section in enumerate(sections, 1)
            for line in section.lines
        ],
    ).replace("| --- | ---: | ---: | ---: |", "| --- | --- | --- | --- |")
    parts = [f"# {title}", opening, summary, closing]
    parts += [f"## {number} {section.title}\n\n{section.text}" for number, section in enumerate(sections, 1)]
    return "\n\n".join(flowed(part) for part in parts) + "\n"


def keep(path: Path, figures: dict[str, Any]) -> None:
    """Write figures that cannot be computed everywhere, so that the page can."""
    path.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")


def kept(path: Path) -> dict[str, Any] | None:
    """Return the figures that were written before, if there are any."""
    if not path.exists():
        return None
    figures: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return figures


def mean_and_error(values: Sequence[float]) -> tuple[float, float]:
    """Return the mean of replicates and its standard error."""
    n = len(values)
    mean = math.fsum(values) / n
    return mean, math.sqrt(math.fsum((x - mean) ** 2 for x in values) / (n - 1) / n)
