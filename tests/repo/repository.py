"""What the tests of the repository itself share: its files, as a fresh clone would have them."""

from __future__ import annotations

import ast
import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
PACKAGE = ROOT / "src" / "songhanh"
LIBRARY = ("core", "province", "response", "epidemic", "economy", "measures", "joint", "twin", "decision")


@cache
def tracked_files() -> tuple[Path, ...]:
    """Return the files of the repository, new ones that are not ignored included."""
    listing = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    return tuple(ROOT / name for name in listing.split("\0") if name and (ROOT / name).is_file())


@cache
def modules() -> dict[str, ast.Module]:
    """Return the parsed modules of the package by their dotted names, migrations left out."""
    found = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        if "migrations" in path.parts:
            continue
        parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        found[name] = ast.parse(path.read_text(encoding="utf-8"), filename=str(path))
    return found


def documents() -> list[Path]:
    """Return the Markdown pages."""
    return [path for path in tracked_files() if path.suffix == ".md"]
