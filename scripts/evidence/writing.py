"""How a page of evidence is computed and written: whole, or not at all."""

from __future__ import annotations

import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from evidence.page import Section, page

Sections = Mapping[str, Callable[[Path], Section]]


def compute(sections: Sections, names: list[str], folder: Path) -> list[Section]:
    """Compute sections and draw their pictures into a folder."""
    found = []
    for name in names:
        began = time.monotonic()
        found.append(sections[name](folder))
        print(f"    {name}: {time.monotonic() - began:.0f} s", file=sys.stderr)
    return found


def write(
    folder: Path, title: str, opening: str, sections: Sections, closing: Callable[[list[Section]], str]
) -> None:
    """Write the page and its folder, only when all of it is there."""
    with tempfile.TemporaryDirectory() as scratch:
        fresh = Path(scratch) / folder.name
        if folder.exists():
            shutil.copytree(folder, fresh)  # what cannot be made everywhere is kept
        fresh.mkdir(exist_ok=True)
        found = compute(sections, list(sections), fresh)
        text = page(title, opening, found, closing(found))
        for drawn in fresh.glob("*.png"):
            if f"({folder.name}/{drawn.name})" not in text:
                drawn.unlink()
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(fresh, folder)
    folder.with_suffix(".md").write_text(text, encoding="utf-8")


def main(
    names: list[str],
    folder: Path,
    title: str,
    opening: str,
    sections: Sections,
    closing: Callable[[list[Section]], str],
) -> None:
    """Compute all sections and write the page, or only those named and print them."""
    if names:
        show(sections, names, folder)
    else:
        write(folder, title, opening, sections, closing)


def show(sections: Sections, names: list[str], folder: Path) -> None:
    """Compute only some sections and print them; their pictures are drawn."""
    folder.mkdir(parents=True, exist_ok=True)
    for section in compute(sections, names, folder):
        print(section.title, section.text, *section.lines, sep="\n")
