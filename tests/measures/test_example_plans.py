"""The plans of the example: lawful, in both languages, and what they say they are."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest

from songhanh import province
from songhanh.core.modes import SiteMode
from songhanh.measures import Plan, Schedule, compile_plan, described, history_of, parse_plan, plans_of
from songhanh.province.pack import Pack
from songhanh.response import Observed

AS_OF = date(2021, 5, 17)
CANDIDATES = [
    "do-nothing", "present-orders", "targeted", "close-parks", "close-parks-support", "on-site", "staggered",
    "full-lockdown",
]  # fmt: skip
PARKS = ["dinh-tram", "quang-chau", "van-trung", "song-khe-noi-hoang"]


@pytest.fixture(scope="module")
def pack() -> Pack:
    return province.load("bac-giang-2021")


@pytest.fixture(scope="module")
def plans(pack: Pack) -> dict[str, Plan]:
    return plans_of(pack)


@pytest.fixture(scope="module")
def schedules(pack: Pack, plans: dict[str, Plan]) -> dict[str, Schedule]:
    history = history_of(pack)
    return {slug: compile_plan(plan, pack, history, AS_OF, pack.policy_set) for slug, plan in plans.items()}


def nothing_seen(pack: Pack, days: int = 200) -> Observed:
    communes, sites = pack.communes.height, pack.sites.height
    return Observed(np.zeros((days, communes, 4), np.int32), np.zeros((days, sites + 1), np.int32))


def day_of(pack: Pack, when: date) -> int:
    return (when - pack.outbreak_from).days


def test_the_candidates_are_there_with_one_reference_and_one_decided(plans: dict[str, Plan]) -> None:
    assert list(plans) == CANDIDATES
    assert [slug for slug, plan in plans.items() if plan.reference] == ["do-nothing"]
    assert [slug for slug, plan in plans.items() if plan.decided] == ["close-parks"]
    assert len({plan.id for plan in plans.values()}) == len(plans)


@pytest.mark.parametrize("slug", CANDIDATES)
def test_a_candidate_reads_well_and_survives_a_round_trip(slug: str, plans: dict[str, Plan]) -> None:
    plan = plans[slug]
    assert plan.name.vi != plan.name.en and plan.summary.vi != plan.summary.en
    assert parse_plan(plan.canonical().decode()).id == plan.id


def test_all_candidates_share_the_past(pack: Pack, schedules: dict[str, Schedule]) -> None:
    runs = [schedule.start() for schedule in schedules.values()]
    seen = nothing_seen(pack)
    for day in range(day_of(pack, AS_OF) + 1):
        first, *others = [run.controls(day, seen) for run in runs]
        for other in others:
            assert first.needs == other.needs
            assert np.array_equal(first.epidemic.community, other.epidemic.community)
            assert np.array_equal(first.epidemic.trace, other.epidemic.trace)
            assert np.array_equal(first.economy.work, other.economy.work)


def test_what_was_decided_closes_four_parks_and_puts_viet_yen_under_directive_16(
    pack: Pack, schedules: dict[str, Schedule]
) -> None:
    run, seen, first = schedules["close-parks"].start(), nothing_seen(pack), day_of(pack, AS_OF) + 1
    before, after = run.controls(first - 1, seen), run.controls(first, seen)
    ids = pack.sites["site_id"].to_list()
    assert (before.epidemic.site_mode == SiteMode.NORMAL).all()
    closed = [ids[i] for i in np.flatnonzero(after.epidemic.site_mode == SiteMode.CLOSED)]
    assert sorted(closed) == sorted(PARKS)
    communes = pack.communes
    inside = (communes["parent_code"] == "222").to_numpy()
    assert (after.level[inside] == 3).all()
    assert after.restricted.sum() > before.restricted.sum()


def test_do_nothing_ends_every_order_but_goes_on_testing_patients(
    pack: Pack, schedules: dict[str, Schedule]
) -> None:
    run, seen, first = schedules["do-nothing"].start(), nothing_seen(pack), day_of(pack, AS_OF) + 1
    assert run.controls(first - 1, seen).restricted.max() > 0
    day = run.controls(first, seen)
    assert (
        day.restricted.max() == 0
        and day.epidemic.trace_capacity.max() == 0
        and day.epidemic.contact_action.max() == 0
    )
    assert (day.epidemic.community == 1).all() and day.epidemic.detection.min() > 0


def test_candidates_differ_in_what_they_cost_and_restrict(pack: Pack, schedules: dict[str, Schedule]) -> None:
    first = day_of(pack, AS_OF) + 1
    days = {
        slug: schedule.start().controls(first, nothing_seen(pack)) for slug, schedule in schedules.items()
    }
    money = {slug: day.needs.money_vnd_bn for slug, day in days.items()}
    assert money["do-nothing"] < money["present-orders"] < money["targeted"] < money["full-lockdown"]
    assert days["full-lockdown"].restricted.min() == 1
    admitted = {slug: float(day.economy.admitted.mean()) for slug, day in days.items()}
    assert admitted["close-parks"] < admitted["on-site"] < admitted["staggered"] < admitted["targeted"]
    assert days["close-parks-support"].economy.support_vnd_bn > days["targeted"].economy.support_vnd_bn


def test_the_history_replays_the_reopening_series(pack: Pack) -> None:
    history = history_of(pack)
    run = compile_plan(history, pack, history, None).start()
    seen = nothing_seen(pack)
    park = pack.sites["site_id"].to_list().index("quang-chau")
    share = [run.controls(day, seen).epidemic for day in range(day_of(pack, date(2021, 8, 20)))]

    def on(when: str) -> tuple[int, float]:
        levers = share[day_of(pack, date.fromisoformat(when))]
        admitted = 0.0 if levers.site_mode[park] == SiteMode.CLOSED else float(levers.site_share[park])
        return int(levers.site_mode[park]), round(admitted, 3)

    assert on("2021-05-17") == (SiteMode.NORMAL, 1.0)
    assert on("2021-05-18") == on("2021-05-27") == (SiteMode.CLOSED, 0.0)
    closed = ["dinh-tram", "quang-chau", "van-trung", "song-khe-noi-hoang"]
    workers = pack.sites.filter(pack.sites["site_id"].is_in(closed))["workers"].sum()
    counted = dict(pack.tables["reopening"].select("date", "workers").iter_rows())
    assert on("2021-05-30")[0] == SiteMode.ON_SITE
    for when in ("2021-05-30", "2021-06-07", "2021-06-15", "2021-06-30", "2021-08-06"):
        back = min(1.0, counted[date.fromisoformat(when)] / workers)
        assert on(when)[1] == pytest.approx(back, abs=0.001)
    closed_days = [(date(2021, 5, 18) + timedelta(days=k)).isoformat() for k in range(80)]
    shares = [on(day)[1] for day in closed_days]
    assert shares == sorted(shares)


def test_every_order_has_a_source_and_words(pack: Pack) -> None:
    history = history_of(pack)
    assert all(measure.id and measure.source and measure.confidence for measure in history.measures)
    assert len({measure.id for measure in history.measures}) == len(history.measures)
    replay = compile_plan(history, pack, history, None)
    for words in described(replay, present=True):
        assert words.public.vi and words.order.as_text().en
