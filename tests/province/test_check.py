"""`check` finds each fault where it is, says what to do, and never ends in a traceback."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from songhanh.core.errors import Fault, SonghanhError
from songhanh.province import check, examples, load


@pytest.fixture
def folder(tiny_folder: Path, tmp_path: Path) -> Path:
    """A copy of the small province, to be broken."""
    return Path(shutil.copytree(tiny_folder, tmp_path / "pack"))


def replace(file: str, old: str, new: str) -> Callable[[Path], None]:
    """Change the first occurrence of a text in a file."""

    def change(folder: Path) -> None:
        text = (folder / file).read_text(encoding="utf-8")
        assert old in text
        (folder / file).write_text(text.replace(old, new, 1), encoding="utf-8")

    return change


def rewrite(file: str, function: Callable[[bytes], bytes]) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        (folder / file).write_bytes(function((folder / file).read_bytes()))

    return change


@dataclass(frozen=True)
class Broken:
    """A way to break the pack, and what must be said."""

    name: str
    change: Callable[[Path], None]
    code: str
    file: str
    row: int | None = None
    column: str | None = None
    parameter: str | None = None


def _semicolons(content: bytes) -> bytes:
    return content.replace(b",", b";")


def _geojson(document: object) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        (folder / "areas.geojson").write_text(json.dumps(document), encoding="utf-8")

    return change


def _square(code: str, west: float = 106.0) -> dict[str, object]:
    ring = [[west, 21.0], [west + 0.1, 21.0], [west + 0.1, 21.1], [west, 21.1], [west, 21.0]]
    return {
        "type": "Feature",
        "properties": {"code": code},
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }


BROKEN = (
    # the files themselves
    Broken("no descriptor", lambda f: (f / "datapackage.json").unlink(), "pack.file.missing", "datapackage.json"),
    Broken("bad JSON", replace("datapackage.json", '"name"', '"name'), "pack.descriptor", "datapackage.json", row=3),
    Broken("JSON of a list", rewrite("datapackage.json", lambda _: b"[]"), "pack.descriptor", "datapackage.json"),
    Broken("bad date", replace("datapackage.json", "2021-04-20", "20/4/2021"), "pack.descriptor", "datapackage.json",
           parameter="songhanh.outbreak_from"),
    Broken("unknown zone", replace("datapackage.json", "Asia/Ho_Chi_Minh", "Asia/Bac_Giang"), "pack.descriptor",
           "datapackage.json", parameter="songhanh.time_zone"),
    Broken("another schema", replace("datapackage.json", '"age_from"', '"age_min"'), "pack.descriptor",
           "datapackage.json", parameter="resources.population_by_age.schema"),
    Broken("no table", lambda f: (f / "sites.csv").unlink(), "pack.file.missing", "sites.csv"),
    Broken("a table in the wrong name", lambda f: (f / "site.csv").write_text("a,b\n"), "pack.file.unknown", "site.csv"),
    Broken("empty file", rewrite("sectors.csv", lambda _: b""), "pack.empty", "sectors.csv", row=1),
    Broken("header alone", rewrite("sectors.csv", lambda c: c.split(b"\n")[0] + b"\n"), "pack.empty", "sectors.csv", row=1),
    Broken("not UTF-8", rewrite("areas.csv", lambda c: c.replace("Xã 00101".encode(), b"X\xe3 00101")), "pack.encoding",
           "areas.csv", row=5),
    Broken("a spreadsheet", rewrite("areas.csv", lambda _: b"PK\x03\x04\x00\x00\x00\x00"), "pack.encoding", "areas.csv", row=1),
    Broken("semicolons", rewrite("areas.csv", _semicolons), "pack.delimiter", "areas.csv", row=1),
    Broken("an unclosed quote", replace("areas.csv", "Xã 00102", '"Xã 00102'), "pack.csv", "areas.csv"),
    # columns, rows, cells
    Broken("no column", replace("areas.csv", "population,", ""), "pack.column.missing", "areas.csv", 1, "population"),
    Broken("a column too many", replace("areas.csv", "code,", "code,mayor,"), "pack.column.unknown", "areas.csv", 1, "mayor"),
    Broken("a column twice", replace("areas.csv", "code,name", "code,code,name"), "pack.column.twice", "areas.csv", 1, "code"),
    Broken("a short row", replace("lab_capacity.csv", "300,5,", "300,"), "pack.row.short", "lab_capacity.csv", 2, "confidence"),
    Broken("a long row", replace("lab_capacity.csv", "300,5,", "300,5,7,"), "pack.row.long", "lab_capacity.csv", 2),
    Broken("an empty row", replace("areas.csv", "\n00102,", "\n\n00102,"), "pack.row.blank", "areas.csv", 6),
    Broken("a word for a number", replace("areas.csv", ",800,", ",eight hundred,"), "pack.type", "areas.csv", 6, "population"),
    Broken("a decimal comma", replace("boarding.csv", ",2.2,", ',"2,2",'), "pack.type", "boarding.csv", 2, "room_size_mean"),
    Broken("not finite", replace("boarding.csv", ",2.2,", ",inf,"), "pack.type", "boarding.csv", 2, "room_size_mean"),
    Broken("a date that is none", replace("facilities.csv", "2021-05-20", "2021-02-30"), "pack.type", "facilities.csv", 3,
           "valid_from"),
    Broken("a date of another form", replace("facilities.csv", "2021-05-20", "2021-5-20"), "pack.type", "facilities.csv", 3,
           "valid_from"),
    Broken("yes for true", replace("sectors.csv", ",true,", ",yes,"), "pack.type", "sectors.csv", 2, "essential"),
    Broken("a negative count", replace("boarding.csv", ",150,", ",-150,"), "pack.value", "boarding.csv", 2, "lodgers"),
    Broken("an unknown kind", replace("sites.csv", ",cluster,", ",village,"), "pack.value", "sites.csv", 4, "kind"),
    Broken("an id with capitals", replace("sites.csv", "cluster-b", "Cluster B"), "pack.value", "sites.csv", 4, "site_id"),
    Broken("no value", replace("sectors.csv", ",Ngành shop,", ",,"), "pack.value.missing", "sectors.csv", 4, "name_vi"),
    Broken("no source", replace("reopening.csv", "made up for tests", ""), "pack.value.missing", "reopening.csv", 2, "source"),
    # keys
    Broken("a code twice", replace("areas.csv", "\n00102,", "\n00101,"), "pack.key.twice", "areas.csv", 6, "code"),
    Broken("an unknown parent", replace("areas.csv", "commune,001,", "commune,009,"), "pack.key.unknown", "areas.csv", 5,
           "parent_code"),
    Broken("an unknown sector", replace("employment.csv", "teaching", "schooling"), "pack.key.unknown", "employment.csv", 4,
           "sector_id"),
    # tables together
    Broken("a commune in a commune", replace("areas.csv", "commune,002,", "commune,00101,"), "pack.parent", "areas.csv", 7,
           "parent_code"),
    Broken("older than its district", replace("areas.csv", "commune,001,Xã,2010-01-01", "commune,001,Xã,1999-01-01"),
           "pack.dates", "areas.csv", 5, "valid_from"),
    Broken("a centre far away", replace("areas.csv", "106.0,21.2,", "109.0,21.2,"), "pack.box", "areas.csv", 5, "lon"),
    Broken("no centre", replace("areas.csv", "106.0,21.2,", ",21.2,"), "pack.geometry.missing", "areas.csv", 5, "lon"),
    Broken("a gap in the ages", replace("population_by_age.csv", "001,18,39", "001,20,39"), "pack.ages",
           "population_by_age.csv", 4, "age_from"),
    Broken("a household size twice", replace("households_by_size.csv", "00102,4,", "00102,1,"), "pack.key.twice",
           "households_by_size.csv", 12, "area_code"),
    Broken("too many homes", replace("households_by_size.csv", "00201,4,", "00201,4,9"), "pack.households",
           "households_by_size.csv", 16, "households"),
    Broken("stages that overlap", replace("schools.csv", "00101,primary,6,", "00101,primary,5,"), "pack.ages", "schools.csv", 3,
           "age_from"),
    Broken("workers out of range", replace("sites.csv", ",400,350,500,", ",400,410,500,"), "pack.range", "sites.csv", 2,
           "workers"),
    Broken("a firm too large", replace("sites.csv", ",60,,,", ",600,,,"), "pack.sum", "sites.csv", 2, "workers"),
    Broken("a firm in a firm", replace("sites.csv", "firm,cluster-b", "firm,firm-x"), "pack.parent", "sites.csv", 5, "parent_id"),
    Broken("lodgers without work", replace("boarding.csv", ",150,", ",1500,"), "pack.sum", "boarding.csv", 2, "lodgers"),
    Broken("lodgers of a firm", replace("boarding.csv", "cluster-b", "firm-y"), "pack.site.kind", "boarding.csv", 4, "site_id"),
    Broken("shares of sectors", replace("site_sectors.csv", ",0.9,", ",0.8,"), "pack.share", "site_sectors.csv", 2, "share"),
    Broken("a firm without a sector", replace("site_sectors.csv", "firm-z", "firm-y"), "pack.share", "sites.csv", 6, "site_id"),
    Broken("shares of homes", replace("site_residence.csv", ",0.3,", ",0.4,"), "pack.share", "site_residence.csv", 2, "share"),
    Broken("more work than people", replace("employment.csv", ",1200,", ",9200,"), "pack.sum", "employment.csv", 2, "employed"),
    Broken("a table that is not square", rewrite("input_output.csv", lambda c: c[: c.rindex(b"teaching,teaching")]),
           "pack.square", "input_output.csv", None, "from_sector"),
    Broken("no value added", replace("input_output.csv", "farm,shop,0.15", "farm,shop,0.60"), "pack.accounts",
           "input_output.csv", 4, "coefficient"),
    Broken("more value than output", replace("sectors.csv", ",200,500.0,", ",200,150,"), "pack.accounts", "sectors.csv", 3,
           "gva_vnd_bn"),
    Broken("a season in disorder", replace("crops.csv", "2021-06-15", "2021-08-15"), "pack.order", "crops.csv", 2,
           "season_until"),
    Broken("channels of a crop", replace("channels.csv", ",0.6,", ",0.5,"), "pack.share", "channels.csv", 2, "share"),
    Broken("announced too late", replace("facilities.csv", "2021-05-16", "2021-05-26"), "pack.order", "facilities.csv", 3,
           "valid_from"),
    Broken("a count of nowhere", replace("bulletins.csv", "firm-x", "firm-q"), "pack.place.unknown", "bulletins.csv", 3,
           "area_or_site"),
    Broken("infected before the first day", replace("introductions.csv", "2021-04-26", "2021-04-01"), "pack.dates",
           "introductions.csv", 2, "from_date"),
    Broken("a holiday of nowhere", replace("calendar.csv", ",*,", ",999,"), "pack.area.level", "calendar.csv", 2, "area_code"),
    # outlines
    Broken("GeoJSON that is none", lambda f: (f / "areas.geojson").write_text("{"), "pack.geojson", "areas.geojson"),
    Broken("GeoJSON of a list", _geojson([1]), "pack.geojson", "areas.geojson"),
    Broken("an outline of nowhere", _geojson({"type": "FeatureCollection", "features": [_square("99999")]}), "pack.geojson",
           "areas.geojson", parameter="features[1]"),
    Broken("an outline in metres", _geojson({"type": "FeatureCollection", "features": [_square("00101", 5e5)]}),
           "pack.geojson", "areas.geojson", parameter="features[1]"),
)  # fmt: skip


def test_a_good_pack_has_no_fault(tiny_folder: Path) -> None:
    assert check(tiny_folder) == []


@pytest.mark.parametrize("name", examples())
def test_the_examples_have_no_fault(name: str) -> None:
    assert check(name) == []


@pytest.mark.parametrize("broken", BROKEN, ids=lambda broken: broken.name)
def test_a_broken_pack_is_told_where_it_is_broken(broken: Broken, folder: Path) -> None:
    broken.change(folder)
    faults = check(folder)
    wanted = (broken.code, broken.file, broken.row, broken.column, broken.parameter)
    assert wanted in [(f.code, f.file, f.row, f.column, f.parameter) for f in faults], "\n".join(
        map(str, faults)
    )
    assert all(fault.message and fault.remedy for fault in faults)


def test_every_fault_is_found_at_once(folder: Path) -> None:
    replace("areas.csv", ",800,", ",many,")(folder)
    replace("site_sectors.csv", ",0.9,", ",0.8,")(folder)
    (folder / "crops.csv").unlink()
    faults = check(folder)
    assert [fault.file for fault in faults] == ["areas.csv", "site_sectors.csv", "crops.csv"]
    with pytest.raises(SonghanhError) as caught:
        load(folder)
    assert list(caught.value.faults) == faults


def test_one_wrong_cell_is_one_fault(folder: Path) -> None:
    replace("sectors.csv", ",true,", ",yes,")(folder)
    assert [(f.file, f.row, f.column) for f in check(folder)] == [("sectors.csv", 2, "essential")]


def test_rows_are_lines_of_the_file(folder: Path) -> None:
    replace("areas.csv", "Huyện 1", '"Huyện\n1"')(folder)
    replace("areas.csv", ",800,", ",many,")(folder)
    assert [(f.row, f.column) for f in check(folder)] == [(7, "population")]


def test_what_spreadsheets_do_is_borne(folder: Path) -> None:
    """A byte order mark, Windows line ends, other column order and empty last lines are no fault."""
    text = (folder / "lab_capacity.csv").read_text(encoding="utf-8")
    rows = [line.split(",")[::-1] for line in text.splitlines()]
    text = "\r\n".join([*(",".join(row) for row in rows), ",,,,,,", ""])
    (folder / "lab_capacity.csv").write_bytes(text.encode("utf-8-sig"))
    assert check(folder) == []
    assert load(folder).tables["lab_capacity"]["samples_per_day"].to_list() == [300]


@pytest.mark.parametrize("what", ["missing", "a file", "an empty folder"])
def test_what_is_no_pack(what: str, tmp_path: Path) -> None:
    place = tmp_path / "place"
    if what == "a file":
        place.write_text("x")
    if what == "an empty folder":
        place.mkdir()
    faults = check(place)
    assert faults and all(isinstance(fault, Fault) and fault.remedy for fault in faults)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    file=st.sampled_from(
        ["areas.csv", "sites.csv", "employment.csv", "datapackage.json", "introductions.csv"]
    ),
    at=st.floats(0, 1, exclude_max=True),
    drop=st.integers(0, 40),
    junk=st.binary(max_size=12),
)
def test_damage_never_ends_in_a_traceback(
    tiny_folder: Path, tmp_path: Path, file: str, at: float, drop: int, junk: bytes
) -> None:
    folder = tmp_path / "damaged"
    if not folder.is_dir():
        shutil.copytree(tiny_folder, folder)
    content = (tiny_folder / file).read_bytes()
    cut = int(at * len(content))
    (folder / file).write_bytes(content[:cut] + junk + content[cut + drop :])
    try:
        for fault in check(folder):
            assert str(fault)
    finally:
        (folder / file).write_bytes(content)
