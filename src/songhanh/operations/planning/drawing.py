"""Pictures for a report of one file: coordinates for SVG, so that the page needs no script and prints well."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

WIDTH, HEIGHT = 520, 200
LEFT, RIGHT, TOP, BOTTOM = 46, 8, 10, 24
MAP_WIDTH = 640


def fan(place: Mapping[str, Any]) -> dict[str, Any]:
    """Return the picture of one place: bars of announced cases, then the 90% and 50% bands and the median."""
    past, ahead = place["history"], place["fan"]
    days = [row["date"] for row in past] + [row["date"] for row in ahead]
    # The upper band is cut at four times the median's peak, or one wide fan would flatten all that was counted.
    seen = max([row["cases"] for row in past] + [row["p50"] for row in ahead] + [1.0])
    top = _round_up(min(max([seen] + [row["p95"] for row in ahead]), 4.0 * seen))
    across = (WIDTH - LEFT - RIGHT) / max(len(days), 1)

    def x(index: float) -> float:
        return LEFT + across * (index + 0.5)

    def y(value: float) -> float:
        return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * min(value, top) / top

    first = len(past)
    bars = [
        {
            "x": _fixed(x(i) - 0.4 * across),
            "y": _fixed(y(row["cases"])),
            "width": _fixed(0.8 * across),
            "height": _fixed(max(y(0) - y(row["cases"]), 0.0)),
        }
        for i, row in enumerate(past)
    ]
    every = max(7, 7 * math.ceil(len(days) / 56))
    return {
        "width": WIDTH,
        "height": HEIGHT,
        "bars": bars,
        "outer": _band(ahead, "p05", "p95", x, y, first),
        "inner": _band(ahead, "p25", "p75", x, y, first),
        "middle": _line([(x(first + i), y(row["p50"])) for i, row in enumerate(ahead)]),
        "today": _fixed(LEFT + across * first),
        "base": _fixed(y(0)),
        "left": LEFT,
        "right": WIDTH - RIGHT,
        "rows": [{"y": _fixed(y(value)), "value": value} for value in (0, top / 2, top)],
        "days": [{"x": _fixed(x(i)), "date": day} for i, day in enumerate(days) if i % every == 0],
    }


def area_map(geometry: Mapping[str, Any], classes: Mapping[str, str]) -> dict[str, Any]:
    """Return the paths of the areas that have a class, in an equal-distance picture about the middle latitude."""
    features = [row for row in geometry["features"] if row["properties"]["code"] in classes]
    points = [point for row in features for ring in _rings(row["geometry"]) for point in ring]
    if not points:
        return {"width": MAP_WIDTH, "height": 0, "areas": []}
    west, east = min(p[0] for p in points), max(p[0] for p in points)
    south, north = min(p[1] for p in points), max(p[1] for p in points)
    narrow = math.cos(math.radians((south + north) / 2))
    scale = MAP_WIDTH / max((east - west) * narrow, 1e-9)
    areas = [
        {
            "code": row["properties"]["code"],
            "class": classes[row["properties"]["code"]],
            "path": " ".join(
                _line([((lon - west) * narrow * scale, (north - lat) * scale) for lon, lat, *_ in ring])
                + " Z"
                for ring in _rings(row["geometry"])
            ),
        }
        for row in features
    ]
    return {"width": MAP_WIDTH, "height": round((north - south) * scale), "areas": areas}


def since(rows: Iterable[Mapping[str, Any]], first: date) -> list[Mapping[str, Any]]:
    """Return the rows from a date on."""
    return [row for row in rows if row["date"] >= first.isoformat()]


def _rings(shape: Mapping[str, Any]) -> list[Sequence[Sequence[float]]]:
    if shape["type"] == "Polygon":
        return list(shape["coordinates"])
    return [ring for polygon in shape["coordinates"] for ring in polygon]


def _band(rows: Sequence[Mapping[str, Any]], low: str, high: str, x: Any, y: Any, first: int) -> str:
    upper = [(x(first + i), y(row[high])) for i, row in enumerate(rows)]
    lower = [(x(first + i), y(row[low])) for i, row in enumerate(rows)]
    return _line(upper + lower[::-1]) + " Z" if rows else ""


def _line(points: Sequence[tuple[float, float]]) -> str:
    return "M" + " L".join(f"{_fixed(px)} {_fixed(py)}" for px, py in points) if points else ""


def _fixed(value: float) -> str:
    # Text, since a template would write a decimal comma where the language has one.
    return f"{value:.1f}"


def _round_up(value: float) -> float:
    """Return the next of 1, 2, 5 times a power of ten, so that the axis has whole numbers."""
    size = 10.0 ** math.floor(math.log10(max(value, 1.0)))
    return float(next(step * size for step in (1, 2, 4, 5, 6, 8, 10) if step * size >= value))
