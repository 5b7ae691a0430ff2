"""What only a replay knows: the dates of what was ordered later are those at which it was counted."""

from __future__ import annotations

from datetime import date

import small

from songhanh.core.days import day_of
from songhanh.joint.run import Runner

CLOSED = (
    'kind = "site_mode"\nmode = "closed"\nwhere = ["park-a"]\nfrom = 2021-05-18\nuntil = 2021-05-24\n'
    'legal_basis = ["ct16"]'
)


def at_work(hindsight: bool) -> list[float]:
    """Return the people at work in the park from the last closed day on."""
    runner = Runner(small.ground(), small.horizon(), small.NO_LIMIT, hindsight=hindsight)
    runner.live(small.scheduled(CLOSED), small.world(reproduction_number=0.0))
    day = day_of(small.ground().pack.outbreak_from, date(2021, 5, 24))
    return [float(people) for people in runner.economy.result().at_work[day : day + 5, 0].sum(axis=1)]


def test_entry_tests_delay_a_plan_but_not_what_was_counted() -> None:
    planned, counted = at_work(hindsight=False), at_work(hindsight=True)
    assert planned[0] == counted[0] == 0.0
    assert counted[1] > 0.0
    assert planned[1] == planned[2] == 0.0 < planned[3]
