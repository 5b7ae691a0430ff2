"""One way of writing a text for search: no accents, no case, single spaces."""

from __future__ import annotations

import unicodedata

_STROKES = str.maketrans(
    {"đ": "d", "Đ": "d", "ð": "d", "Ð": "d", "ø": "o", "ł": "l"}
)  # letters that do not decompose


def fold(text: str) -> str:
    """Return the folded text: ``Nguyễn  Thị Hường`` and ``nguyen thi huong`` are the same."""
    apart = unicodedata.normalize("NFKD", text.translate(_STROKES))
    bare = "".join(letter for letter in apart if not unicodedata.combining(letter))
    return " ".join(bare.casefold().split())
