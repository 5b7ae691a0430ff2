"""A backup has every row, goes back into either database as it was, and is refused when anything is wrong with it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

SOURCE = Path(__file__).parent.parent.parent / "src"
DIGESTS = """
import json, sys
from songhanh.operations.project import serving
serving.set_up()
from songhanh.operations.keeping import rows
print(json.dumps({m._meta.label_lower: rows.digest(m) for m in rows.kept_models()}))
"""
REFUSALS = """
import json, sys
from pathlib import Path
from songhanh.core.errors import SonghanhError
from songhanh.operations.project import serving
serving.set_up()
from songhanh.operations.keeping import actions, rows
def digests():
    return {m._meta.label_lower: rows.digest(m) for m in rows.kept_models()}
before, said = digests(), {}
for name in sys.argv[1:]:
    try:
        actions.restore(by=None, file=Path(name), replace=True)
        said[name] = "restored"
    except SonghanhError as error:
        said[name] = str(error)
assert digests() == before
print(json.dumps(said))
"""
SEED = "seed --f0 20 --f1 60 --f2 90 --tests 400 --follow-ups 500 --presence 200 --as-of 2021-05-31".split()
Run = Callable[..., subprocess.CompletedProcess[str]]


def songhanh(home: Path, url: str | None, *arguments: object, check: bool = True, code: str = "") -> str:
    """Run a command in an installation of its own; return what it printed."""
    environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"} | {
        "SONGHANH_HOME": str(home),
        "PYTHONPATH": str(SOURCE),
    }
    if url:
        environment["DATABASE_URL"] = url
    start = ["-c", code] if code else ["-c", "from songhanh.console.main import main; main()"]
    done = subprocess.run(
        [sys.executable, *start, *map(str, arguments)],
        env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if check:
        assert done.returncode == 0, done.stderr
        return done.stdout
    assert done.returncode == 2, (done.returncode, done.stdout, done.stderr)
    assert "Traceback" not in done.stderr
    return done.stderr


def digests(home: Path, url: str | None) -> dict[str, list[object]]:
    found: dict[str, list[object]] = json.loads(songhanh(home, url, code=DIGESTS))
    return found


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """An installation with made-up people and accounts on SQLite, and its backup."""
    home = tmp_path_factory.mktemp("kept")
    songhanh(home, None, *SEED)
    file = home / "evening.zip"
    songhanh(home, None, "backup", file)
    return home, file


def test_comes_back_row_by_row_on_both_databases_and_across_them(
    kept: tuple[Path, Path], postgresql: str, tmp_path: Path
) -> None:
    home, file = kept
    said = {
        label: [table["rows"], table["sha256"]]
        for label, table in json.loads(zipfile.ZipFile(file).read("manifest.json"))["tables"].items()
    }
    assert said["people.person"][0] == 176
    assert said["tracing.presence"][0] == 200
    changing = {
        "audit.event",
        "audit.seal",
        "audit.chainhead",
        "audit.waiting",
    }  # the restore itself is an event
    key = (home / "secret-key").read_text()
    for url, name in ((None, "sqlite"), (postgresql, "postgresql")):
        other = tmp_path / name
        other.mkdir()
        (other / "secret-key").write_text(key)
        printed = songhanh(other, url, "restore", file)
        assert "The chain of the audit holds" in printed
        found = digests(other, url)
        assert {k: v for k, v in found.items() if k not in changing} == {
            k: v for k, v in said.items() if k not in changing
        }
        assert found["audit.event"][0] == said["audit.event"][0] + 1  # type: ignore[operator]
    # From PostgreSQL back into the SQLite database, which is not empty.
    second = tmp_path / "second.zip"
    songhanh(tmp_path / "postgresql", postgresql, "backup", second)
    assert "--replace" in songhanh(tmp_path / "sqlite", None, "restore", second, check=False)
    songhanh(tmp_path / "sqlite", None, "restore", second, "--replace")
    again = digests(tmp_path / "sqlite", None)
    assert {k: v for k, v in again.items() if k not in changing} == {
        k: v for k, v in said.items() if k not in changing
    }
    # Whoever enters the next row gets the next number on PostgreSQL too.
    after = songhanh(
        tmp_path / "postgresql", postgresql,
        code="from songhanh.operations.project import serving; serving.set_up();"
        "from songhanh.operations.people.actions import register; print(register(by=None, full_name='Ong A').pk)",
    )  # fmt: skip
    assert int(after) == 177


def test_another_secret_key_is_told(kept: tuple[Path, Path], tmp_path: Path) -> None:
    _home, file = kept
    environment = os.environ | {"SONGHANH_HOME": str(tmp_path), "PYTHONPATH": str(SOURCE)}
    environment.pop("DATABASE_URL", None)
    done = subprocess.run(
        [sys.executable, "-c", "from songhanh.console.main import main; main()", "restore", str(file)],
        env=environment, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert "another secret key" in done.stderr


def _changed(file: Path, target: Path, change: Callable[[str, bytes], bytes | None]) -> Path:
    with zipfile.ZipFile(file) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            content = change(name, old.read(name))
            if content is not None:
                new.writestr(name, content)
    return target


def test_a_damaged_file_changes_nothing(kept: tuple[Path, Path], tmp_path: Path) -> None:
    home, file = kept
    person = "tables/people.person.jsonl"
    broken = {
        "edited": lambda name, text: (
            text.replace(b"Th\xc3\xb4n 1", b"Th\xc3\xb4n 9", 1) if name == person else text
        ),
        "short": lambda name, text: text[:-50] if name == person else text,
        "without": lambda name, text: None if name == person else text,
        "no-list": lambda name, text: None if name == "manifest.json" else text,
        "older": lambda name, text: (
            text.replace(b"people.0001_initial", b"people.0001_elsewhere")
            if name == "manifest.json"
            else text
        ),
    }
    bad = [_changed(file, tmp_path / f"{name}.zip", change) for name, change in broken.items()]
    cut, flipped, text = tmp_path / "cut.zip", tmp_path / "flipped.zip", tmp_path / "text.zip"
    cut.write_bytes(file.read_bytes()[:-2000])
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 0xFF
    flipped.write_bytes(bytes(content))
    text.write_text("not a backup")
    bad += [cut, flipped, text, tmp_path / "absent.zip", tmp_path]
    said = json.loads(songhanh(home, None, *bad, code=REFUSALS))
    expected = {"older": "another version", "absent": "cannot be read", tmp_path.stem: "cannot be read"}
    for name, message in said.items():
        assert expected.get(Path(name).stem, "damaged") in message, (name, message)


def test_is_readable_by_its_owner_only_and_whole_or_not_there(
    kept: tuple[Path, Path], tmp_path: Path
) -> None:
    home, file = kept
    assert file.stat().st_mode & 0o077 == 0
    assert "folder" in songhanh(home, None, "backup", tmp_path, check=False)
    full = Path("/dev/full")
    if full.exists():
        part = tmp_path / ".full.zip.part"
        part.symlink_to(full)
        said = songhanh(home, None, "backup", tmp_path / "full.zip", check=False)
        assert "space" in said
        assert not (tmp_path / "full.zip").exists()
