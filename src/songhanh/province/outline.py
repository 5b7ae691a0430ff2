"""`areas.geojson`: outlines of areas, if a pack has them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from shapely import GEOSException
from shapely.geometry import MultiPolygon, Polygon, shape
from shapely.geometry.base import BaseGeometry

from songhanh.core.errors import Fault

FILE = "areas.geojson"


def read_outlines(content: bytes) -> tuple[dict[str, BaseGeometry], list[Fault]]:
    """Read the outlines of a pack.

    Returns
    -------
    tuple
        Outline by area code, and what is wrong (features count from 1).
    """
    try:
        document = json.loads(content.decode("utf-8-sig"))
    except UnicodeDecodeError:
        return {}, [_fault("The file is not UTF-8.", "Save it as UTF-8.")]
    except (json.JSONDecodeError, RecursionError) as error:
        return {}, [_fault(f"This is not JSON: {error}.", "Export it again as GeoJSON.")]
    features = document.get("features") if isinstance(document, dict) else None
    if not isinstance(features, list) or document.get("type") != "FeatureCollection":
        return {}, [_fault("This is not a FeatureCollection.", "Export it as GeoJSON in WGS 84.")]
    outlines: dict[str, BaseGeometry] = {}
    faults: list[Fault] = []
    for number, feature in enumerate(features, start=1):
        code, outline, message = _feature(feature)
        if message is None and code in outlines:
            message = f"Area {code} has two features."
        if message is not None:
            faults.append(
                _fault(
                    f"Feature {number}: {message}",
                    "Each feature needs the property code and one valid polygon.",
                    number,
                )
            )
        elif outline is not None:
            outlines[code] = outline
    return outlines, faults


def _feature(feature: Any) -> tuple[str, BaseGeometry | None, str | None]:
    """Return the code, the outline, and what is wrong."""
    properties = feature.get("properties") if isinstance(feature, Mapping) else None
    code = properties.get("code") if isinstance(properties, Mapping) else None
    if not isinstance(code, str) or not code:
        return "", None, "the property code is missing."
    try:
        outline = shape(feature["geometry"])
        if not isinstance(outline, (Polygon, MultiPolygon)):
            return code, None, f"area {code} is a {outline.geom_type}."
        if outline.is_empty or not outline.is_valid:
            return code, None, f"the outline of {code} is empty or crosses itself."
        west, south, east, north = outline.bounds
    except (GEOSException, AttributeError, IndexError, KeyError, TypeError, ValueError):
        return code, None, f"the geometry of {code} cannot be read."
    if west < -180 or east > 180 or south < -90 or north > 90:
        return code, None, f"the outline of {code} is not in degrees (WGS 84)."
    return code, outline, None


def unknown_codes(outlines: Mapping[str, BaseGeometry], known: set[str]) -> list[Fault]:
    """Find outlines of areas that the pack does not have."""
    return [
        _fault(
            f"Area {code} is not in areas.csv.", "Correct the property code or remove the feature.", number
        )
        for number, code in enumerate(outlines, start=1)
        if code not in known
    ]


def _fault(message: str, remedy: str, number: int | None = None) -> Fault:
    return Fault(
        "pack.geojson", message, remedy, file=FILE, parameter=f"features[{number}]" if number else None
    )
