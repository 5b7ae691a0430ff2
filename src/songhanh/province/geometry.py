"""`geometry`: outlines of communes and districts for maps, schematic where a pack has none."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
import shapely
from numpy.typing import NDArray
from shapely.geometry import MultiPoint, Point, mapping
from shapely.geometry.base import BaseGeometry

from songhanh.core.errors import SonghanhError
from songhanh.province.outline import FILE, read_outlines
from songhanh.province.pack import Pack

DECIMALS = 5  # about one metre
HULL_RATIO = 0.3  # 0 hugs the centres, 1 is the convex hull
MARGIN = 0.8  # how far the outermost communes reach, in usual distances between centres


def geometry(pack: Pack) -> dict[str, Any]:
    """Return the outlines of a pack's communes and districts as GeoJSON.

    Outlines come from ``areas.geojson`` if it has all communes. Otherwise a commune is what lies nearer to its centre
    than to any other (Voronoi), inside a hull around all centres: schematic, and labelled so.

    Returns
    -------
    dict
        A FeatureCollection in WGS 84: districts, then communes, each by code; properties code, name, level,
        parent_code, schematic. The same pack gives the same bytes.

    Raises
    ------
    SonghanhError
        If ``areas.geojson`` cannot be read.
    """
    given = _outlines(pack)
    codes = pack.communes["code"].to_list()
    schematic = not set(codes) <= set(given)
    cells = _cells(pack, given) if schematic else [given[code] for code in codes]
    features = []
    for row in pack.districts.iter_rows(named=True):
        own = [
            cell
            for cell, parent in zip(cells, pack.communes["parent_code"], strict=True)
            if parent == row["code"]
        ]
        outline = given[row["code"]] if not schematic and row["code"] in given else shapely.union_all(own)
        features.append(_feature(row, outline, schematic))
    for row, cell in zip(pack.communes.iter_rows(named=True), cells, strict=True):
        features.append(_feature(row, cell, schematic))
    return {"type": "FeatureCollection", "features": features}


def _outlines(pack: Pack) -> dict[str, BaseGeometry]:
    path = pack.folder / FILE
    if not path.is_file():
        return {}
    outlines, faults = read_outlines(path.read_bytes())
    if faults:
        raise SonghanhError(faults)
    return outlines


def _feature(row: dict[str, Any], outline: BaseGeometry, schematic: bool) -> dict[str, Any]:
    properties = {key: row[key] for key in ("code", "name", "level", "parent_code")}
    return {
        "type": "Feature",
        "properties": {**properties, "schematic": schematic},
        "geometry": _rounded(mapping(shapely.normalize(outline))),
    }


def _rounded(value: Any) -> Any:
    """Return GeoJSON with coordinates rounded and tuples as lists."""
    if isinstance(value, dict):
        return {key: _rounded(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_rounded(item) for item in value]
    return round(value, DECIMALS) if isinstance(value, float) else value


def _cells(pack: Pack, given: dict[str, BaseGeometry]) -> list[BaseGeometry]:
    """Return one cell a commune: they cover the hull and do not overlap."""
    lon, lat = _centres(pack, given)
    # A degree of longitude is shorter than one of latitude: distances are taken where they are alike.
    squeeze = float(np.cos(np.radians(lat.mean())))
    points = _apart(np.column_stack([lon * squeeze, lat]))
    hull = _hull(points)
    if len(points) == 1:
        cells = [hull]
    else:
        collection = shapely.voronoi_polygons(MultiPoint(points), extend_to=hull, ordered=True)
        cells = [shapely.intersection(cell, hull) for cell in collection.geoms]
    return [shapely.transform(cell, lambda xy: xy / [squeeze, 1.0]) for cell in cells]


def _centres(pack: Pack, given: dict[str, BaseGeometry]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return longitude and latitude of each commune, from its outline if the table has none."""
    frame = pack.communes.select("code", pl.col("lon", "lat").cast(pl.Float64))
    centres = []
    for code, lon, lat in frame.iter_rows():
        if lon is None or lat is None:
            point: Point = given[code].representative_point()
            centres.append((point.x, point.y))
        else:
            centres.append((lon, lat))
    array = np.array(centres, np.float64).reshape(-1, 2)
    return array[:, 0], array[:, 1]


def _apart(points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Move the second of two communes with the same centre aside, by about a hundred metres."""
    seen: dict[tuple[float, float], int] = {}
    result = points.copy()
    for i, (x, y) in enumerate(np.round(points, DECIMALS)):
        n = seen.get((x, y), 0)
        seen[(x, y)] = n + 1
        result[i] = x + 0.001 * n, y + 0.0007 * n
    return result


def _hull(points: NDArray[np.float64]) -> BaseGeometry:
    if len(points) == 1:
        return Point(points[0]).buffer(0.05)
    gaps = np.hypot(*(points[:, None] - points[None, :]).transpose(2, 0, 1))
    np.fill_diagonal(gaps, np.inf)
    margin = MARGIN * float(np.median(gaps.min(axis=1)))
    hull = shapely.concave_hull(MultiPoint(points), ratio=HULL_RATIO)
    return hull.buffer(margin, quad_segs=4).simplify(margin / 10)
