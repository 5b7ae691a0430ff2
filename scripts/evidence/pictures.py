"""How pictures look: small, one style, the same bytes for the same figures."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure

# Okabe and Ito's colours, told apart by nearly everybody.
BLUE, ORANGE, GREEN, RED, PURPLE, SKY, YELLOW = (
    "#0072B2", "#E69F00", "#009E73", "#D55E00", "#CC79A7", "#56B4E9", "#F0E442",
)  # fmt: skip
GREY = "#666666"
COLOURS = (BLUE, ORANGE, GREEN, RED, PURPLE, SKY, YELLOW, GREY)
_STYLE: dict[Any, Any] = {
    "figure.dpi": 100,
    "savefig.dpi": 100,
    "font.family": "DejaVu Sans",
    "font.size": 9,
    "axes.titlesize": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "grid.color": "#e6e6e6",
    "axes.axisbelow": True,
    "legend.frameon": False,
    "legend.fontsize": 8,
    "lines.linewidth": 1.4,
}


def panels(
    columns: int = 1, width: float = 0.0, height: float = 3.2, rows: int = 1
) -> tuple[Figure, list[Axes]]:
    """Return a figure and its panels, row by row."""
    mpl.use("agg")
    mpl.rcParams.update(_STYLE)
    figure, axes = plt.subplots(
        rows, columns, figsize=(width or 3.6 * columns + 0.6, height), squeeze=False, layout="constrained"
    )
    return figure, list(axes.flat)


def save(figure: Figure, folder: Path, name: str) -> None:
    """Write a picture without the name of the program or the time."""
    folder.mkdir(parents=True, exist_ok=True)
    figure.savefig(folder / f"{name}.png", metadata={"Software": None})
    plt.close(figure)
