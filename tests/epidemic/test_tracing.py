"""Tracing to any depth, and quarantine at home and in places."""

from __future__ import annotations

import pytest
from scenarios import everything, quarantine_at, run, total, usual_effort

from songhanh.epidemic import EpidemicControls, Found, Layer
from songhanh.response.contact import Action


def test_tracing_quarantines_contacts_within_its_capacity() -> None:
    def with_capacity(capacity: int):  # type: ignore[no-untyped-def]
        def change(day: int, controls: EpidemicControls) -> None:
            usual_effort(controls)
            controls.trace_capacity[0] = capacity

        return change

    values = {"reproduction_number": 2.5}
    traced, slow = run(with_capacity(1000), values), run(with_capacity(1), values)
    assert traced.traced.sum() > 200
    assert traced.trace_queue.max() == 0
    assert slow.trace_queue.max() > 20
    assert total(with_capacity(1000), values) < 0.7 * total(with_capacity(0), values)


@pytest.mark.parametrize(
    ("layer", "trace"),
    [
        ("household", 0),
        ("boarding", 1),
        ("line", 2),
        ("plant", 3),
        ("class", 4),
        ("school", 5),
        ("community", 6),
        ("shuttle", 7),
    ],
)
def test_each_layer_is_traced_by_its_own_probability(layer: str, trace: int) -> None:
    def change(day: int, controls: EpidemicControls) -> None:
        usual_effort(controls)
        controls.trace[:] = 0.0
        controls.trace[trace] = 0.5

    def blind(day: int, controls: EpidemicControls) -> None:
        change(day, controls)
        controls.trace[:] = 0.0

    assert run(change, seed=3).traced.sum() > 0
    assert run(blind, seed=3).traced.sum() == 0


def test_quarantine_places_are_finite_and_their_rooms_transmit() -> None:
    def with_places(places: int, at_home: bool = False):  # type: ignore[no-untyped-def]
        def change(day: int, controls: EpidemicControls) -> None:
            usual_effort(controls)
            controls.quarantine_places = places
            if at_home:
                quarantine_at(controls, Action.HOME, 21)

        return change

    values = {"share_quarantine": 0.3}
    few, many = run(with_places(60), values), run(with_places(100_000), values)
    assert few.in_places.max() == 60
    assert few.quarantined.max() > 200
    assert many.in_places.max() == many.quarantined.max() > 60
    assert many.infections_layer[:, Layer.QUARANTINE].sum() > few.infections_layer[:, Layer.QUARANTINE].sum()
    home = run(with_places(100_000, at_home=True), values)
    assert home.in_places.max() == 0 == home.infections_layer[:, Layer.QUARANTINE].sum()
    assert home.reported[:, :, Found.QUARANTINE].sum() > 10


def test_quarantine_ends_after_its_days_and_starts_again_with_a_case_in_the_room() -> None:
    def short(day: int, controls: EpidemicControls) -> None:
        usual_effort(controls)
        quarantine_at(controls, Action.CENTRAL, 5)
        controls.trace_capacity[0] = 1000 if day < 40 else 0

    result = run(short, {"isolation_days": 10})
    assert result.quarantined[20:41].max() > 0
    assert result.quarantined[-1] == 0
    assert result.absent[-1, :, 1].sum() == 0
    assert run(lambda day, c: usual_effort(c), {"share_quarantine": 0.3}).n_extended > 0


def test_cases_are_reported_by_where_they_are_found() -> None:
    found = run(everything).reported.sum(axis=(0, 1))
    assert (found > 0).all(), found
