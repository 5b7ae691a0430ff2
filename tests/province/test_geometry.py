"""Maps: cells cover and do not overlap, outlines of the pack come first."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
import shapely
from shapely.geometry import Point, box, mapping, shape
from tiny import POPULATION, areas, write

from songhanh.province import Pack, check, geometry, load


def by_level(document: dict, level: str) -> dict:
    return {
        feature["properties"]["code"]: shape(feature["geometry"])
        for feature in document["features"]
        if feature["properties"]["level"] == level
    }


@pytest.mark.parametrize("name", ["tiny", "bac-giang-2021"])
def test_cells_cover_and_do_not_overlap(name: str, tiny_pack: Pack) -> None:
    pack = tiny_pack if name == "tiny" else load(name)
    document = geometry(pack)
    assert all(feature["properties"]["schematic"] for feature in document["features"])
    cells = by_level(document, "commune")
    assert set(cells) == set(pack.communes["code"])
    assert all(cell.is_valid and not cell.is_empty for cell in cells.values())
    whole = shapely.union_all(list(cells.values()))
    assert sum(cell.area for cell in cells.values()) == pytest.approx(whole.area, rel=1e-4)
    for row in pack.communes.iter_rows(named=True):
        assert cells[row["code"]].contains(Point(row["lon"], row["lat"]))
    for code, district in by_level(document, "district").items():
        own = pack.communes.filter(pack.communes["parent_code"] == code)["code"]
        assert district.area == pytest.approx(sum(cells[commune].area for commune in own), rel=1e-4)


def test_the_same_pack_gives_the_same_bytes(tiny_pack: Pack) -> None:
    assert json.dumps(geometry(tiny_pack)) == json.dumps(geometry(tiny_pack))


def test_communes_with_one_centre_have_a_cell_each(tmp_path: Path) -> None:
    rows = [row | ({"lon": 106.0, "lat": 21.2} if row["level"] == "commune" else {}) for row in areas()]
    cells = by_level(geometry(load(write(tmp_path / "pack", areas=rows))), "commune")
    assert len(cells) == 6 and all(cell.area > 0 for cell in cells.values())


def test_outlines_of_the_pack_come_first(tiny_folder: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(tiny_folder, tmp_path / "pack"))
    outlines = {code: box(106 + i / 10, 21, 106.1 + i / 10, 21.1) for i, code in enumerate(POPULATION)}

    def save(codes: list[str]) -> None:
        features = [
            {"type": "Feature", "properties": {"code": code}, "geometry": mapping(outlines[code])}
            for code in codes
        ]
        document = {"type": "FeatureCollection", "features": features}
        (folder / "areas.geojson").write_text(json.dumps(document), encoding="utf-8")

    save(list(POPULATION))
    assert check(folder) == []
    document = geometry(load(folder))
    assert not any(feature["properties"]["schematic"] for feature in document["features"])
    for code, cell in by_level(document, "commune").items():
        assert cell.hausdorff_distance(outlines[code]) < 1e-5
    assert by_level(document, "district")["001"].area == pytest.approx(0.02)
    save(list(POPULATION)[:3])
    assert all(feature["properties"]["schematic"] for feature in geometry(load(folder))["features"])
