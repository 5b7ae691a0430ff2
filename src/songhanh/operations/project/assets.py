"""Names of the built style sheets and scripts, which carry a hash of their content."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path

from django.templatetags.static import static

from songhanh.core.errors import Fault, SonghanhError

BUILD = Path(__file__).resolve().parent / "static" / "songhanh" / "build"


@lru_cache(maxsize=1)
def names() -> dict[str, str]:
    """Return the built file of each source name; empty where the front end was not built."""
    manifest = BUILD / "manifest.json"
    return dict(json.loads(manifest.read_text())) if manifest.exists() else {}


def address(name: str) -> str:
    """Return the address of a built file. Without a build it leads nowhere, and pages still read."""
    return static(f"songhanh/build/{names().get(name, name)}")


def demand_build() -> None:
    """Raise SonghanhError where the front end was never built."""
    if not names():
        raise SonghanhError(
            Fault(
                code="assets.missing",
                message="The style sheets and scripts of the pages have not been built.",
                remedy="Run `make setup` (or `npm ci && npm run build`) in the project folder.",
                file=str(BUILD / "manifest.json"),
            )
        )
