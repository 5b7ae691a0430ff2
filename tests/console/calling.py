"""The command line as a person meets it: what it was asked, and what it said."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import NamedTuple

import pytest

from songhanh.console.main import main


class Said(NamedTuple):
    code: int
    out: str
    err: str


Call = Callable[..., Said]


def calling(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, *before: str) -> Call:
    """Return what runs the command line in this process; ``before`` stands before the arguments of each call."""

    def run(*arguments: str) -> Said:
        monkeypatch.setattr(sys, "argv", ["songhanh", *before, *arguments])
        code: int | str | None = 0
        try:
            main()
        except SystemExit as ending:
            code = ending.code
        said = capsys.readouterr()
        assert isinstance(code, int | None)
        return Said(code or 0, said.out, said.err)

    return run


def is_one_clear_message(said: Said, *words: str) -> bool:
    sentences = [line for line in said.err.splitlines() if line.startswith("songhanh: ")]
    return (
        said.code == 2
        and said.out == ""
        and "Traceback" not in said.err
        and len(sentences) == 1
        and all(word in sentences[0] for word in words)
    )
