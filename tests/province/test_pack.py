"""A new pack, a loaded pack, its hash, its schemas."""

from __future__ import annotations

import json
import shutil
import time
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from tiny import DETAILS

from songhanh.core.errors import SonghanhError
from songhanh.province import Pack, check, examples, load, new, write_descriptor
from songhanh.province import load as load_function
from songhanh.province.descriptor import parse_descriptor
from songhanh.province.folder import examples_folder
from songhanh.province.schema import TABLES, schemas


def test_the_schemas_are_whole() -> None:
    files = {path.stem for path in (examples_folder().parent / "schema").glob("*.json")}
    assert files == set(TABLES)
    for schema in schemas().values():
        assert schema.title.vi and schema.title.en
        assert schema.columns[-2:] == ("source", "confidence"), schema.name
        assert all(field.description.vi and field.description.en for field in schema.fields), schema.name
        keys = set(schema.descriptor.get("primaryKey", [])) | {
            name for key in schema.descriptor.get("foreignKeys", []) for name in key["fields"]
        }
        assert keys <= set(schema.columns), schema.name


def test_a_new_pack_lacks_nothing_but_rows(tmp_path: Path) -> None:
    folder = tmp_path / "far" / "pack"
    new(folder)
    assert {fault.code for fault in check(folder)} == {"pack.empty"}
    readme = (folder / "README.md").read_text(encoding="utf-8")
    for schema in schemas().values():
        for field in schema.fields:
            assert f"| {field.name} |" in readme
            assert field.description.vi in readme
            assert field.description.en in readme
    assert [path.name for path in folder.parent.iterdir()] == ["pack"]


def test_a_new_pack_overwrites_nothing(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    for place in (tmp_path, tmp_path / "notes.txt"):
        with pytest.raises(SonghanhError):
            new(place)
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]
    (tmp_path / "empty").mkdir()
    new(tmp_path / "empty")
    assert (tmp_path / "empty" / "areas.csv").is_file()


def test_an_interrupted_new_pack_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_text", full)
    with pytest.raises(SonghanhError, match="No space"):
        new(tmp_path / "pack")
    assert list(tmp_path.iterdir()) == []


def test_a_pack_has_typed_tables_in_the_order_of_its_files(tiny_pack: Pack) -> None:
    assert tiny_pack.id == "tiny-2021"
    assert tiny_pack.name.vi == "Tỉnh Nhỏ"
    assert tiny_pack.outbreak_from == date(2021, 4, 20)
    assert set(tiny_pack.tables) == set(TABLES)
    for name, frame in tiny_pack.tables.items():
        assert dict(frame.schema) == {column: kind() for column, kind in schemas()[name].polars().items()}
    assert tiny_pack.sites["site_id"].to_list() == ["park-a", "cluster-b"]
    assert tiny_pack.sectors["essential"].to_list() == [True, True, False, False]
    assert tiny_pack.communes["code"].to_list() == ["00101", "00102", "00201", "00202", "00301", "00302"]
    assert tiny_pack.tables["facilities"]["planned_on"].to_list() == [None, date(2021, 5, 16)]
    assert tiny_pack.tables["crops"].filter(pl.col("season_peak") > date(2021, 6, 1)).height == 1


def test_the_hash_knows_every_file_and_its_name(tiny_folder: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(tiny_folder, tmp_path / "copy"))
    first = load(copy).hash
    assert first == load(tiny_folder).hash
    (copy / "plans").mkdir()
    (copy / "plans" / "one.toml").write_text("x = 1\n")
    second = load(copy).hash
    (copy / "plans" / "one.toml").rename(copy / "plans" / "two.toml")
    assert len({first, second, load(copy).hash}) == 3


def test_a_pack_is_checked_once_for_each_content(
    tiny_folder: Path, tmp_path: Path, empty_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    checks = []
    module = __import__("sys").modules[load_function.__module__]
    original = module.faults_of
    monkeypatch.setattr(module, "faults_of", lambda contents: checks.append(1) or original(contents))
    copy = Path(shutil.copytree(tiny_folder, tmp_path / "copy"))
    load(copy)
    started = time.perf_counter()
    load(copy)
    assert time.perf_counter() - started < 0.3
    assert len(checks) == 1
    with (copy / "areas.csv").open("a") as file:
        file.write("junk\n")
    with pytest.raises(SonghanhError):
        load(copy)
    with pytest.raises(SonghanhError):
        load(copy)
    assert len(checks) == 3, "a broken pack must never be taken for checked"


def test_examples_are_found_by_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "bac-giang-2021" in examples()
    monkeypatch.chdir(tmp_path)
    assert load("bac-giang-2021").hash == load(Path("bac-giang-2021")).hash
    with pytest.raises(SonghanhError, match="bac-giang-2021"):
        load("bac-giang-2012")


def test_the_descriptor_is_generated_from_the_schemas(tmp_path: Path) -> None:
    write_descriptor(tmp_path, DETAILS)
    content = (tmp_path / "datapackage.json").read_bytes()
    document, details, faults = parse_descriptor(content)
    assert faults == [] and details is not None
    assert [item["name"] for item in document["resources"]] == list(TABLES)
    assert json.loads(content)["songhanh"] == DETAILS
    with pytest.raises(SonghanhError) as caught:
        write_descriptor(tmp_path, DETAILS | {"currency": "dong", "mayor": "me"})
    assert {fault.parameter for fault in caught.value.faults} == {"songhanh.currency", "songhanh.mayor"}
    assert (tmp_path / "datapackage.json").read_bytes() == content
