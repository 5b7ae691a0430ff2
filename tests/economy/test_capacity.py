"""Sites that grow along the path of the pack."""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl
import pytest
from economies import closing, economy_of, run, small_pack

from songhanh.core.errors import SonghanhError
from songhanh.economy import Economy, capacity_path


def grown(**columns):
    rows = {
        "site_id": ["park", "park"],
        "date": [date(2021, 5, 11), date(2021, 5, 21)],
        "workers": [200, 300],
    } | columns
    return small_pack(capacity_path=pl.DataFrame(rows))


def test_workers_grow_evenly_between_two_dates() -> None:
    path = capacity_path(grown(), 40)  # day 0 is 1 May
    assert path.shape == (40, 2)
    assert path[[0, 10, 15, 20, 39], 0].tolist() == [1.0, 1.0, 1.25, 1.5, 1.5]
    assert (path[:, 1] == 1.0).all()
    assert (capacity_path(small_pack(), 5) == 1.0).all()


def test_a_closure_costs_as_much_more_as_the_site_has_grown() -> None:
    # Half of 10 a day is made at the site, all is sold outside and needs no input.
    model = economy_of([[0.0]], [10.0], imported=np.zeros(1), foreign_share=np.ones(1))
    path = np.ones((60, 2))
    path[20:, 0] = 1.5
    r = run(model, 60, closing(model, 0, 40, 41), economy=Economy(model, 60, path))
    assert r.value_added_baseline[[10, 30], 0] == pytest.approx([10.0, 12.5], rel=1e-12)
    assert (r.value_added_baseline - r.value_added)[40, 0] == pytest.approx(7.5, rel=1e-12)
    quiet = run(model, 60, economy=Economy(model, 60, path))
    assert np.abs(quiet.value_added - quiet.value_added_baseline).max() == 0.0


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ({"site_id": ["park", "harbour"]}, ["capacity_path.csv", "row 3", "site_id", "harbour"]),
        ({"date": [date(2021, 5, 11)] * 2}, ["capacity_path.csv", "row 3", "date", "twice"]),
    ],
)
def test_a_bad_path_is_refused(columns, words) -> None:
    with pytest.raises(SonghanhError) as error:
        capacity_path(grown(**columns), 40)
    assert all(word in str(error.value) for word in words), str(error.value)


def test_a_path_that_begins_later_begins_from_the_workers_of_today() -> None:
    one = {"site_id": ["park"], "date": [date(2021, 5, 11)], "workers": [300]}
    path = capacity_path(small_pack(capacity_path=pl.DataFrame(one)), 20)
    assert path[[0, 5, 10, 19], 0] == pytest.approx([1.0, 1.25, 1.5, 1.5])
    empty = pl.DataFrame({"site_id": ["park"], "kind": ["park"], "workers": [0]})
    with pytest.raises(SonghanhError, match="park grows from no workers"):
        capacity_path(small_pack(capacity_path=pl.DataFrame(one), sites=empty), 20)
