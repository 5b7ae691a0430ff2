"""What somebody pasted into the form of presence lists: one person a line, as names and numbers come."""

from __future__ import annotations

import re
from datetime import time
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

MOST_LINES = 10_000
_YEAR = re.compile(r"^(19|20)\d\d$")
_NUMBER = re.compile(r"^[+\d][\d .()-]{7,}$")


def read(text: str) -> list[dict[str, Any]]:
    """Return the identities of a text; columns are separated by a tabulator, a semicolon or a comma.

    A line without a name, or with something that is neither a number nor a year, is refused with its number.
    """
    rows = []
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if len(lines) > MOST_LINES:
        raise ValidationError(_("More than %(n)d lines; hand the list in in parts.") % {"n": MOST_LINES})
    for number, line in enumerate(lines, start=1):
        name, *more = [part.strip() for part in re.split(r"[\t;,]", line)]
        if not any(letter.isalpha() for letter in name):
            raise ValidationError(_("Line %(n)d has no name.") % {"n": number})
        row: dict[str, Any] = {"full_name": name}
        for part in filter(None, more):
            digits = re.sub(r"\D", "", part)
            if _YEAR.match(part):
                row["birth_year"] = int(part)
            elif not _NUMBER.match(part):
                raise ValidationError(
                    _("Line %(n)d: “%(what)s” is neither a number nor a year.")
                    % {"n": number, "what": part[:40]}
                )
            elif (len(digits) in (9, 12) and not part.startswith(("0", "+"))) or len(digits) == 12:
                row["id_number"] = digits
            else:
                row["phone"] = part
        rows.append(row)
    return rows


def minutes(begins: time, ends: time) -> tuple[int, int]:
    """Return the minutes of a day; a shift that ends before it begins ends on the next day."""
    first, last = begins.hour * 60 + begins.minute, ends.hour * 60 + ends.minute
    return first, last if last > first else last + 24 * 60
