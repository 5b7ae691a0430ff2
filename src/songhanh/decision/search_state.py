"""What a search has tried, kept in a file: written whole under a temporary name and renamed, so that it is never half there."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from songhanh.core.canonical import write_atomically
from songhanh.core.errors import Fault, SonghanhError

SCHEMA = "songhanh-search-state/1"


@dataclass(frozen=True)
class Tried:
    """One rule that was judged: positions in the lists of values, and what came out.

    ``refused`` says which law or limit of the plan forbids it; such a rule is not run.
    """

    steps: tuple[int, ...]
    objectives: tuple[float, ...] = ()
    violations: tuple[float, ...] = ()
    feasible_share: float = 0.0
    refused: str | None = None


@dataclass
class State:
    """The generations of a search, oldest first. With no file it is kept in memory only.

    A search is continued by going through the same generations again with the values kept here: the numbers of NSGA-II
    itself are not saved, since they follow from the seed.
    """

    file: Path | None
    identity: str
    generations: list[list[Tried]] = field(default_factory=list)

    @classmethod
    def read(cls, file: Path | None, identity: str) -> State:
        """Read what a search has tried; empty where there is no file yet.

        Raises
        ------
        SonghanhError
            If the file is not a state of a search, or of another one.
        """
        state = cls(file, identity)
        if file is None or not file.exists():
            return state
        try:
            content = json.loads(file.read_text(encoding="utf-8"))
            if content["schema"] != SCHEMA:
                raise ValueError(content["schema"])
            state.generations = [[_tried(row) for row in rows] for rows in content["generations"]]
            found = content["identity"]
        except (OSError, UnicodeDecodeError, ValueError, KeyError, TypeError) as error:
            raise SonghanhError(
                _fault(file, f"This is not the state of a search ({type(error).__name__}).")
            ) from None
        if found != identity:
            raise SonghanhError(
                _fault(
                    file,
                    "This is the state of another search: other pack, date, worlds, seed, limits or version.",
                )
            )
        return state

    def add(self, rules: list[Tried]) -> None:
        """Keep one more generation."""
        self.generations.append(rules)
        if self.file is None:
            return
        content: dict[str, Any] = {
            "schema": SCHEMA,
            "identity": self.identity,
            "generations": [[_row(rule) for rule in rows] for rows in self.generations],
        }
        # Floats are written so that they are read back bit for bit.
        write_atomically(
            self.file, (json.dumps(content, ensure_ascii=False, allow_nan=False) + "\n").encode()
        )


def _row(rule: Tried) -> list[Any]:
    return [list(rule.steps), list(rule.objectives), list(rule.violations), rule.feasible_share, rule.refused]


def _tried(row: Any) -> Tried:
    steps, objectives, violations, share, refused = row
    return Tried(
        tuple(int(step) for step in steps),
        tuple(float(value) for value in objectives),
        tuple(float(value) for value in violations),
        float(share),
        None if refused is None else str(refused),
    )


def _fault(file: Path, message: str) -> Fault:
    return Fault(
        "search.state",
        message,
        "Name another file, or remove it to begin anew.",
        file=str(file),
        parameter="--state",
    )
