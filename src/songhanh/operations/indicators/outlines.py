"""Borders of the districts, joined from their communes, so that the map can show and name them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from shapely.geometry import mapping, shape
from shapely.ops import unary_union


def with_district_outlines(geometry: Mapping[str, Any], areas: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Add one feature a district (property ``district``) to the communes' GeoJSON."""
    district_of = {area["code"]: area["district_code"] for area in areas}
    communes: dict[str, list[Any]] = defaultdict(list)
    features = [feature for feature in geometry["features"] if feature["properties"]["code"] in district_of]
    for feature in features:
        communes[district_of[feature["properties"]["code"]]].append(shape(feature["geometry"]))
    outlines = []
    for code, shapes in sorted(communes.items()):
        union = unary_union(shapes)
        point = union.representative_point()
        outlines.append(
            {
                "type": "Feature",
                "properties": {"district": code, "lon": round(point.x, 5), "lat": round(point.y, 5)},
                "geometry": mapping(union),
            }
        )
    return {"type": "FeatureCollection", "features": [*features, *outlines]}
