"""What was not used of a line list, on the terminal."""

from __future__ import annotations

from rich.console import Console

from songhanh.twin.lines import LineList

SHOWN = 20


def print_rejected(console: Console, lines: LineList, language: str = "en") -> None:
    """Print both counts, and the first rejected rows with their reasons."""
    words = {
        "vi": (
            "{rows} dòng: dùng {accepted}, loại {rejected}.",
            "  dòng {row}: {message}",
            "  ... và {n} dòng nữa",
        ),
        "en": (
            "{rows} rows: {accepted} used, {rejected} rejected.",
            "  row {row}: {message}",
            "  ... and {n} more",
        ),
    }[language]
    rejected = lines.rejected
    console.print(
        words[0].format(rows=lines.n_rows, accepted=lines.accepted.height, rejected=rejected.height)
    )
    column = "message" if language == "en" else "message_vi"
    for row in rejected.head(SHOWN).iter_rows(named=True):
        place = f" [{row['column']}]" if row["column"] else ""
        console.print(words[1].format(row=row["row"], message=row[column]) + place, markup=False)
    if rejected.height > SHOWN:
        console.print(words[2].format(n=rejected.height - SHOWN))
