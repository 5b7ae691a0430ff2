"""A plan that breaks a limit by its own arithmetic is refused with the limit named; what must be simulated is not."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from tried import LAW, TEXTS

from songhanh.core.errors import SonghanhError
from songhanh.measures import Schedule
from songhanh.response import Observed

Build = Callable[..., Schedule]
LAB = 10_000  # samples a day of the small province on 18 May, 20,000 from 29 May
CLOSED = f'kind = "site_mode"\nmode = "closed"\nwhere = ["park-a"]\n{LAW}\nexit = "open"'


def limits_of(build: Callable[[], object]) -> list[str]:
    with pytest.raises(SonghanhError) as caught:
        build()
    for fault in caught.value.faults:
        assert fault.code == "plan.limit" and fault.remedy and fault.row and fault.parameter
        assert fault.message.startswith("The province cannot do it: ")
    return [fault.message for fault in caught.value.faults]


def rounds(every: int, over: int, share: float, where: str = '"*"', more: str = "") -> str:
    head = f'kind = "sampling"\nwhere = [{where}]\nevery_days = {every}\nover_days = {over}\nshare = {share}\n{LAW}'
    return head + ("\n" + more if more else "")


# --- laboratories ---


def test_a_round_that_cannot_be_run_before_the_next_is_refused(schedule_of: Build) -> None:
    schedule_of(rounds(2, 1, 1.0))  # 10,500 people every other day
    (message,) = limits_of(lambda: schedule_of(rounds(1, 1, 1.0)))
    assert "10,500 samples" in message and "10,000" in message


def test_rounds_of_one_plan_share_the_laboratories(schedule_of: Build) -> None:
    one, other = rounds(1, 1, 0.9, '"D2"'), rounds(1, 1, 0.9, '"D1", "park-a"')  # 6,300 and 4,050 a day
    schedule_of(one), schedule_of(other)
    messages = limits_of(lambda: schedule_of(one, other))
    assert len(messages) == 2 and all("10,350 samples" in message for message in messages)
    schedule_of(one, rounds(1, 1, 0.9, '"C3"'))  # an overlap is sampled once


def test_capacity_brought_in_counts_and_so_does_what_is_announced(schedule_of: Build) -> None:
    too_many = rounds(1, 1, 1.0)
    schedule_of(too_many, f'kind = "capacity"\nlab_samples_per_day = 500\n{LAW}')
    with pytest.raises(SonghanhError):
        schedule_of(too_many, f'kind = "capacity"\nlab_samples_per_day = 499\n{LAW}')
    schedule_of(too_many + "\nfrom = 2021-05-29")  # announced on 16 May
    with pytest.raises(SonghanhError):
        schedule_of(rounds(1, 1, 1.0, more="from = 2021-05-28"))


def test_what_waits_for_cases_or_ends_before_a_second_round_is_left_to_the_simulation(
    schedule_of: Build,
) -> None:
    schedule_of(rounds(1, 1, 1.0, more="trigger = { at_least = 1 }"))
    schedule_of(rounds(7, 1, 1.0))  # a queue of one day
    schedule_of(rounds(3, 1, 1.0, more="until = 2021-05-19"))


def test_orders_in_force_use_the_laboratories_and_are_not_refused(schedule_of: Build) -> None:
    order = rounds(1, 1, 1.0, more='id = "all"\nfrom = 2021-05-10')
    schedule_of(orders=(order,))
    (message,) = limits_of(lambda: schedule_of(rounds(7, 7, 0.1, '"C1"'), orders=(order,)))
    assert "the other rounds" in message
    schedule_of(rounds(7, 7, 0.1, '"C1"'), orders=(order,), head='lifts = ["all"]')


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_the_arithmetic_of_rounds_is_that_of_their_levers(
    data: st.DataObject, schedule_of: Build, quiet: Observed
) -> None:
    """A single round is refused exactly where its days' levers take more samples than the laboratories run."""
    every = data.draw(st.integers(1, 6))
    over = data.draw(st.integers(1, every))
    share = data.draw(st.sampled_from([0.5, 0.8, 0.95, 1.0]))
    where = data.draw(st.sampled_from(['"*"', '"D2", "park-a"', '"D2"', '"C4"']))
    text = rounds(every, over, share, where)
    boosted = f'kind = "capacity"\nlab_samples_per_day = 1000000\n{LAW}'
    schedule = schedule_of(text, boosted)
    run, ground = schedule.start(), schedule.ground
    taken = 0.0
    for day in range(17, 17 + every):
        levers = run.controls(day, quiet).epidemic
        taken += float(levers.sampling @ ground.people + levers.site_sampling @ ground.workers)
    assume(abs(taken - LAB * every) > 1)
    try:
        schedule_of(text)
        refused = False
    except SonghanhError:
        refused = True
    assert refused == (taken > LAB * every)


