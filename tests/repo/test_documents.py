"""The documents name only what exists."""

from __future__ import annotations

import importlib
import re
from pathlib import Path

import pytest
from repository import ROOT, documents

from songhanh.console.main import COMMANDS

ROUTES = ("docs/follow-one-plan.md", "docs/follow-one-case.md")
NAME = re.compile(r"`(songhanh(?:\.\w+)+)(?:\([^`]*\))?`")
LINK = re.compile(r"\[[^\]]*\]\(([^)#\s]+)[^)]*\)")
# In running text only what is set as code is a command; in an indented block, a line that starts with it.
COMMAND = re.compile(r"(?:`|^ {4,})songhanh ([a-z]+)", re.MULTILINE)
TARGET = re.compile(r"(?:`|^ {4,})make ([a-z-]+)", re.MULTILINE)


def resolve(dotted: str) -> object:
    """Import the longest module and take the rest as attributes."""
    parts = dotted.split(".")
    for end in range(len(parts), 0, -1):
        name = ".".join(parts[:end])
        try:
            thing: object = importlib.import_module(name)
        except ModuleNotFoundError as error:
            if error.name is not None and not name.startswith(error.name):
                raise
            continue
        for attribute in parts[end:]:
            thing = getattr(thing, attribute)
        return thing
    raise LookupError(dotted)


def names_in(path: Path) -> list[str]:
    return NAME.findall(path.read_text(encoding="utf-8"))


def pages() -> list[str]:
    return [path.relative_to(ROOT).as_posix() for path in documents()]


@pytest.mark.parametrize("document", pages())
def test_every_name_in_code_type_exists(document: str) -> None:
    missing = []
    for name in names_in(ROOT / document):
        try:
            resolve(name)
        except (AttributeError, LookupError):
            missing.append(name)
    assert not missing


@pytest.mark.parametrize("document", ROUTES)
def test_a_reading_route_names_the_steps(document: str) -> None:
    assert len(set(names_in(ROOT / document))) >= 8


@pytest.mark.parametrize("document", pages())
def test_every_link_inside_the_repository_leads_somewhere(document: str) -> None:
    links = [
        link for link in LINK.findall((ROOT / document).read_text(encoding="utf-8")) if "://" not in link
    ]
    assert [link for link in links if not ((ROOT / document).parent / link).exists()] == []


@pytest.mark.parametrize("document", pages())
def test_every_command_exists(document: str) -> None:
    text = (ROOT / document).read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert set(COMMAND.findall(text)) <= COMMANDS.keys()
    assert set(TARGET.findall(text)) <= targets


def test_every_make_target_is_explained() -> None:
    text = (ROOT / "Makefile").read_text()
    targets = re.findall(r"^([a-z-]+):(.*)$", text, re.MULTILINE)
    assert [name for name, rest in targets if not re.search(r"## \S.{5,}", rest)] == []
    phony = set(" ".join(re.findall(r"^\.PHONY: (.*)$", text, re.MULTILINE)).split())
    assert {name for name, _rest in targets} == phony


def test_every_decision_is_in_the_list() -> None:
    folder = ROOT / "docs" / "adr"
    listed = set(LINK.findall((folder / "README.md").read_text(encoding="utf-8")))
    pages_there = {path.name for path in folder.glob("0*.md")}
    assert listed == pages_there
    for name in sorted(pages_there):
        text = (folder / name).read_text(encoding="utf-8")
        for heading in ("\nStatus: ", "\n## Context\n", "\n## Decision\n", "\n## Consequences\n"):
            assert heading in text, f"{name} lacks {heading.strip()!r}"


def test_the_readme_has_its_parts() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    for part in (
        "make demo",
        "make test",
        "docs/follow-one-plan.md",
        "docs/follow-one-case.md",
        "docs/images/decide.png",
    ):
        assert part in text
    headings = re.findall(r"^## (.+)$", text, re.MULTILINE)
    for heading in ("What you should see", "How we know", "Data and privacy", "Limits"):
        assert heading in headings
    limits = text[text.index("## Limits") :]
    numbers = [int(number) for number in re.findall(r"^(\d+)\. ", limits, re.MULTILINE)]
    assert numbers
    assert numbers == list(range(1, len(numbers) + 1))
