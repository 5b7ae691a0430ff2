"""What is installed is pinned, hashed, explained, and comes from wherever the reader's own tools are set to."""

from __future__ import annotations

import json
import re
import tomllib

import pytest
from repository import ROOT

LOCKS = ("base", "dev", "node", "peers")


def requirements_of(name: str) -> dict[str, set[str]]:
    """Return the versions of each package of a lock (several where they differ by Python version)."""
    found: dict[str, set[str]] = {}
    for line in (ROOT / "requirements" / f"{name}.lock").read_text().splitlines():
        match = re.match(r"([a-z0-9._-]+)(?:\[[^\]]*\])?==(\S+)", line)
        if match:
            found.setdefault(match[1], set()).add(match[2])
    return found


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_has_a_hash_for_each_package_and_no_address(name: str) -> None:
    text = (ROOT / "requirements" / f"{name}.lock").read_text()
    assert "://" not in text
    assert "--index-url" not in text
    assert "--find-links" not in text
    blocks = re.split(r"\n(?=[a-z])", re.sub(r"^#.*\n", "", text, flags=re.MULTILINE).strip())
    assert blocks
    assert [block for block in blocks if "--hash=sha256:" not in block] == []


def test_what_runs_is_what_is_tested() -> None:
    base, dev = requirements_of("base"), requirements_of("dev")
    assert {name: versions for name, versions in base.items() if dev.get(name) != versions} == {}


def normalised(requirement: str) -> str:
    return re.sub(r"[-_.]+", "-", re.match(r"[A-Za-z0-9._-]+", requirement)[0]).lower()


def test_every_dependency_is_locked() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    base, dev, node = (requirements_of(name) for name in ("base", "dev", "node"))
    groups = project["dependency-groups"]
    assert {normalised(item) for item in project["project"]["dependencies"]} <= base.keys()
    assert {normalised(item) for item in groups["dev"] if isinstance(item, str)} <= dev.keys()
    assert {normalised(item) for item in groups["build"]} <= base.keys()
    assert {normalised(item) for item in groups["node"]} <= node.keys()


def test_the_peers_are_locked_say_why_and_are_no_dependency() -> None:
    text = (ROOT / "requirements" / "peers.in").read_text()
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    assert [line for line in lines if not re.search(r"#\s*\S{3,}", line)] == []
    wanted = {normalised(line) for line in lines}
    assert {"boario", "covasim", "laser-core"} <= wanted <= requirements_of("peers").keys()
    assert not (wanted - {"numpy"}) & requirements_of("dev").keys()


def test_every_dependency_says_why_it_is_there() -> None:
    text = (ROOT / "pyproject.toml").read_text()
    start, end = text.index("dependencies = ["), text.index("[tool.")
    silent = [
        line.strip()
        for line in text[start:end].splitlines()
        if re.match(r'\s+"[A-Za-z]', line) and "::" not in line and not re.search(r"#\s*\S{3,}", line)
    ]
    assert not silent


def test_the_front_end_is_pinned_without_addresses() -> None:
    lock = json.loads((ROOT / "package-lock.json").read_text())
    packages = {name: entry for name, entry in lock["packages"].items() if name}
    assert packages
    assert [name for name, entry in packages.items() if "integrity" not in entry] == []
    assert [name for name, entry in packages.items() if "resolved" in entry] == []
    manifest = json.loads((ROOT / "package.json").read_text())
    wanted = manifest["dependencies"] | manifest["devDependencies"]
    assert [version for version in wanted.values() if not re.fullmatch(r"\d+\.\d+\.\d+", version)] == []
