"""What an entry of the glossary is, and the sources that many share."""

from __future__ import annotations

from dataclasses import dataclass

from songhanh.core.text import Text


@dataclass(frozen=True, slots=True)
class Term:
    """One word in both languages, what it means here, and where that comes from."""

    id: str
    name: Text
    meaning: Text
    source: Text


OURS = Text("định nghĩa của Songhanh", "Songhanh's own definition")
TRACING = Text(
    "Quyết định 3468/QĐ-BYT (2020) và hướng dẫn truy vết của Bộ Y tế",
    "Decision 3468/QĐ-BYT (2020), tracing guidance",
)
