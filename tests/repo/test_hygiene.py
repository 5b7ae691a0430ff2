"""Nothing in the repository depends on, or tells of, the machine that it was written on."""

from __future__ import annotations

import re

from repository import ROOT, tracked_files

# Written so that this file does not match itself.
PATTERNS = {
    "a package registry's host": re.compile(
        r"(?:pythonhosted|pypi|npmjs)\.(?:org|com)|deb\.(?:debian)\.org|crates\.(?:io)/"
    ),
    "a path of somebody's machine": re.compile(
        r"(?<![\w.])/(?:root|home/\w+|Users/\w+)/|/work/(?:main|scratch|shared)\b"
    ),
    "a working paper that is not here": re.compile(
        r"shared/(?:design|facts|interop|hooks)\b|\bcontract\.(?:md)\b"
    ),
    "a word of the workplace": re.compile(
        r"\bC(?:EO)\b|\b[Cc]lau(?:de)\b|\b[Hh]elper [A-G]\b|\bsub(?:agent)"
    ),
    "a mark of an unfinished merge": re.compile(r"^(?:<{7}|>{7}) ", re.MULTILINE),
}
BINARY = {".png", ".jpg", ".ico", ".woff", ".woff2", ".npy", ".npz", ".parquet", ".mo", ".gz"}


def test_no_host_path_or_workplace_word_in_any_file() -> None:
    faults = []
    for path in tracked_files():
        if path.suffix in BINARY:
            continue
        text = path.read_text(encoding="utf-8")
        for what, pattern in PATTERNS.items():
            for match in pattern.finditer(text):
                line = text.count("\n", 0, match.start()) + 1
                faults.append(f"{path.relative_to(ROOT)}:{line}: {what}: {match.group()!r}")
    assert not faults, "\n".join(faults)


def test_nothing_large_and_nothing_built_is_tracked() -> None:
    names = [path.relative_to(ROOT).as_posix() for path in tracked_files()]
    built = [name for name in names if name.endswith((".mo", ".pyc", ".sqlite3")) or "/build/" in name]
    large = [path.name for path in tracked_files() if path.stat().st_size > 2_000_000]
    assert not built
    assert not large
