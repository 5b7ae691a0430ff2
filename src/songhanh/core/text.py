"""Words shown to people, in both languages of the interface, kept beside the thing they name."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Text:
    """A short text in Vietnamese and in English, possibly with ``{named}`` fields."""

    vi: str
    en: str

    def format(self, **fields: object) -> Text:
        """Fill the named fields of both languages."""
        return Text(self.vi.format(**fields), self.en.format(**fields))

    def in_language(self, language: str) -> str:
        """Return the text for a language code; any code but Vietnamese reads English."""
        return self.vi if language.startswith("vi") else self.en

    def as_dict(self) -> dict[str, str]:
        """Return ``{"vi": ..., "en": ...}`` for JSON."""
        return {"vi": self.vi, "en": self.en}
