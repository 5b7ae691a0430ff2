"""The common rule, closed loop: it reads observed cases only, steps down, and goes back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import numpy as np
import pytest

from songhanh.core.modes import SiteMode
from songhanh.measures import Schedule
from songhanh.response import Observed, policy_on

Build = Callable[..., Schedule]
LAW = 'legal_basis = ["ct07-tu"]'
CT16 = 'kind = "distancing"\nlevel = "ct16"\nwhere = ["C1", "C2"]\nlegal_basis = ["ct16"]'
LOCKED = f'kind = "lockdown"\nwhere = ["C1"]\n{LAW}'
CLOSED = f'kind = "site_mode"\nmode = "closed"\nwhere = ["park-a"]\n{LAW}'
START = 17
RULE = policy_on("vn-2021", "reopening", date(2021, 5, 17))
QUIET = int(RULE["area_quiet_days"])


def levels(schedule: Schedule, observed: Observed, until: int = 120) -> np.ndarray:
    run = schedule.start()
    return np.array([run.controls(day, observed).level.copy() for day in range(until)])


def modes(schedule: Schedule, observed: Observed, until: int = 120) -> list[int]:
    run = schedule.start()
    return [int(run.controls(day, observed).epidemic.site_mode[0]) for day in range(until)]


def test_a_quiet_area_steps_down_one_level_at_a_time(schedule_of: Build, quiet: Observed) -> None:
    level = levels(schedule_of(LOCKED), quiet)[:, 0].tolist()
    assert level[START : START + 3 * QUIET + 1] == [4] * QUIET + [3] * QUIET + [2] * QUIET + [0]


def test_an_area_with_a_case_waits_and_the_one_beside_it_does_not(
    schedule_of: Build, quiet: Observed
) -> None:
    quiet.reported[START + 5, 0, 0] = 1
    level = levels(schedule_of(CT16), quiet)
    assert level[START + QUIET, 1] == 2
    assert level[START + QUIET : START + 6 + QUIET, 0].tolist() == [3] * 6
    assert level[START + 6 + QUIET, 0] == 2


def test_cases_in_quarantine_do_not_hold_an_area_back(schedule_of: Build, quiet: Observed) -> None:
    quiet.reported[:, :, 1] = 9
    assert levels(schedule_of(CT16), quiet)[START + QUIET, 0] == 2
    quiet.reported[:, 0, 2] = 1  # found inside the sealed area: the chain goes on
    assert levels(schedule_of(CT16), quiet)[START + QUIET, 0] == 3


def test_cases_bring_the_ordered_level_back(schedule_of: Build, quiet: Observed) -> None:
    again = int(RULE["area_again_cases"])
    day = START + QUIET + 3
    quiet.reported[day, 0, 0] = again - 1
    assert 3 not in levels(schedule_of(CT16), quiet)[day:, 0].tolist()
    quiet.reported[day, 0, 0] = again
    level = levels(schedule_of(CT16), quiet)[:, 0]
    assert level[day] == 2 and level[day + 1] == 3


def test_a_closed_site_reopens_on_site_then_staggered_then_normal(
    schedule_of: Build, quiet: Observed
) -> None:
    first, step = int(RULE["site_first_days"]), int(RULE["site_next_days"])
    mode = modes(schedule_of(CLOSED), quiet)
    expected = [4] * first + [3] * step + [1] * step + [0]
    assert mode[START : START + len(expected)] == expected
    run = schedule_of(CLOSED).start()
    shares = {int(c.site_mode[0]): float(c.site_share[0]) for c in
              (run.controls(day, quiet).epidemic for day in range(START, 100))}  # fmt: skip
    assert shares[SiteMode.ON_SITE] == pytest.approx(0.2)  # lodging places over workers
    assert shares[SiteMode.STAGGERED] == pytest.approx(RULE["staggered_share"])


def test_a_site_with_cases_stays_closed_and_closes_again(schedule_of: Build, quiet: Observed) -> None:
    quiet.reported_site[START : START + 30, 0] = 1  # 7 in 7 days per 1,000 workers
    mode = modes(schedule_of(CLOSED), quiet)
    assert set(mode[START : START + 30]) == {SiteMode.CLOSED}
    opened = mode.index(SiteMode.ON_SITE)
    assert opened > START + 30
    quiet.reported_site[opened + 2, 0] = 6
    assert modes(schedule_of(CLOSED), quiet)[opened + 3] == SiteMode.CLOSED


def test_a_milder_order_is_never_made_stricter(schedule_of: Build, quiet: Observed) -> None:
    quiet.reported_site[:, 0] = 50
    mode = modes(schedule_of(CLOSED.replace("closed", "on_site")), quiet)
    assert set(mode[START:]) == {SiteMode.ON_SITE}


def test_rules_never_read_today_or_later(schedule_of: Build, quiet: Observed) -> None:
    schedule = schedule_of(
        CT16, CLOSED, f'kind = "lockdown"\nwhere = ["C3"]\ntrigger = {{ at_least = 2 }}\n{LAW}'
    )
    rng = np.random.default_rng(1)
    reported = rng.poisson(0.05, quiet.reported.shape).astype(np.int32)
    site = rng.poisson(0.3, quiet.reported_site.shape).astype(np.int32)
    whole, live = schedule.start(), schedule.start()
    for day in range(100):
        masked = Observed(np.where(np.arange(len(reported))[:, None, None] < day, reported, 99), site.copy())
        masked.reported_site[day:] = 99
        a, b = whole.controls(day, Observed(reported, site)), live.controls(day, masked)
        assert a.level.tolist() == b.level.tolist()
        assert a.epidemic.site_mode.tolist() == b.epidemic.site_mode.tolist()


def test_a_trigger_acts_in_each_place_by_itself(schedule_of: Build, quiet: Observed) -> None:
    text = f'kind = "lockdown"\nwhere = ["C3", "C4"]\ntrigger = {{ at_least = 3, window_days = 7 }}\n{LAW}'
    quiet.reported[25, 2, 0] = 2
    quiet.reported[28, 2, 0] = 1
    schedule = schedule_of(text)
    level = levels(schedule, quiet)
    assert level[28, 2] == 0 and level[29, 2] == 4
    assert (level[:, 3] == 0).all()
    assert schedule.start().controls(20, quiet).active == ()


def test_a_trigger_can_be_pulled_again(schedule_of: Build, quiet: Observed) -> None:
    text = f'kind = "school_closure"\nwhere = ["C3"]\ntrigger = {{ at_least = 1, window_days = 3 }}\n{LAW}'
    quiet.reported[[20, 90], 2, 0] = 1
    run = schedule_of(text).start()
    shut = [0 in run.controls(day, quiet).active for day in range(130)]
    assert shut.index(True) == 21
    assert not any(shut[21 + QUIET : 91]) and all(shut[91 : 91 + QUIET])


def test_orders_in_force_lose_their_later_end_and_future_orders_are_unknown(
    schedule_of: Build, quiet: Observed
) -> None:
    orders = (
        CT16 + '\nid = "a"\nfrom = 2021-05-10\nuntil = 2021-05-20',
        LOCKED.replace("C1", "C3") + '\nid = "b"\nfrom = 2021-05-10\nuntil = 2021-05-15',
        LOCKED.replace("C1", "C4") + '\nid = "c"\nfrom = 2021-05-18',
    )
    known = levels(schedule_of(orders=orders), quiet)
    assert known[16].tolist() == [3, 3, 0, 0]
    assert known[14].tolist() == [3, 3, 4, 0]
    assert known[20, 0] == 3 and known[9 + QUIET, 0] == 2  # open-ended, eased by the rule
    assert (known[:, 3] == 0).all()
    replay = levels(schedule_of(orders=orders, as_of=None), quiet)
    assert replay[19, 0] == 3 and replay[20, 0] == 0
    assert replay[17, 3] == 4


def test_the_past_is_the_same_whatever_a_plan_lifts(schedule_of: Build, quiet: Observed) -> None:
    orders = (
        CT16 + '\nid = "a"\nfrom = 2021-05-02',
        CLOSED.replace("ct07-tu", "ct16") + '\nid = "b"\nfrom = 2021-05-02',
    )
    kept, lifted = (
        levels(schedule_of(orders=orders), quiet),
        levels(schedule_of(orders=orders, head='lifts = ["*"]'), quiet),
    )
    assert (kept[:17] == lifted[:17]).all() and kept[16, 0] == 3  # no step-down before the as-of date
    assert (lifted[17:] == 0).all() and kept[17, 0] == 2
    one = schedule_of(orders=orders, head='lifts = ["b"]').start().controls(20, quiet)
    assert one.epidemic.site_mode[0] == SiteMode.NORMAL and one.level[0] == 2


def test_runs_share_a_schedule_and_not_their_state(schedule_of: Build, quiet: Observed) -> None:
    schedule = schedule_of(CT16)
    loud = Observed(quiet.reported.copy(), quiet.reported_site.copy())
    loud.reported[:, :, 0] = 5
    first, second = schedule.start(), schedule.start()
    for day in range(60):
        a, b = first.controls(day, quiet), second.controls(day, loud)
    assert a.level[0] == 0 and b.level[0] == 3


def test_unchanged_days_share_their_levers(schedule_of: Build, quiet: Observed) -> None:
    run = schedule_of(CT16).start()
    assert run.controls(START, quiet) is run.controls(START + 1, quiet)
    assert run.controls(START - 0 + QUIET, quiet) is not run.controls(START + 1 + QUIET + QUIET, quiet)
    with pytest.raises(ValueError, match="asked for after"):
        run.controls(START, quiet)
