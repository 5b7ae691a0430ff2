"""Comma- and tab-separated files: their encoding and their delimiter are found out, not asked for."""

from __future__ import annotations

import codecs
import csv
import io
import re
import unicodedata

from songhanh.operations.intake.tables import LONGEST_CELL, MOST_COLUMNS, refuse

DELIMITERS = ",;\t|"
_SAMPLE = 64_000
# Vietnamese in Windows-1258 writes its tones after the vowel; in Windows-1252 the same bytes are letters.
_TONES = "\u0300\u0309\u0303\u0301\u0323"
_VOWEL_AND_TONE = re.compile(f"[aăâeêioôơuưyAĂÂEÊIOÔƠUƯY][{_TONES}]")
_WESTERN_ONLY = re.compile("[éèëïöüäçñåæøß]{1}", re.IGNORECASE)


def decode(content: bytes) -> tuple[str, str]:
    """Return the text of a file and the name of its encoding."""
    for mark, name in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if content.startswith(mark):
            return _strict(content, name), name
    sample = content[:_SAMPLE]
    if sample.count(0) > len(sample) // 5:
        little = sample[1::2].count(0) >= sample[0::2].count(0)
        name = "utf-16-le" if little else "utf-16-be"
        return _strict(content, name), name
    if 0 in sample:
        raise refuse(
            "binary", "The file is not a table of text.", "Save it as CSV (UTF-8) or as an .xlsx workbook."
        )
    try:
        return content.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        name = "cp1258" if _is_vietnamese(content) else "cp1252"
        return unicodedata.normalize("NFC", content.decode(name, errors="replace")), name


def _strict(content: bytes, name: str) -> str:
    try:
        return content.decode(name)
    except UnicodeDecodeError as error:
        raise refuse(
            "encoding",
            f"The file says it is {name.upper()}, but byte {error.start} is not.",
            "Save it again as CSV (UTF-8).",
        ) from error


def _is_vietnamese(content: bytes) -> bool:
    text = content.decode("cp1258", errors="replace")
    tones = sum(text.count(tone) for tone in _TONES)
    letters = sum(text.count(letter) for letter in "ăâđêôơưĂÂĐÊÔƠƯ")
    western = len(_WESTERN_ONLY.findall(content.decode("cp1252", errors="replace")))
    placed = len(_VOWEL_AND_TONE.findall(text))
    return placed + letters > western and (tones == 0 or placed >= 0.8 * tones)


def delimiter_of(text: str) -> str:
    """Return the delimiter of a text: the one that cuts the first lines into the same number of pieces."""
    lines = [line for line in text[:_SAMPLE].splitlines()[:20] if line.strip()]
    if not lines:
        return ","

    def score(delimiter: str) -> tuple[float, int]:
        pieces = [len(row) for row in csv.reader(lines, delimiter=delimiter)]
        widest = max(pieces, default=1)
        return (pieces.count(widest) / len(pieces) if widest > 1 else 0.0, widest)

    best = max(DELIMITERS, key=score)
    return best if score(best)[1] > 1 else ","


def rows_of(content: bytes) -> tuple[list[list[str]], dict[str, str]]:
    """Return the rows of a delimited file and what was found out about it.

    Raises
    ------
    SonghanhError
        If it is not text, or not a table.
    """
    text, encoding = decode(content)
    text = text.removeprefix("\ufeff")
    notes = {"encoding": encoding}
    first, _, rest = text.partition("\n")
    if first.strip().lower().startswith("sep=") and len(first.strip()) == 5:
        delimiter, text = first.strip()[4], rest
    else:
        delimiter = delimiter_of(text)
    notes["delimiter"] = "tab" if delimiter == "\t" else delimiter
    csv.field_size_limit(1_000_000)
    rows: list[list[str]] = []
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
            if len(row) > MOST_COLUMNS:
                raise refuse(
                    "columns",
                    f"Row {len(rows) + 1} has {len(row)} columns; at most {MOST_COLUMNS} are read.",
                    "Remove the empty columns to the right.",
                )
            rows.append(row)
    except csv.Error as error:
        raise refuse(
            "malformed",
            f"The table cannot be read after row {len(rows)} ({error}).",
            f"Check the quotation marks in that row; a cell holds at most {LONGEST_CELL} letters.",
        ) from error
    return rows, notes
