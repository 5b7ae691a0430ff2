"""A walk over all kinds of measures: levers, needs, words, law, bad input. A kind that is not listed fails."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tried import ALSO, MOVES, STAFF_OF, TEXTS, decided, first_day, moved

from songhanh.core.errors import SonghanhError
from songhanh.epidemic.check import check_controls
from songhanh.measures import KINDS, Run, Schedule, described, drawn_apart, parameters, parse_plan
from songhanh.measures.base import STAFF
from songhanh.response import Observed, documents_in_force, read_policies

Build = Callable[..., Schedule]
PAGE = Path(__file__).parents[2] / "docs" / "measures.md"
# What the design asks for (docs/measures.md says which kind stands for what).
ASKED = {
    "distancing", "lockdown", "hamlet_sealing", "site_mode", "firm_closure", "tracing", "quarantine", "sampling",
    "testing", "vaccination", "protection_belt", "green_lane", "trade_channel", "support", "furlough",
    "household_support", "school_closure", "events", "communication", "boarding_thinning", "worker_return", "capacity",
}  # fmt: skip
LAW = read_policies("vn-2021")


def test_every_kind_that_is_asked_for_is_there_and_tried() -> None:
    assert set(KINDS) == ASKED
    assert set(TEXTS) == set(MOVES) == set(STAFF_OF) == set(KINDS)


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_a_measure_moves_exactly_its_levers(kind: str, schedule_of: Build, quiet: Observed) -> None:
    as_of, day = decided(kind), first_day(kind)
    base = schedule_of(as_of=as_of).start().controls(day, quiet)
    before = schedule_of(as_of=as_of).start().controls(day - 1, quiet)
    run = schedule_of(TEXTS[kind], as_of=as_of).start()
    assert (
        moved(run.controls(day - 1, quiet), before) == set()
    )  # a plan acts from the day after the as-of date
    assert moved(run.controls(day, quiet), base) == MOVES[kind]


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_a_measure_takes_its_staff_and_what_it_takes_costs_money(
    kind: str, schedule_of: Build, quiet: Observed
) -> None:
    needs = schedule_of(TEXTS[kind], as_of=decided(kind)).start().controls(first_day(kind), quiet).needs
    assert set(needs.staff_days) == STAFF_OF[kind] <= set(STAFF)
    assert all(0 < days < math.inf for days in needs.staff_days.values())
    for value in (needs.places, needs.lodging_short, needs.tests, needs.money_vnd_bn):
        assert 0 <= value < math.inf
    staff = sum(needs.staff_days.values())
    assert needs.money_vnd_bn >= staff * parameters()["cost_staff_vnd_day"].default * 1e-9 * (1 - 1e-9)


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_a_kind_is_one_documented_file_with_a_law_that_can_carry_it(kind: str) -> None:
    measure = KINDS[kind]
    assert measure.__module__ == f"songhanh.measures.kinds.{kind}"
    assert measure.__doc__ and measure.NAME.vi != measure.NAME.en
    assert [paper.id for paper in LAW.documents.values() if kind in paper.supports]
    assert documents_in_force(LAW, kind, decided(kind))


def test_a_document_carries_only_kinds_that_there_are() -> None:
    carried = {kind for paper in LAW.documents.values() for kind in paper.supports}
    assert carried <= set(KINDS)


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_the_order_and_the_public_words_name_the_place_and_the_day(kind: str, schedule_of: Build) -> None:
    schedule = schedule_of(TEXTS[kind], as_of=decided(kind))
    (words,) = described(schedule)
    day = decided(kind) + timedelta(days=1)
    assert words.order.title.en.endswith(words.ends.en) and words.where.en in words.order.title.en
    assert f"{day.day}/{day.month}/{day.year}" in words.order.title.vi
    for task in words.order.tasks:
        assert task.what.vi != task.what.en and task.owner.vi != task.owner.en and 1 <= task.within_days <= 30
    for text in (words.title, words.public, words.order.as_text()):
        assert text.vi != text.en
        assert not set("{}[]") & set(text.vi + text.en) and "  " not in text.vi + text.en
    assert words.legal_basis == tuple(
        LAW.documents[basis].name for basis in schedule.plan.measures[0].legal_basis
    )


def plan_text(*measures: str) -> str:
    words = '[name]\nvi = "Thử"\nen = "Test"\n[summary]\nvi = "Thử."\nen = "Test."\n'
    return f'format = "songhanh-plan/1"\n{words}' + "".join(f"[[measures]]\n{m}\n" for m in measures)


def faults_of(text: str) -> set[str]:
    with pytest.raises(SonghanhError) as caught:
        parse_plan(text, file="p.toml")
    assert all(fault.file == "p.toml" and fault.row and fault.remedy for fault in caught.value.faults)
    return {fault.code for fault in caught.value.faults}


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_bad_input_of_a_kind_is_refused_with_its_field(kind: str, schedule_of: Build) -> None:
    text = TEXTS[kind]
    assert "plan.field" in faults_of(plan_text(text + "\nstrength = 2"))
    without_law = "\n".join(line for line in text.split("\n") if not line.startswith("legal_basis"))
    assert "plan.no_basis" in faults_of(plan_text(without_law))
    own = set(KINDS[kind].model_fields) - {"kind", *KINDS["green_lane"].model_fields} | (
        {"share"} & set(KINDS[kind].model_fields)
    )
    for field in own:
        kept = "\n".join(line for line in text.split("\n") if not line.startswith(f"{field} ="))
        for value in ("{}", "1979-05-27", "nan", "-1", "[[]]"):
            assert "plan.value" in faults_of(plan_text(f"{kept}\n{field} = {value}")), (field, value)
    with pytest.raises(SonghanhError) as caught:
        schedule_of(text.replace("legal_basis = [", 'legal_basis = ["no-such", '), as_of=decided(kind))
    assert {fault.code for fault in caught.value.faults} >= {"plan.basis"}


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_a_place_of_the_wrong_sort_is_refused(kind: str, schedule_of: Build) -> None:
    lines = [line for line in TEXTS[kind].split("\n") if not line.startswith("where")]
    measure = KINDS[kind]
    wrong = {"areas": "park-a", "sites": "C1", "province": "C1", "areas and sites": "nowhere"}[measure.SCOPE]
    places = [wrong] if measure.REST or measure.SCOPE == "province" else [wrong, "rest"]
    for place in places:
        with pytest.raises(SonghanhError) as caught:
            schedule_of("\n".join(lines) + f'\nwhere = ["{place}"]', as_of=decided(kind))
        assert {fault.column for fault in caught.value.faults} == {"where"}


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_levers_stay_possible_in_every_world(
    data: st.DataObject, schedule_of: Build, quiet: Observed
) -> None:
    kinds = data.draw(st.lists(st.sampled_from(sorted(KINDS)), min_size=1, max_size=6, unique=True))
    extremes = data.draw(
        st.lists(st.sampled_from([0.0, 0.5, 1.0]), min_size=len(list(parameters())), max_size=200)
    )
    effects = {row.name: row.quantile(u) for row, u in zip(parameters(), extremes, strict=False)}
    as_of = max(decided(kind) for kind in kinds)
    schedule = schedule_of(*(TEXTS[kind] for kind in kinds), as_of=as_of)
    day = schedule.start(effects).controls((as_of - date(2021, 5, 1)).days + 1, quiet)
    check_controls(day.epidemic, 4, 2)
    economy = day.economy
    for lever in (economy.admitted, economy.productivity, economy.work, economy.household_demand,
                  economy.import_logistics, economy.export_logistics):  # fmt: skip
        assert lever.min() >= 0 and lever.max() <= 1
    assert economy.channel.min() >= 0 and economy.public_cost_vnd_bn >= 0 and economy.support_vnd_bn >= 0


def test_the_rows_of_one_kind_alone_are_drawn_apart() -> None:
    table = parameters()
    assert drawn_apart() <= set(table.rows)
    for kind, measure in KINDS.items():
        for other in KINDS.values():
            assert kind == other.KIND or not set(measure.OWN) & set(other.OWN)


class _Recorder(dict[str, float]):
    def __init__(self, values: dict[str, float], used: set[str]) -> None:
        super().__init__(values)
        self.used = used

    def __getitem__(self, name: str) -> float:
        self.used.add(name)
        return super().__getitem__(name)


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_a_kind_reads_no_rows_that_are_another_kinds_own(
    kind: str, schedule_of: Build, quiet: Observed
) -> None:
    used: set[str] = set()
    schedule = schedule_of(TEXTS[kind], as_of=decided(kind))
    Run(schedule, _Recorder(parameters().defaults(), used)).controls(first_day(kind), quiet)
    assert used & drawn_apart() <= set(KINDS[kind].OWN)


def section(kind: str) -> str:
    text = PAGE.read_text(encoding="utf-8")
    start = text.index(f"\n### `{kind}`")
    ends = [at for at in (text.find("\n### ", start + 5), text.find("\n## ", start + 5)) if at > 0]
    return text[start : min(ends, default=len(text))]


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_the_page_tells_levers_needs_fields_and_law_of_every_kind(kind: str) -> None:
    told = section(kind)
    quoted = {word for line in told.split("\n") for word in line.split("`")[1::2]}
    levers = {name for name in quoted if name.startswith(("epidemic.", "economy."))}
    assert levers == {name for name in MOVES[kind] | ALSO.get(kind, set()) if "." in name}
    assert STAFF_OF[kind] == quoted & set(STAFF)
    papers = {paper.id for paper in LAW.documents.values() if kind in paper.supports}
    assert papers == quoted & set(LAW.documents)
    fields = set(KINDS[kind].model_fields) - set(KINDS["green_lane"].model_fields) | (
        {"share"} & set(KINDS[kind].model_fields)
    )
    assert fields <= quoted
    assert KINDS[kind].NAME.en in told


def test_the_page_tells_of_no_other_kind() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert sorted(line[5:-1] for line in text.split("\n") if line.startswith("### `")) == sorted(KINDS)


def test_the_example_of_the_page_closes_and_reopens(schedule_of: Build, quiet: Observed) -> None:
    text = PAGE.read_text(encoding="utf-8")
    example = text[text.index("```toml\n[[measures]]") :].split("```")[1]
    schedule = schedule_of(example.removeprefix("toml\n[[measures]]\n"))
    quiet.reported_site[20, 0] = 3
    run = schedule.start()
    shut = [bool(run.controls(day, quiet).epidemic.site_mode[0]) for day in range(40)]
    assert [day for day, closed in enumerate(shut) if closed] == list(range(21, 28))
