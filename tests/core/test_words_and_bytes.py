"""Canonical bytes, words in two languages, dates, and errors that a person can act on."""

from __future__ import annotations

import json
import tomllib
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from songhanh.core.canonical import json_bytes, sha256, significant, toml_bytes, write_atomically
from songhanh.core.days import date_of, day_of, parse_date
from songhanh.core.errors import CapacityError, Fault, SonghanhError
from songhanh.core.home import cache, home, writable
from songhanh.core.text import Text

CONTENT = st.recursive(
    st.one_of(st.booleans(), st.integers(-(10**9), 10**9), st.text(max_size=8)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(st.dictionaries(st.text(min_size=1, max_size=5), CONTENT, max_size=4))
def test_toml_is_the_same_in_whatever_order_it_was_written(content: dict[str, object]) -> None:
    backwards = dict(reversed(list(content.items())))
    assert toml_bytes(content) == toml_bytes(backwards)
    assert tomllib.loads(toml_bytes(content).decode()) == content


def test_toml_leaves_out_what_is_empty() -> None:
    assert toml_bytes({"b": None, "a": {"y": 1, "x": None}}) == b"[a]\ny = 1\n"


def test_json_hides_the_last_bits_and_nothing_else() -> None:
    assert json_bytes({"a": 0.1 + 0.2}) == json_bytes({"a": 0.3})
    assert json_bytes({"a": 1.0000001}) != json_bytes({"a": 1.0})
    assert json.loads(
        json_bytes({"x": np.float32(0.5), "n": np.int64(3), "bad": float("nan"), "ok": np.True_})
    ) == {
        "x": 0.5,
        "n": 3,
        "bad": None,
        "ok": True,
    }
    assert "Bắc Giang" in json_bytes({"name": "Bắc Giang"}).decode()


@given(st.floats(-1e300, 1e300))
def test_significant_digits_are_kept(value: float) -> None:
    rounded = significant(value)
    assert rounded == significant(rounded)
    assert abs(rounded - value) <= abs(value) * 1e-9


def test_a_digest_knows_where_a_chunk_ends() -> None:
    assert sha256(b"ab", b"c") != sha256(b"a", b"bc")
    assert len(sha256()) == 64


def test_a_file_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    target = tmp_path / "new" / "a.json"
    write_atomically(target, b"one")
    write_atomically(target, b"two")
    assert target.read_bytes() == b"two"
    assert [path.name for path in target.parent.iterdir()] == ["a.json"]
    with pytest.raises(TypeError):
        write_atomically(target, "not bytes")  # type: ignore[arg-type]
    assert target.read_bytes() == b"two"


def test_days_count_from_the_first() -> None:
    origin = date(2021, 5, 1)
    assert day_of(origin, date(2021, 5, 17)) == 16
    assert date_of(origin, 16) == date(2021, 5, 17)
    assert parse_date("2021-05-17", "--as-of") == date(2021, 5, 17)


@pytest.mark.parametrize("text", ["17/05/2021", "2021-02-30", "", "tonight"])
def test_a_malformed_date_says_how_to_write_one(text: str) -> None:
    with pytest.raises(SonghanhError) as caught:
        parse_date(text, "--as-of")
    (fault,) = caught.value.faults
    assert fault.code == "date.malformed"
    assert "--as-of" in str(fault)
    assert "2021-05-17" in fault.remedy


def test_a_fault_says_where_what_and_what_to_do() -> None:
    fault = Fault(
        "x.y", "It is negative.", "Give a number of people.", file="areas.csv", row=7, column="population"
    )
    assert str(fault) == "areas.csv, row 7, column population: It is negative. Give a number of people."
    assert str(Fault("x.y", "No.", "Try.")) == "No. Try."
    error = SonghanhError([fault, fault])
    assert error.faults == (fault, fault)
    assert str(error).count("\n") == 1
    assert isinstance(CapacityError(fault), SonghanhError)


def test_a_text_speaks_both_languages() -> None:
    text = Text("{n} ca", "{n} cases").format(n=3)
    assert text.in_language("vi") == "3 ca"
    assert text.in_language("vi-VN") == "3 ca"
    assert text.in_language("en") == "3 cases"
    assert text.as_dict() == {"vi": "3 ca", "en": "3 cases"}


def test_the_data_directory_is_where_it_is_told_to_be(empty_home: Path) -> None:
    assert home() == empty_home
    assert cache("population") == empty_home / "cache" / "population"
    assert cache("population").is_dir()


def test_an_unwritable_folder_is_a_fault(tmp_path: Path) -> None:
    in_the_way = tmp_path / "file"
    in_the_way.write_text("not a folder")
    with pytest.raises(SonghanhError) as caught:
        writable(in_the_way / "home")
    assert caught.value.faults[0].code == "home.unwritable"
    assert "SONGHANH_HOME" in str(caught.value)
