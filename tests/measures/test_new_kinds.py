"""Vaccination, belt, channels, furlough, households, events, communication: closed forms of what each does."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tried import LAW, ORIGIN, TEXTS, decided, first_day

from songhanh.core.errors import SonghanhError
from songhanh.core.modes import SiteMode
from songhanh.measures import Schedule, described, parameters
from songhanh.measures.ground import years_in_groups
from songhanh.response import Observed

Build = Callable[..., Schedule]
DAY = 17
OLD = f'kind = "vaccination"\nwhere = ["D1"]\ngroup = "elderly"\nover_days = 20\ncoverage = 0.8\n{LAW}'
VACCINE = f'kind = "capacity"\nvaccine_doses = 5000\ndoses_per_day = 400\n{LAW}'
CT16 = TEXTS["distancing"]
CLOSED = f'kind = "site_mode"\nmode = "closed"\nwhere = ["park-a"]\n{LAW}'
LATE = decided("furlough")


def default(name: str) -> float:
    return parameters()[name].default


def faults_of(build: Callable[[], object]) -> list[str]:
    with pytest.raises(SonghanhError) as caught:
        build()
    assert all(fault.remedy and fault.row is not None for fault in caught.value.faults)
    return [fault.message for fault in caught.value.faults]


# --- ages ---


@given(st.integers(0, 120), st.integers(0, 120))
def test_ages_fall_into_their_groups_year_by_year(first: int, last: int) -> None:
    years = [age for age in range(min(first, last), max(first, last) + 1) if age < 90]
    plain = [sum(min(age // 10, 8) == group for age in years) / 10 for group in range(9)]
    assert years_in_groups(min(first, last), max(first, last)).tolist() == pytest.approx(plain)


def test_people_by_age_add_up_to_people_and_lodgers_are_young(schedule_of: Build) -> None:
    ground = schedule_of().ground
    assert ground.ages.sum(axis=1).tolist() == pytest.approx(ground.people.tolist())
    # D1: 45% are 20 to 64, so 10% for each ten years and 5% from 60 to 64; C2 has no lodgers.
    assert ground.ages[1, 2] == pytest.approx(2000 * 0.45 * 10 / 45)
    assert ground.ages[0, 2] == pytest.approx(1000 * 0.45 * 10 / 45 + 500 * 10 / 25)
    assert ground.ages[3].tolist() == pytest.approx([4000 / 9] * 9)


# --- vaccination ---


def test_a_campaign_gives_its_coverage_in_its_days(schedule_of: Build, quiet: Observed) -> None:
    run = schedule_of(OLD, VACCINE).start()
    days = [run.controls(day, quiet).epidemic.vaccination.copy() for day in range(DAY, DAY + 22)]
    given_doses = np.sum(days, axis=0)
    assert given_doses[0].tolist() == pytest.approx(
        [0] * 6 + [0.8 * 0.5, 0.8, 0.8]
    )  # from 65: half of the sixties
    assert (given_doses[2:] == 0).all()
    assert (days[20] == 0).all() and (days[19] > 0).any()


def test_doses_follow_from_people_and_take_staff(schedule_of: Build, quiet: Observed) -> None:
    schedule = schedule_of(OLD, VACCINE)
    day = schedule.start().controls(DAY, quiet)
    old = float(schedule.ground.ages[:2, 6].sum() * 0.5 + schedule.ground.ages[:2, 7:].sum())
    assert day.needs.staff_days["clinicians"] == pytest.approx(
        old * 0.8 / 20 / default("doses_per_vaccinator_day")
    )


def test_campaigns_add_and_stop_at_everybody(schedule_of: Build, quiet: Observed) -> None:
    two = OLD.replace("over_days = 20", "over_days = 1").replace("0.8", "0.7")
    more = f'kind = "capacity"\nvaccine_doses = 90000\ndoses_per_day = 90000\n{LAW}'
    day = schedule_of(OLD, two, more).start().controls(DAY, quiet)
    assert day.epidemic.vaccination[0, 8] == pytest.approx(0.7 + 0.8 / 20)
    day = schedule_of(two, two.replace("0.7", "0.6"), more).start().controls(DAY, quiet)
    assert day.epidemic.vaccination[0, 8] == 1


def test_workers_are_vaccinated_at_their_sites(schedule_of: Build, quiet: Observed) -> None:
    schedule = schedule_of(TEXTS["vaccination"], as_of=decided("vaccination"))
    day = schedule.start().controls(first_day("vaccination"), quiet)
    assert day.epidemic.site_vaccination.tolist() == pytest.approx([0.09, 0])
    assert not day.epidemic.vaccination.any()
    assert described(schedule)[0].title.en == "Vaccination: Workers of the industrial parks, 90% in 10 days"


@pytest.mark.parametrize(
    ("group", "as_of", "says"),
    [
        ("site-workers", date(2021, 5, 17), "not called on 2021-05-17"),
        ("adolescents", date(2021, 6, 1), "not called"),
        ("teachers", date(2021, 6, 1), "cannot be told apart"),
        ("cats", date(2021, 6, 1), "groups: health"),
        ("site-workers", date(2021, 5, 28), "name parks"),
    ],
)
def test_a_group_that_is_not_called_or_not_told_apart_is_refused(
    schedule_of: Build, group: str, as_of: date, says: str
) -> None:
    text = OLD.replace("elderly", group)
    assert any(says in message for message in faults_of(lambda: schedule_of(text, VACCINE, as_of=as_of)))


def test_a_rule_of_a_later_day_is_not_known(schedule_of: Build) -> None:
    later = TEXTS["vaccination"].replace("vx-cong-nhan-2021", "ct07-tu") + "\nfrom = 2021-06-10"
    assert any("not called on 2021-05-17" in message for message in faults_of(lambda: schedule_of(later)))


def test_the_elderly_are_vaccinated_where_they_live(schedule_of: Build) -> None:
    text = OLD.replace('"D1"', '"park-a"')
    assert any("name areas" in message for message in faults_of(lambda: schedule_of(text, VACCINE)))


def test_a_campaign_cannot_wait_for_a_trigger(schedule_of: Build) -> None:
    for text in (OLD, TEXTS["furlough"]):
        messages = faults_of(lambda text=text: schedule_of(text + "\ntrigger = { at_least = 1 }"))  # type: ignore[misc]
        assert any("not a trigger" in message for message in messages)


# --- belt and channels ---


def test_a_belt_thins_movement_more_with_tests_and_holds_goods_up(
    schedule_of: Build, quiet: Observed
) -> None:
    tested = schedule_of(TEXTS["protection_belt"]).start().controls(DAY, quiet)
    plain = schedule_of(TEXTS["protection_belt"] + "\nentry_tests = false").start().controls(DAY, quiet)
    assert tested.epidemic.movement.tolist() == pytest.approx([1, 1] + [default("movement_belt_tested")] * 2)
    assert plain.epidemic.movement.tolist() == pytest.approx([1, 1] + [default("movement_belt")] * 2)
    assert tested.needs.tests == pytest.approx(7.0 * default("belt_crossings_per_1000"))
    assert plain.needs.tests == 0 and set(plain.needs.staff_days) == {"guards"}
    assert plain.needs.staff_days["guards"] == pytest.approx(4 * default("guards_per_checkpoint"))
    held = 1 - float(plain.economy.channel[0])
    assert held == pytest.approx(7000 / 10500 * (1 - default("logistics_belt")))
    lane = schedule_of(TEXTS["protection_belt"], TEXTS["green_lane"]).start().controls(DAY, quiet)
    assert 1 - float(lane.economy.channel[0]) == pytest.approx(held * (1 - default("green_lane_share")))


def test_tests_at_the_entry_never_let_more_through(schedule_of: Build, quiet: Observed) -> None:
    world = {"movement_belt": 0.3, "movement_belt_tested": 0.45}
    day = schedule_of(TEXTS["protection_belt"]).start(world).controls(DAY, quiet)
    assert day.epidemic.movement[2] == pytest.approx(0.3)


def test_a_channel_is_restricted_and_promoted(schedule_of: Build, quiet: Observed) -> None:
    def channel(*capacities: float) -> list[float]:
        texts = [TEXTS["trade_channel"].replace("= 3", f"= {capacity}") for capacity in capacities]
        return [float(x) for x in schedule_of(*texts).start().controls(DAY, quiet).economy.channel]

    reached = default("channel_reached")
    assert channel(0.25) == pytest.approx([1, 0.25])
    assert channel(0) == pytest.approx([1, 0])
    assert channel(3) == pytest.approx([1, 1 + 2 * reached])
    assert channel(0.25, 0.5) == pytest.approx([1, 0.25])  # the smallest holds
    assert channel(3, 2) == pytest.approx([1, 1 + 3 * reached])  # additions add
    assert channel(0.25, 3) == channel(3, 0.25) == pytest.approx([1, 0.25 + 2 * reached])


def test_what_is_added_to_a_channel_costs_by_the_tonne(schedule_of: Build, quiet: Observed) -> None:
    needs = schedule_of(TEXTS["trade_channel"]).start().controls(DAY, quiet).needs
    tonnes = 50 * 2 * default("channel_reached")
    assert needs.staff_days["drivers"] == pytest.approx(tonnes / default("tonnes_per_driver_day"))
    assert needs.money_vnd_bn > tonnes * default("cost_channel_vnd_tonne") * 1e-9
    less = schedule_of(TEXTS["trade_channel"].replace("= 3", "= 0.5")).start().controls(DAY, quiet).needs
    assert less.staff_days == {} and less.money_vnd_bn == 0


def test_a_channel_that_the_pack_does_not_have_is_refused(schedule_of: Build) -> None:
    text = TEXTS["trade_channel"].replace('"air"', '"ecommerce"')
    assert any(
        "channels of the pack: air, border" in message for message in faults_of(lambda: schedule_of(text))
    )


# --- payments ---


def test_furlough_pays_those_idle_the_amount_of_the_rule_in_all(schedule_of: Build, quiet: Observed) -> None:
    day = first_day("furlough")

    def paid(scheme: str, *others: str) -> float:
        text = TEXTS["furlough"].replace("suspended", scheme)
        run = schedule_of(text, *others, as_of=LATE).start()
        return sum(run.controls(d, quiet).economy.support_vnd_bn for d in range(day, day + 40))

    stays_closed = CLOSED + '\nexit = "open"'
    assert paid("suspended") == 0  # nobody is idle
    assert paid("suspended", stays_closed) == pytest.approx(1000 * 3_710_000e-9)
    assert paid("suspended_half_month", stays_closed) == pytest.approx(1000 * 1_855_000e-9)
    assert paid("stopped", stays_closed) == pytest.approx(1000 * 1_000_000e-9)


def test_no_furlough_before_a_rule_pays_it(schedule_of: Build) -> None:
    for kind in ("furlough", "household_support"):
        messages = faults_of(lambda kind=kind: schedule_of(TEXTS[kind]))  # type: ignore[misc]
        assert any("no rule pays" in message and "Resolution 16" in message for message in messages)


def test_informal_workers_are_paid_where_people_are_restricted(schedule_of: Build, quiet: Observed) -> None:
    day = first_day("household_support")
    text = TEXTS["household_support"]
    idle = schedule_of(text, as_of=LATE).start().controls(day, quiet)
    assert idle.economy.support_vnd_bn == 0
    paid = schedule_of(text + "\nrate = 2.0", CT16, as_of=LATE).start().controls(day, quiet)
    assert paid.economy.support_vnd_bn == pytest.approx(2 * 1500 * default("informal_share") * 50_000e-9)
    assert paid.epidemic.detection.tolist() == pytest.approx([default("detection_supported")] * 4)
    assert "100,000 VND" in described(schedule_of(text + "\nrate = 2.0", as_of=LATE))[0].public.en


# --- events and schools ---


def test_events_cut_what_they_bring_about(schedule_of: Build, quiet: Observed) -> None:
    def community(what: str, way: str) -> float:
        text = f'kind = "events"\nwhat = [{what}]\nway = "{way}"\nwhere = ["C1"]\n{LAW}'
        return float(schedule_of(text).start().controls(DAY, quiet).epidemic.community[0])

    wedding, market = default("event_weddings"), default("event_markets")
    assert community('"weddings"', "stopped") == pytest.approx(1 - wedding)
    assert community('"markets", "weddings"', "stopped") == pytest.approx(1 - wedding - market)
    assert community('"weddings"', "limited") == pytest.approx(1 - wedding * (1 - default("event_limited")))


def test_leisure_and_markets_cost_sales(schedule_of: Build, quiet: Observed) -> None:
    def demand(event: str) -> list[float]:
        text = f'kind = "events"\nwhat = ["{event}"]\n{LAW}'
        return [float(x) for x in schedule_of(text).start().controls(DAY, quiet).economy.household_demand]

    assert demand("leisure") == pytest.approx([1, 1, 1 - default("demand_leisure")])  # farm, plant, shop
    assert demand("markets") == pytest.approx([1 - default("demand_markets")] * 3)
    assert demand("weddings") == [1, 1, 1]


def test_an_election_is_held_with_precautions_on_its_day(schedule_of: Build, quiet: Observed) -> None:
    text = (
        'kind = "events"\nwhat = ["election"]\nway = "limited"\nfrom = 2021-05-23\nuntil = 2021-05-23\n'
        'legal_basis = ["nq-133-2020"]'
    )
    schedule = schedule_of(text)
    run, base = schedule.start(), schedule_of().start()
    day = run.controls(22, quiet)
    assert day.needs.staff_days["clinicians"] > 0
    assert (day.epidemic.community == base.controls(22, quiet).epidemic.community).all()
    assert "served where they are" in described(schedule)[0].public.en
    stopped = text.replace('way = "limited"\n', "")
    assert any("not the province's to stop" in message for message in faults_of(lambda: schedule_of(stopped)))
    late = text.replace("2021-05-23", "2021-05-22")
    assert any("calendar" in message for message in faults_of(lambda: schedule_of(late)))
    mixed = text.replace('["election"]', '["election", "weddings"]')
    assert any("measure of its own" in message for message in faults_of(lambda: schedule_of(mixed)))
    twice = text.replace('["election"]', '["election", "election"]')
    assert any("named twice" in message for message in faults_of(lambda: schedule_of(twice)))


def test_the_order_of_events_means_nothing(schedule_of: Build) -> None:
    text = TEXTS["events"]
    other = text.replace('["weddings", "leisure"]', '["leisure", "weddings"]')
    assert schedule_of(text).plan.id == schedule_of(other).plan.id


def test_lessons_by_turns_keep_part_of_the_contacts(schedule_of: Build, quiet: Observed) -> None:
    part = schedule_of(TEXTS["school_closure"] + "\nshare = 0.5").start().controls(DAY, quiet)
    assert part.epidemic.school.tolist() == [0.5, 1, 1, 1]
    assert part.economy.work[0, 0] == pytest.approx(1 - 0.5 * default("parents_at_home"))


# --- communication ---


def test_a_campaign_deepens_what_is_ordered_and_nothing_else(schedule_of: Build, quiet: Observed) -> None:
    def day(*texts: str, gain: float = 0.2) -> np.ndarray:
        levers = schedule_of(*texts).start({"compliance_gain": gain}).controls(DAY, quiet).epidemic
        return np.array([levers.community, levers.movement, levers.work])

    alone, ordered, both = day(TEXTS["communication"]), day(CT16), day(CT16, TEXTS["communication"])
    assert (alone == 1).all()
    assert both[:, 0].tolist() == pytest.approx((1 - (1 - ordered[:, 0]) * (1 + 0.2 * 0.8)).clip(0).tolist())
    assert (both[:, 1:] == 1).all()
    assert (day(CT16, TEXTS["communication"], gain=0.0) == ordered).all()
    wide = TEXTS["communication"].replace('"C1"', '"D1"') + "\nreach = 0.3"
    assert (day(CT16, TEXTS["communication"], wide) == both).all()  # the largest holds, once
    assert day(TEXTS["lockdown"], TEXTS["communication"], gain=0.3).min() >= 0


# --- modes ---


def test_work_as_normal_is_inspected_and_restricts_nothing(schedule_of: Build, quiet: Observed) -> None:
    text = TEXTS["site_mode"].replace("on_site", "normal")
    day = schedule_of(text).start().controls(DAY, quiet)
    assert day.epidemic.site_mode[0] == SiteMode.NORMAL and day.epidemic.site_share[0] == 1
    assert day.epidemic.site_contact[0] == 1 and day.economy.productivity.min() == 1
    assert day.needs.staff_days["inspectors"] > 0
    assert "normal" in described(schedule_of(text))[0].title.en


def test_the_calendar_begins_with_the_run(schedule_of: Build) -> None:
    assert schedule_of().ground.origin == ORIGIN
