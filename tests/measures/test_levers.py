"""Each measure moves its levers and no others; overlaps do not depend on order."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import ClassVar

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tried import LAW, TEXTS, decided, first_day, levers

from songhanh.core.modes import SiteMode
from songhanh.epidemic.controls import Layer
from songhanh.measures import Run, Schedule, parameters, places_vnd_bn
from songhanh.measures.levels import LEVELS, monotone
from songhanh.response import Observed
from songhanh.response.contact import Action

Build = Callable[..., Schedule]
DAY = 17  # 18 May


def test_only_the_places_named_are_touched(schedule_of: Build, quiet: Observed) -> None:
    day = schedule_of(TEXTS["distancing"], TEXTS["site_mode"], TEXTS["sampling"]).start().controls(DAY, quiet)
    assert (day.epidemic.community[1:] == 1).all() and day.epidemic.community[0] < 1
    assert (day.economy.work[1:] == 1).all()
    assert day.epidemic.site_mode.tolist() == [SiteMode.ON_SITE, SiteMode.NORMAL]
    assert day.epidemic.sampling.tolist() == [1, 0, 0, 0]
    assert day.epidemic.site_sampling.tolist() == [1, 0]
    assert day.level.tolist() == [3, 0, 0, 0]


def test_a_district_stands_for_its_communes(schedule_of: Build, quiet: Observed) -> None:
    text = TEXTS["lockdown"].replace("C1", "D2")
    assert schedule_of(text).start().controls(DAY, quiet).epidemic.locked.tolist() == [
        False,
        False,
        True,
        True,
    ]


def test_on_site_admits_those_who_can_be_lodged(schedule_of: Build, quiet: Observed) -> None:
    day = schedule_of(TEXTS["site_mode"].replace('["park-a"]', '["*"]')).start().controls(DAY, quiet)
    assert day.epidemic.site_share.tolist() == pytest.approx([0.2, 0.0])
    assert day.economy.admitted[:, 1].tolist() == pytest.approx([0.2, 0.0, 1.0])
    assert day.economy.site_cost_vnd_bn[0] == pytest.approx(200 * 150_000e-9)
    assert day.needs.lodging_short == 0
    past = TEXTS["site_mode"] + "\nshare = 0.5\nfrom = 2021-05-12"  # an order is as it was given
    ordered = schedule_of(orders=(past,)).start().controls(DAY, quiet)
    assert ordered.needs.lodging_short == pytest.approx(300)


def test_essential_sectors_stay_open_under_directive_16(schedule_of: Build, quiet: Observed) -> None:
    work = schedule_of(TEXTS["distancing"]).start().controls(DAY, quiet).economy.work[0]
    assert work[0] == work[1] > 2 * work[2]


def test_household_demand_falls_by_the_people_restricted(schedule_of: Build, quiet: Observed) -> None:
    def lost(where: str) -> float:
        text = TEXTS["distancing"].replace("C1", where)
        return 1.0 - float(schedule_of(text).start().controls(DAY, quiet).economy.household_demand[2])

    assert lost("C4") == pytest.approx(lost("C2") * 2.0)  # 4,000 against 2,000 people
    assert lost("*") == pytest.approx(1.0 - parameters()["demand_nonessential_ct16"].default)


def test_a_green_lane_lets_part_of_what_is_held_up_pass(schedule_of: Build, quiet: Observed) -> None:
    def held_up(*texts: str) -> float:
        economy = (
            schedule_of(TEXTS["lockdown"].replace("C1", "*"), *texts).start().controls(DAY, quiet).economy
        )
        assert economy.channel.tolist() == pytest.approx(
            [float(economy.export_logistics[0])] * len(economy.channel)
        )
        return 1.0 - float(economy.export_logistics[0])

    alone = held_up()
    assert alone == pytest.approx(1.0 - parameters()["logistics_lockdown"].default)
    usual = parameters()["green_lane_share"].default
    assert held_up(TEXTS["green_lane"]) == pytest.approx(alone * (1.0 - usual))
    wide = TEXTS["green_lane"] + "\nshare = 1.0"
    assert held_up(TEXTS["green_lane"], wide) == held_up(wide, TEXTS["green_lane"]) == 0.0  # the widest holds


def test_sampling_comes_in_rounds_within_pooling_rules(schedule_of: Build, quiet: Observed) -> None:
    run = schedule_of(TEXTS["sampling"].replace("every_days = 4", "every_days = 4\nover_days = 2")).start()
    taken = [float(run.controls(day, quiet).epidemic.sampling[0]) for day in range(DAY, DAY + 9)]
    assert taken == [0.5, 0.5, 0, 0, 0.5, 0.5, 0, 0, 0.5]
    needs = run.controls(DAY + 8, quiet).needs
    assert needs.tests == pytest.approx((1500 + 1000) * 0.5)
    assert needs.staff_days["samplers"] == pytest.approx(
        1250 / parameters()["samples_per_sampler_day"].default
    )
    assert needs.money_vnd_bn > 0
    assert run.controls(DAY + 8, quiet).epidemic.pool_size == 5


def test_tracing_adds_teams_and_takes_the_larger_effort(schedule_of: Build, quiet: Observed) -> None:
    half = f'kind = "tracing"\ncases_per_day = 10\neffort = 0.5\n{LAW}'
    day = schedule_of(TEXTS["tracing"], half).start().controls(DAY, quiet)
    assert day.epidemic.trace_capacity.tolist() == [50, 0, 0, 0]
    deep = TEXTS["tracing"] + "\nf1_per_day = 8\nf2_per_day = 3"
    both = schedule_of(deep, half).start().controls(DAY, quiet)
    assert both.epidemic.trace_capacity.tolist() == [50, 8, 3, 0]
    assert both.needs.staff_days["tracers"] > day.needs.staff_days["tracers"]
    assert day.epidemic.trace[Layer.LINE] == pytest.approx(parameters()["trace_line"].default)
    assert day.epidemic.trace[Layer.IMPORT] == 0


def test_quarantine_follows_the_rule_in_force(schedule_of: Build, quiet: Observed) -> None:
    order = 'kind = "quarantine"\nfrom = 2021-05-02\nlegal_basis = ["luat-03-2007"]'
    replay = schedule_of(orders=(order,), as_of=None).start()
    days = [replay.controls(day, quiet).epidemic.contact_days[1] for day in (0, 1, 4, 73, 74)]
    assert days == [0, 14, 21, 21, 14]  # 1, 2, 5 May and 13, 14 July
    plan = schedule_of(orders=(order,)).start()  # on 17 May nobody knows the rule of July
    assert plan.controls(74, quiet).epidemic.contact_days[1] == 21


def test_what_is_done_with_each_level_of_contact_is_the_rule(schedule_of: Build, quiet: Observed) -> None:
    levers = schedule_of(TEXTS["quarantine"]).start().controls(DAY, quiet).epidemic
    central, home, monitor = int(Action.CENTRAL), int(Action.HOME), int(Action.MONITOR)
    assert levers.contact_action.tolist() == [0, central, home, monitor, monitor]
    assert levers.contact_days.tolist() == [0, 21, 7, 14, 14]
    assert levers.test_days.tolist() == [1, 7, 14, 20]


def test_cases_are_released_by_the_rule_in_force(schedule_of: Build, quiet: Observed) -> None:
    levers = schedule_of().start().controls(DAY, quiet).epidemic
    assert (levers.release_negatives, levers.release_retest_days) == (2, 3)


def test_hamlets_are_sealed_and_lodgers_taken_home_where_it_is_ordered(
    schedule_of: Build, quiet: Observed
) -> None:
    levers = (
        schedule_of(TEXTS["hamlet_sealing"], TEXTS["worker_return"]).start().controls(DAY, quiet).epidemic
    )
    assert levers.hamlet_seal_cases.tolist() == [3, 0, 0, 0]
    assert levers.hamlet_seal_days.tolist() == [14, 0, 0, 0]
    assert levers.sealed_community[0] == pytest.approx(parameters()["community_lockdown"].default)
    assert levers.lodgers_away.tolist() == [0.25, 0, 0, 0]


def test_standing_capacities_are_those_known_on_the_day(schedule_of: Build, quiet: Observed) -> None:
    def lab(as_of: object, day: int) -> tuple[int, int, int]:
        levers = schedule_of(as_of=as_of).start().controls(day, quiet).epidemic
        return levers.lab_capacity, levers.pool_size, levers.quarantine_places

    from_schedule = schedule_of().start().controls(28, quiet).epidemic
    assert (from_schedule.lab_capacity, from_schedule.pool_size) == (20_000, 5)  # announced on 16 May
    assert lab(None, 60) == (90_000, 10, 500)
    late = schedule_of().start().controls(60, quiet).epidemic
    assert (late.lab_capacity, late.quarantine_places) == (20_000, 50)


def test_school_holidays_are_known_ahead(schedule_of: Build, quiet: Observed) -> None:
    run = schedule_of().start()
    assert run.controls(30, quiet).epidemic.school.tolist() == [1, 1, 1, 1]
    assert run.controls(31, quiet).epidemic.school.tolist() == [0, 0, 0, 0]


def test_support_pays_whom_the_other_measures_keep_from_work(schedule_of: Build, quiet: Observed) -> None:
    assert schedule_of(TEXTS["support"]).start().controls(DAY, quiet).economy.support_vnd_bn == 0
    closed = TEXTS["site_mode"].replace("on_site", "closed")
    paid = schedule_of(TEXTS["support"], closed).start().controls(DAY, quiet).economy.support_vnd_bn
    assert paid == pytest.approx(1000 * 50_000e-9)
    more = (
        schedule_of(TEXTS["support"] + "\nrate = 2.0", closed, TEXTS["lockdown"]).start().controls(DAY, quiet)
    )
    assert more.economy.support_vnd_bn == pytest.approx(2 * (1000 * 50_000e-9 + 1500 * 30_000e-9))


def test_a_partial_lockdown_restricts_its_share_and_seals_nothing(
    schedule_of: Build, quiet: Observed
) -> None:
    whole = schedule_of(TEXTS["lockdown"]).start().controls(DAY, quiet)
    part = schedule_of(TEXTS["lockdown"] + "\nshare = 0.25").start().controls(DAY, quiet)
    assert part.restricted[0] == pytest.approx(0.25) and part.level[0] == 0
    assert not part.epidemic.locked.any() and whole.epidemic.locked[0]
    assert 1 - part.epidemic.community[0] == pytest.approx(0.25 * (1 - whole.epidemic.community[0]))


def test_effects_come_from_the_world(schedule_of: Build, quiet: Observed) -> None:
    schedule = schedule_of(TEXTS["distancing"])
    day = schedule.start({"community_ct16": 0.11}).controls(DAY, quiet)
    assert day.epidemic.community[0] == np.float32(0.11)
    assert schedule.start().controls(DAY, quiet).epidemic.community[0] != np.float32(0.11)


@given(st.lists(st.floats(0.0, 1.0), min_size=4, max_size=4))
def test_a_stricter_level_never_loosens(draws: list[float]) -> None:
    drawn = {f"community_{level}": value for level, value in zip(LEVELS[1:], draws, strict=True)}
    effects = monotone(parameters().defaults() | drawn)
    factors = [effects[f"community_{level}"] for level in LEVELS[1:]]
    assert all(stricter <= looser for looser, stricter in pairwise(factors))
    assert factors[0] == draws[0] and factors[-1] == min(draws)


class _Recorder(dict[str, float]):
    """Effects that remember which of them were asked for."""

    used: ClassVar[set[str]] = set()

    def __getitem__(self, name: str) -> float:
        self.used.add(name)
        return super().__getitem__(name)


def test_every_parameter_has_a_unit_a_source_and_a_use(schedule_of: Build, quiet: Observed) -> None:
    texts = [
        *(text for kind, text in TEXTS.items() if decided(kind) == decided("distancing")),
        TEXTS["protection_belt"] + "\nentry_tests = false",
        *(
            TEXTS["events"].replace('"weddings"', f'"{event}"')
            for event in ("markets", "religion", "gatherings")
        ),
        TEXTS["events"] + '\nway = "limited"',
        TEXTS["testing"].replace("heightened", "routine"),
        TEXTS["testing"].replace("heightened", "household"),
        TEXTS["distancing"].replace("ct16", "ct15"),
        TEXTS["distancing"].replace("ct16", "ct19"),
        TEXTS["site_mode"].replace("on_site", "staggered"),
        TEXTS["site_mode"].replace("on_site", "two_points"),
    ]
    for text in texts:
        run = Run(schedule_of(text), _Recorder(parameters().defaults()))
        run.controls(DAY, quiet)
    for kind in ("vaccination", "furlough", "household_support"):
        late = schedule_of(TEXTS[kind], TEXTS["lockdown"], as_of=decided(kind))
        Run(late, _Recorder(parameters().defaults())).controls(first_day(kind), quiet)
    places_vnd_bn(_Recorder(parameters().defaults()), 1.0)
    unused = {row.name for row in parameters()} - _Recorder.used
    assert unused == set()
    for row in parameters():
        assert row.unit and row.source
        assert row.low >= 0 and (
            row.unit not in ("ratio", "share", "probability") or row.name.startswith("two_") or row.high <= 1
        )


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_overlaps_do_not_depend_on_order(data: st.DataObject, schedule_of: Build, quiet: Observed) -> None:
    pool = [
        *TEXTS.values(),
        TEXTS["communication"].replace('"C1"', '"D1"') + "\nreach = 0.3",
        TEXTS["trade_channel"].replace("= 3", "= 0.5"),
        TEXTS["trade_channel"].replace("= 3", "= 2.5"),
        TEXTS["events"].replace('"weddings"', '"markets"').replace('"C1"', '"D1"'),
        TEXTS["protection_belt"] + "\nentry_tests = false",
        TEXTS["distancing"].replace("ct16", "ct15").replace('"C1"', '"D1"'),
        TEXTS["lockdown"] + "\nshare = 0.4",
        TEXTS["site_mode"].replace("on_site", "closed"),
        TEXTS["site_mode"].replace("on_site", "staggered").replace('"park-a"', '"*"'),
        TEXTS["firm_closure"].replace("cases = 2", "cases = 1"),
        TEXTS["tracing"].replace("40", "3") + "\neffort = 0.3",
        TEXTS["sampling"].replace("every_days = 4", "every_days = 2"),
        TEXTS["capacity"].replace("11", "17"),
    ]
    chosen = data.draw(st.lists(st.sampled_from(pool), min_size=2, max_size=8, unique=True))
    shuffled = data.draw(st.permutations(chosen))
    late = max(decided(kind) for kind in TEXTS)
    one, other = schedule_of(*chosen, as_of=late), schedule_of(*shuffled, as_of=late)
    assert one.plan.id == other.plan.id
    first, second = one.start(), other.start()
    begins = max(first_day(kind) for kind in TEXTS)
    for day in (begins, begins + 1, begins + 2):
        a, b = first.controls(day, quiet), second.controls(day, quiet)
        for name, value in levers(a).items():
            assert np.array_equal(value, levers(b)[name]), name
        assert a.needs == b.needs


def test_the_strictest_overlap_holds(schedule_of: Build, quiet: Observed) -> None:
    both = (
        schedule_of(TEXTS["site_mode"], TEXTS["site_mode"].replace("on_site", "closed"))
        .start()
        .controls(DAY, quiet)
    )
    assert both.epidemic.site_mode[0] == SiteMode.CLOSED
    assert both.economy.admitted[0].max() == 0
    assert both.economy.site_cost_vnd_bn[0] == 0  # nobody is lodged at a closed site