# --- places to sleep ---


def test_more_workers_than_places_to_sleep_are_refused_on_site(schedule_of: Build) -> None:
    text = TEXTS["site_mode"]  # 1,000 workers, 200 places
    schedule_of(text + "\nshare = 0.2")
    (message,) = limits_of(lambda: schedule_of(text + "\nshare = 0.21"))
    assert "210 workers" in message and "park-a" in message and "200 places" in message
    schedule_of(text + "\nshare = 0.21\nextra_lodging_places = 10")
    schedule_of(text.replace("on_site", "staggered") + "\nshare = 0.9")
    with pytest.raises(SonghanhError, match="park-b"):
        schedule_of(text.replace('"park-a"', '"*"') + "\nshare = 0.2")


# --- vaccine ---


def campaign(coverage: float, days: int, group: str = "outbreak-areas", where: str = "D2") -> str:
    return (
        f'kind = "vaccination"\nwhere = ["{where}"]\ngroup = "{group}"\nover_days = {days}\ncoverage = {coverage}\n'
        'legal_basis = ["nq-21-2021"]'
    )


def vaccine(doses: int, per_day: int) -> str:
    return f'kind = "capacity"\nvaccine_doses = {doses}\ndoses_per_day = {per_day}\n{LAW}'


def test_doses_beyond_those_allotted_or_brought_in_are_refused(schedule_of: Build) -> None:
    (message, *_) = limits_of(lambda: schedule_of(campaign(0.5, 10)))
    assert "0 are allotted" in message and "2021-05-17" in message
    adults = 7000 * 47 / 90  # D2 is spread evenly over 90 years
    doses = int(adults * 0.5) + 1
    schedule_of(campaign(0.5, 10), vaccine(doses, doses))
    (message,) = limits_of(lambda: schedule_of(campaign(0.5, 10), vaccine(doses - 2, doses)))
    assert f"{doses - 2:,}" in message
    (message,) = limits_of(lambda: schedule_of(campaign(0.5, 10), vaccine(doses, 150)))
    assert "doses are to be given on a day, but 150 can be" in message
    schedule_of(campaign(0.5, 10), as_of=date(2021, 5, 28))  # 150,000 doses were allotted by then


def test_campaigns_share_the_doses(schedule_of: Build) -> None:
    one, other = campaign(0.5, 10), campaign(0.5, 10, "elderly")
    schedule_of(one, vaccine(2000, 2000)), schedule_of(other, vaccine(2000, 2000))
    limits_of(lambda: schedule_of(one, other, vaccine(2000, 2000)))
    schedule_of(one, other, vaccine(4000, 4000))
    per_day = limits_of(lambda: schedule_of(one, other, vaccine(4000, 200)))
    assert len(per_day) == 2
    apart = other + "\nfrom = 2021-06-10"
    schedule_of(one, apart, vaccine(4000, 200))  # one after the other


def test_a_campaign_that_ends_early_gives_fewer_doses(schedule_of: Build) -> None:
    text = campaign(1.0, 10)
    limits_of(lambda: schedule_of(text, vaccine(2000, 2000)))
    schedule_of(text + "\nuntil = 2021-05-22", vaccine(2000, 2000))


# --- payments ---


def test_a_worker_is_not_paid_twice(schedule_of: Build) -> None:
    text, as_of = TEXTS["furlough"], date(2021, 7, 10)
    twice = text.replace("suspended", "stopped").replace('"park-a"', '"*"')
    (message,) = limits_of(lambda: schedule_of(text, twice, CLOSED, as_of=as_of))
    assert "entitled to one" in message
    schedule_of(text, twice.replace('"*"', '"park-b"'), CLOSED, as_of=as_of)


def test_all_limits_are_told_at_once(schedule_of: Build) -> None:
    messages = limits_of(
        lambda: schedule_of(rounds(1, 1, 1.0), campaign(0.5, 10), TEXTS["site_mode"] + "\nshare = 0.9")
    )
    assert len(messages) == 4


def test_a_replay_and_orders_of_the_past_are_as_they_were(schedule_of: Build, quiet: Observed) -> None:
    order = rounds(1, 1, 1.0, more='id = "all"\nfrom = 2021-05-10')
    replay = schedule_of(orders=(order,), as_of=None).start()
    assert np.array_equal(replay.controls(12, quiet).epidemic.sampling, np.ones(4, np.float32))
