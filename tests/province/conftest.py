"""The small province as a fixture."""

from __future__ import annotations

from pathlib import Path

import pytest
from tiny import write

from songhanh.province import Pack, Population, load, population


@pytest.fixture(scope="session")
def tiny_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the small province; not to be changed."""
    return write(tmp_path_factory.mktemp("tiny"))


@pytest.fixture(scope="session")
def tiny_pack(tiny_folder: Path) -> Pack:
    return load(tiny_folder)


@pytest.fixture(scope="session")
def tiny_people(tiny_pack: Pack) -> Population:
    return population(tiny_pack)
