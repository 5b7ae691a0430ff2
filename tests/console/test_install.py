"""`songhanh install` on a data directory of its own: places of the pack, one administrator, nothing half done."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

SOURCE = Path(__file__).resolve().parent.parent.parent / "src"


def run(home: Path, *words: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"SONGHANH_HOME": str(home), "PYTHONPATH": str(SOURCE)}
    environment.pop("DATABASE_URL", None)
    return subprocess.run(
        [sys.executable, "-c", "from songhanh.console.main import main; main()", *words],
        env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_a_province_is_set_up_and_a_bad_word_is_told(tmp_path: Path) -> None:
    done = run(tmp_path, "install", "bac-giang-2021", "--administrator", "quan-tri", "--password", "12345678")
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert "password" in done.stderr
    done = run(
        tmp_path,
        "install",
        "bac-giang-2021",
        "--administrator",
        "quan-tri",
        "--password",
        "một mật khẩu dài 41",
    )
    assert done.returncode == 0, done.stderr
    assert "Bắc Giang is set up" in done.stdout
    listed = run(tmp_path, "accounts", "list")
    assert "quan-tri" in listed.stdout
    assert "administrator" in listed.stdout
    again = run(
        tmp_path, "install", "no-such-province", "--administrator", "x", "--password", "một mật khẩu dài 41"
    )
    assert again.returncode == 2
    assert "Traceback" not in again.stderr
