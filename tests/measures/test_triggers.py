"""Starts and ends by observation: closed forms, a plain twin, what is refused, and what plans may say of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from songhanh.core.errors import SonghanhError
from songhanh.measures import INDICATORS, Release, Schedule, Trigger, described, parse_plan
from songhanh.response import Observed

Build = Callable[..., Schedule]
LAW = 'legal_basis = ["ct07-tu"]'
DAYS = 240
START = 17
SITE = f'kind = "site_mode"\nmode = "closed"\nwhere = ["park-a", "park-b"]\n{LAW}\n'
AREA = f'kind = "school_closure"\nwhere = ["C1", "C3"]\n{LAW}\n'


def on_days(
    schedule: Schedule, observed: Observed, lever: Callable[[Any], Any], until: int = 90
) -> list[Any]:
    run = schedule.start()
    return [lever(run.controls(day, observed)) for day in range(until)]


def closed(day: Any) -> bool:
    return bool(day.epidemic.site_mode[0] == 4)


def shut(day: Any) -> bool:
    return bool(day.epidemic.school[0] == 0)


def run_of(days: list[bool]) -> tuple[int, int]:
    """Return the first day and the number of days of the only run of a list."""
    first = days.index(True)
    length = sum(days)
    assert all(days[first : first + length])
    return first, length


def test_the_example_of_the_design_closes_at_three_and_reopens_after_seven_days_without(
    schedule_of: Build, quiet: Observed
) -> None:
    text = SITE + 'trigger = { at_least = 3 }\nrelease = { indicator = "days_without", at_least = 7 }'
    quiet.reported_site[[20, 22, 24], 0] = 1
    schedule = schedule_of(text)
    assert run_of(on_days(schedule, quiet, closed)) == (25, 7)  # known on the 25th; quiet from then on
    quiet.reported_site[28, 0] = 1
    assert run_of(on_days(schedule, quiet, closed)) == (25, 11)
    quiet.reported_site[60:63, 0] = 1  # and it may be closed again
    assert [i for i, day in enumerate(on_days(schedule, quiet, closed)) if day] == [
        *range(25, 36),
        *range(63, 70),
    ]
    words = described(schedule)[0].ends
    assert words.en == "once there are 3 or more cases in 7 days, until 7 days have passed without a case"
    assert words.vi == "khi có từ 3 ca trong 7 ngày, đến khi qua 7 ngày không có ca"


def test_cases_that_led_to_a_closure_do_not_close_again_once_released(
    schedule_of: Build, quiet: Observed
) -> None:
    text = (
        SITE
        + 'trigger = { at_least = 3, window_days = 20 }\nrelease = { indicator = "days_without", at_least = 2 }'
    )
    quiet.reported_site[20, 0] = 3
    assert run_of(on_days(schedule_of(text), quiet, closed)) == (21, 2)


def test_a_release_ends_a_dated_measure_for_good_and_instead_of_the_common_rule(
    schedule_of: Build, quiet: Observed
) -> None:
    text = AREA + 'release = { indicator = "days_without", at_least = 30 }'
    assert run_of(on_days(schedule_of(text), quiet, shut, 31)) == (
        START,
        14,
    )  # summer holidays lift nothing here
    schedule = schedule_of(text)
    assert schedule.placed[0].steps_from is None
    quiet.reported[START + 3 :: 5, 2, 0] = 1  # C3 goes on, C1 does not
    days = [
        0 in day.active for day in (schedule.start().controls(d, quiet) for d in (START + 29, START + 30))
    ]
    assert days == [True, True]
    run = schedule.start()
    places = [run._groups[0] for d in range(START + 32) if run.controls(d, quiet)]
    assert [group.communes.tolist() for group in places[START + 29]] == [[0, 2]]
    assert [group.communes.tolist() for group in places[START + 30]] == [[2]]


def test_a_release_keeps_its_last_day(schedule_of: Build, quiet: Observed) -> None:
    text = SITE + 'until = 2021-05-21\nrelease = { indicator = "days_without", at_least = 30 }'
    assert run_of(on_days(schedule_of(text), quiet, closed)) == (START, 4)
    assert described(schedule_of(text))[0].ends.en.endswith("until 21 May 2021")


def test_cases_per_1000_workers(schedule_of: Build, quiet: Observed) -> None:
    text = SITE + 'trigger = { indicator = "per_1000_workers", at_least = 4 }'
    quiet.reported_site[20, :2] = 3  # of 1,000 and of 500 workers
    run = schedule_of(text).start()
    assert run.controls(21, quiet).epidemic.site_mode.tolist() == [0, 4]
    quiet.reported_site[21, 0] = 1
    assert run.controls(22, quiet).epidemic.site_mode.tolist() == [4, 4]


def test_cases_per_100000_residents_a_week(schedule_of: Build, quiet: Observed) -> None:
    text = AREA + 'trigger = { indicator = "per_100k_week", at_least = 50, window_days = 14 }'
    quiet.reported[20, [0, 2], 0] = 2  # a week's 1 of 1,500 people is 67 per 100,000, of 3,000 it is 33
    run = schedule_of(text).start()
    assert run.controls(21, quiet).epidemic.school.tolist() == [0, 1, 1, 1]


def test_growth_compares_with_the_window_before(schedule_of: Build, quiet: Observed) -> None:
    text = AREA + 'trigger = { indicator = "growth", at_least = 2, window_days = 7 }'
    quiet.reported[3:20, 0, 0] = 1
    quiet.reported[20:27, 0, 0] = 2  # 14 in the week to the 26th, 7 in the week before; 13 to 8 a day earlier
    quiet.reported[22, 2, 0] = 1  # one case after none is no growth
    run = schedule_of(text).start()
    schools = [run.controls(day, quiet).epidemic.school.tolist() for day in range(28)]
    assert schools[:27] == [[1, 1, 1, 1]] * 27
    assert schools[27] == [0, 1, 1, 1]


def test_a_condition_may_have_to_hold_for_days(schedule_of: Build, quiet: Observed) -> None:
    text = AREA + "trigger = { at_least = 2, window_days = 1, for_days = 3 }"
    quiet.reported[[20, 21, 23, 24, 25], 0, 0] = 2
    schedule = schedule_of(text)
    assert on_days(schedule, quiet, shut, 31).index(True) == 26
    assert described(schedule)[0].ends.en.startswith(
        "once there are 2 or more cases in 1 days, 3 days in a row"
    )


def test_a_release_by_few_cases_counts_days_from_the_start(schedule_of: Build, quiet: Observed) -> None:
    text = SITE + 'release = { indicator = "per_1000_workers", at_most = 1, for_days = 3 }'
    assert run_of(on_days(schedule_of(text), quiet, closed)) == (START, 3)
    quiet.reported_site[START + 2, 0] = 2
    assert run_of(on_days(schedule_of(text), quiet, closed)) == (START, 12)


def test_a_province_wide_measure_reads_the_province(schedule_of: Build, quiet: Observed) -> None:
    text = f'kind = "tracing"\ncases_per_day = 5\n{LAW}\ntrigger = {{ indicator = "per_100k_week", at_least = 20 }}'
    quiet.reported[20, :2, 0] = 1  # 2 of 10,500
    days = on_days(schedule_of(text), quiet, lambda day: bool(day.epidemic.trace_capacity[0]), 26)
    assert days == [False] * 26
    quiet.reported[21, 3, 0] = 1
    assert (
        on_days(schedule_of(text), quiet, lambda day: bool(day.epidemic.trace_capacity[0]), 26).index(True)
        == 22
    )


def test_cases_in_quarantine_pull_no_trigger_of_an_area(schedule_of: Build, quiet: Observed) -> None:
    quiet.reported[:, :, 1] = 9
    assert not any(on_days(schedule_of(AREA + "trigger = { at_least = 1 }"), quiet, shut, 31))


# --- a plain twin: every day the whole series is counted again, place by place, with no arrays of totals ---


def plain(
    cases: list[int], size: float, trigger: dict[str, Any] | None, release: dict[str, Any] | None, days: int
) -> list[bool]:
    """Tell on which days a measure that may begin on `START` is on in one place."""

    def counted(first: int, last: int, since: int) -> int:
        return sum(cases[d] for d in range(max(first, since, 0), last + 1) if 0 <= d < len(cases))

    def met(condition: dict[str, Any], end: int, since: int) -> bool:
        name, window = condition.get("indicator", "cases"), condition.get("window_days", 7)
        if name == "days_without":
            n = condition["at_least"]
            return end - n + 1 >= since and counted(end - n + 1, end, since) == 0
        value: float = counted(end - window + 1, end, since)
        if name == "per_1000_workers":
            value = value / size * 1000
        elif name == "per_100k_week":
            value = value / window * 7 / size * 100_000
        elif name == "growth":
            value /= max(counted(end - 2 * window + 1, end - window, since), 1)
        return value >= condition["at_least"] if "at_least" in condition else value <= condition["at_most"]

    def holds(condition: dict[str, Any], known: int, since: int) -> bool:
        last_days = range(known - condition.get("for_days", 1) + 1, known + 1)
        return all(day >= since and met(condition, day, since) for day in last_days)

    on, started, counts_from = trigger is None, START, -(10**6)
    over = False
    result = [False] * START
    for day in range(START, days):
        known = day - 1
        if on and release and holds(release, known, started):
            on, counts_from, over = False, day, trigger is None
        if not on and not over and trigger and holds(trigger, known, counts_from):
            on, started = True, day
        result.append(on)
    return result


def written(condition: dict[str, Any]) -> str:
    return (
        "{ "
        + ", ".join(f'{k} = "{v}"' if isinstance(v, str) else f"{k} = {v}" for k, v in condition.items())
        + " }"
    )


def conditions(names: list[str], thresholds: list[str]) -> st.SearchStrategy[dict[str, Any]]:
    window = st.integers(1, 9)
    number = {
        "cases": st.integers(1, 6),
        "per_1000_workers": st.floats(0.5, 6.0),
        "per_100k_week": st.floats(5.0, 300.0),
        "growth": st.floats(0.5, 3.0),
    }
    plain_ones = [
        st.fixed_dictionaries(
            {
                "indicator": st.just(name),
                key: number[name],
                "window_days": window,
                "for_days": st.integers(1, 4),
            }
        )
        for name in names
        for key in thresholds
    ]
    without = st.fixed_dictionaries(
        {"indicator": st.just("days_without"), "at_least": st.integers(1, 12), "for_days": st.integers(1, 3)}
    )
    return st.one_of(*plain_ones, without)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_triggers_and_releases_equal_their_plain_twin(data: st.DataObject, schedule_of: Build) -> None:
    at_site = data.draw(st.booleans())
    names = ["cases", "growth", "per_1000_workers" if at_site else "per_100k_week"]
    trigger = data.draw(st.none() | conditions(names, ["at_least"]))
    release = data.draw(st.none() | conditions(names, ["at_least", "at_most"]))
    series = data.draw(
        st.lists(
            st.lists(st.sampled_from([0, 0, 0, 0, 0, 1, 1, 2, 5]), min_size=60, max_size=60),
            min_size=2,
            max_size=2,
        )
    )
    reported, at_sites = np.zeros((60, 4, 4), np.int32), np.zeros((60, 3), np.int32)
    places = (0, 1) if at_site else (0, 2)
    for place, cases in zip(places, series, strict=True):
        if at_site:
            at_sites[:, place] = cases
        else:
            reported[:, place, 0] = cases
    fields = "".join(
        f"{name} = {written(value)}\n"
        for name, value in (("trigger", trigger), ("release", release))
        if value
    )
    head = f'kind = "sampling"\nevery_days = 1\nwhere = ["{"park-a" if at_site else "C1"}", "{"park-b" if at_site else "C3"}"]\n'
    exit_open = "" if release else 'exit = "open"\n'
    run = schedule_of(head + LAW + "\n" + fields + exit_open).start()
    sizes = (1000, 500) if at_site else (1500, 3000)
    levers = [run.controls(day, Observed(reported, at_sites)).epidemic for day in range(70)]
    for place, size, cases in zip(places, sizes, series, strict=True):
        on = [bool((day.site_sampling if at_site else day.sampling)[place]) for day in levers]
        assert on == plain(cases, size, trigger, release, 70)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**31), day=st.integers(START, 60))
def test_a_condition_never_reads_today_or_later(seed: int, day: int, schedule_of: Build) -> None:
    rng = np.random.default_rng(seed)
    reported = rng.poisson(0.2, (80, 4, 4)).astype(np.int32)
    at_sites = rng.poisson(0.5, (80, 3)).astype(np.int32)
    schedule = schedule_of(
        SITE + 'trigger = { indicator = "growth", at_least = 1.5, for_days = 2 }\n'
        'release = { indicator = "cases", at_most = 1 }',
        AREA
        + 'trigger = { indicator = "per_100k_week", at_least = 90 }\nrelease = { indicator = "days_without", at_least = 3 }',
    )
    other, other_sites = reported.copy(), at_sites.copy()
    other[day:], other_sites[day:] = 50, 50
    one, two = schedule.start(), schedule.start()
    for today in range(day + 1):
        a = one.controls(today, Observed(reported, at_sites)).epidemic
        b = two.controls(today, Observed(other, other_sites)).epidemic
        assert a.site_mode.tolist() == b.site_mode.tolist() and a.school.tolist() == b.school.tolist()


# --- what plans may say ---


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({}, "one of at_least and at_most"),
        ({"at_least": 3, "at_most": 5}, "one of at_least and at_most"),
        ({"at_least": 0}, "above 0"),
        ({"at_least": -1}, "greater than or equal to 0"),
        ({"at_least": 2.5}, "whole number"),
        ({"at_least": float("nan")}, "finite"),
        ({"at_least": float("inf")}, "finite"),
        ({"at_least": "many"}, "number"),
        ({"at_least": 3, "window_days": 0}, "greater than or equal to 1"),
        ({"at_least": 3, "for_days": 61}, "less than or equal to 60"),
        ({"at_least": 3, "indicator": "infections"}, "'cases'"),
        ({"indicator": "days_without", "at_most": 3}, "minimum"),
        ({"indicator": "days_without", "at_least": 3.5}, "whole number"),
        ({"indicator": "days_without", "at_least": 400}, "365"),
        ({"indicator": "days_without", "at_least": 4, "window_days": 3}, "no window"),
        ({"at_least": 3, "mood": 1}, "Extra inputs"),
    ],
)
@pytest.mark.parametrize("kind", [Trigger, Release])
def test_a_nonsense_condition_is_refused(
    kind: type[Trigger] | type[Release], fields: dict[str, Any], says: str
) -> None:
    with pytest.raises(ValidationError, match=says):
        kind.model_validate(fields)


@pytest.mark.parametrize(
    ("text", "field", "says"),
    [
        (AREA + 'trigger = { indicator = "per_1000_workers", at_least = 1 }', "trigger", "at sites"),
        (SITE + 'release = { indicator = "per_100k_week", at_most = 1 }', "release", "in areas"),
        (f'kind = "tracing"\ncases_per_day = 1\n{LAW}\nrelease = {{ indicator = "per_1000_workers", at_most = 1 }}',
         "release", "at sites"),
        (f'kind = "firm_closure"\nwhere = ["rest"]\n{LAW}\ntrigger = {{ indicator = "per_1000_workers", at_least = 1 }}',
         "trigger", "rest"),
    ],
)  # fmt: skip
def test_a_condition_that_its_places_do_not_have_is_refused(
    schedule_of: Build, text: str, field: str, says: str
) -> None:
    with pytest.raises(SonghanhError) as caught:
        schedule_of(text)
    (fault,) = caught.value.faults
    assert (fault.code, fault.column) == (f"plan.{field}", field)
    assert says in fault.message and fault.remedy and fault.row is not None


def test_a_release_and_the_common_rule_exclude_each_other(schedule_of: Build) -> None:
    with pytest.raises(SonghanhError, match="release or exit"):
        schedule_of(AREA + 'exit = "step-down"\nrelease = { indicator = "days_without", at_least = 7 }')


def test_a_condition_is_written_in_one_way(schedule_of: Build) -> None:
    def content(trigger: str) -> dict[str, Any]:
        return schedule_of(AREA + f"trigger = {trigger}").plan.measures[0].content()["trigger"]  # type: ignore[no-any-return]

    short, long = (
        content("{ at_least = 3 }"),
        content('{ at_least = 3.0, window_days = 7, indicator = "cases" }'),
    )
    assert short == long == {"at_least": 3} and isinstance(long["at_least"], int)
    ids = {
        schedule_of(AREA + f"trigger = {text}").plan.id
        for text in ("{ at_least = 3 }", "{ at_least = 3.0, for_days = 1 }")
    }
    assert len(ids) == 1
    plan = schedule_of(AREA + 'trigger = { indicator = "growth", at_least = 1.5 }').plan
    assert parse_plan(plan.canonical().decode()).id == plan.id


@pytest.mark.parametrize("name", sorted(INDICATORS))
def test_every_indicator_has_a_definition_and_a_sentence_in_both_languages(name: str) -> None:
    words = INDICATORS[name]
    for text in (words.name, words.definition):
        assert text.vi and text.en and text.vi != text.en
    said = Trigger.model_validate({"indicator": name, "at_least": 7, "for_days": 3}).in_words()
    assert "7" in said.vi and "7" in said.en and "{" not in said.vi + said.en
    assert said.vi.endswith("3 ngày liên tiếp") and said.en.endswith("3 days in a row")
    if words.at_most.en:
        decimal = "1.5" if name != "cases" else "1"
        fewer = Release.model_validate({"indicator": name, "at_most": float(decimal)}).in_words()
        assert decimal in fewer.en and decimal.replace(".", ",") in fewer.vi
