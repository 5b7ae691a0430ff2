"""What every page carries."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest


def frame(request: HttpRequest) -> dict[str, Any]:
    """Return the languages on offer and where the reader is, for the switch to come back to."""
    return {"here": request.get_full_path(), "language_codes": [code for code, _ in settings.LANGUAGES]}
