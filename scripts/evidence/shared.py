"""Where the real data lies that evidence is compared with. It is never copied into the repository."""

from __future__ import annotations

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent


def shared_data() -> Path:
    """Return the folder of real data: the one that SONGHANH_SHARED names, or its ``data``, else the one beside the repository.

    Nothing tells whether it is there.
    """
    named = os.environ.get("SONGHANH_SHARED")
    folder = Path(named) if named else ROOT.parent / "shared"
    return folder / "data" if (folder / "data").is_dir() else folder
