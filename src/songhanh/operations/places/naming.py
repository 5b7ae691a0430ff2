"""Names of administrative units as people write them: ``TT Nếnh``, ``xã Nếnh``, ``H. Việt Yên``, without accents."""

from __future__ import annotations

import re
from dataclasses import dataclass

from songhanh.operations.project.folding import fold

# What stands before a name, folded, with the kind it means; longer ones first. A short form needs its dot or space.
_KINDS = {
    "thanh pho": "thành phố",
    "thi tran": "thị trấn",
    "thi xa": "thị xã",
    "phuong": "phường",
    "huyen": "huyện",
    "tinh": "tỉnh",
    "quan": "quận",
    "thon": "thôn",
    "xa": "xã",
    "tp": "thành phố",
    "tt": "thị trấn",
    "tx": "thị xã",
    "p": "phường",
    "h": "huyện",
    "q": "quận",
    "t": "tỉnh",
    "x": "xã",
}
_PREFIX = re.compile(rf"^({'|'.join(_KINDS)})(?:\s*\.\s*|\s+)(?=\S)")
_SEPARATOR = re.compile(r"[,;()/|]|\s[-–—]\s")


@dataclass(frozen=True)
class Written:
    """One unit as written: the folded name without its kind, the kind if it was written, the text folded whole."""

    bare: str
    kind: str
    whole: str


def split_kind(name: str) -> tuple[str, str]:
    """Return kind and bare name of an official name: ``Thị trấn Nếnh`` is a ``Thị trấn`` called ``Nếnh``."""
    words = name.split()
    for length in (2, 1):
        kind, bare = " ".join(words[:length]), " ".join(words[length:])
        # A ward that is only a number (Phường 1) is called by both.
        if fold(kind) in _KINDS and len(fold(kind)) > 1 and bare and not bare.isdigit():
            return kind, bare
    return "", name


def written(text: str) -> list[Written]:
    """Return the units of a text, the smallest first: ``Nếnh (H. Việt Yên)`` is Nếnh, in Việt Yên."""
    parts = [fold(part) for part in _SEPARATOR.split(text)]
    return [_one(part) for part in parts if part]


def _one(folded: str) -> Written:
    found = _PREFIX.match(folded)
    kind = fold(_KINDS[found[1]]) if found else ""
    bare = folded[found.end() :] if found else folded
    return Written(bare=bare, kind=kind, whole=folded)
