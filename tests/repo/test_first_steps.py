"""The examples in the documents run as they stand."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest
from repository import ROOT

BLOCK = re.compile(r"^```python\n(.*?)^```", re.MULTILINE | re.DOTALL)


def blocks(document: str) -> list[str]:
    return BLOCK.findall((ROOT / document).read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("document", "number"), [("docs/first-steps.md", 0), ("docs/first-steps.md", 1), ("docs/epidemic.md", 0)]
)
def test_an_example_runs(document: str, number: int) -> None:
    # A process of its own, as a reader would start one.
    ran = subprocess.run(
        [sys.executable, "-c", blocks(document)[number]],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    assert re.search(r"\d", ran.stdout)


def test_the_first_example_is_ten_lines() -> None:
    lines = [line for line in blocks("docs/first-steps.md")[0].splitlines() if line.strip()]
    assert len(lines) <= 10
