"""What is installed from the wheel is whole: tables, plans, templates and the built front end."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from repository import PACKAGE, ROOT, tracked_files

BUILD = PACKAGE / "operations" / "project" / "static" / "songhanh" / "build"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """The names in a freshly built wheel."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    (path,) = folder.glob("*.whl")
    with zipfile.ZipFile(path) as archive:
        return set(archive.namelist())


def test_every_file_of_the_package_is_in_the_wheel(wheel: set[str]) -> None:
    source = ROOT / "src"
    wanted = {path.relative_to(source).as_posix() for path in tracked_files() if path.is_relative_to(PACKAGE)}
    assert wanted - wheel == set()


def test_the_built_front_end_is_in_the_wheel(wheel: set[str]) -> None:
    built = {path.relative_to(ROOT / "src").as_posix() for path in BUILD.rglob("*") if path.is_file()}
    assert built, "run `make setup` first"
    assert built - wheel == set()


def test_licence_and_command_are_in_the_wheel(wheel: set[str]) -> None:
    assert any(name.endswith("licenses/LICENSE") for name in wheel)
    assert any(name.endswith("entry_points.txt") for name in wheel)
    assert not [name for name in wheel if name.startswith(("tests/", "docs/", "frontend/"))]


def test_nothing_built_here_came_from_elsewhere() -> None:
    for path in BUILD.rglob("*"):
        if path.suffix in {".css", ".js"}:
            text = Path(path).read_text(encoding="utf-8")
            assert "@import" not in text or "http" not in text.split("@import", 1)[1][:40], path.name
            assert "sourceMappingURL=http" not in text, path.name
