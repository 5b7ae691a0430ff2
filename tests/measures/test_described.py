"""Measures in words: both languages, dates, places, law; what an official and the public read."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from tried import LAW, TEXTS, decided

from songhanh.measures import KINDS, Schedule, described
from songhanh.measures.described import BY_RULE, OPEN

Build = Callable[..., Schedule]


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_every_kind_speaks_both_languages(kind: str, schedule_of: Build) -> None:
    schedule = schedule_of(TEXTS[kind], as_of=decided(kind))
    (words,) = described(schedule)
    assert words.begins == decided(kind) + timedelta(days=1)
    assert words.order.due == words.begins
    for text in (
        words.title,
        words.where,
        words.ends,
        words.public,
        words.order.as_text(),
        *words.legal_basis,
    ):
        assert text.vi.strip() and text.en.strip()
        assert "{" not in text.vi + text.en
    assert words.public.vi != words.public.en
    assert words.order.tasks and all(task.within_days >= 1 for task in words.order.tasks)
    days = schedule.plan.measures[0].lasts()
    if days is None:
        assert words.ends == (BY_RULE if KINDS[kind].STEPS_DOWN else OPEN)
    else:
        last = decided(kind) + timedelta(days=days)
        assert words.ends.vi == f"đến hết ngày {last.day}/{last.month}/{last.year}"
    assert set(words.as_dict()) >= {
        "kind",
        "title",
        "where",
        "from",
        "until",
        "legal_basis",
        "public",
        "order",
    }


def test_places_dates_and_triggers_are_named(schedule_of: Build) -> None:
    first, second, third = described(
        schedule_of(
            f'kind = "site_mode"\nmode = "closed"\nwhere = ["park-a"]\nuntil = 2021-06-02\n{LAW}',
            f'kind = "lockdown"\nwhere = ["D1", "C3"]\nshare = 0.2\ntrigger = {{ at_least = 4 }}\n{LAW}',
            f'kind = "firm_closure"\nwhere = ["*", "rest"]\n{LAW}',
        )
    )
    assert first.where.en == "Park A" and first.ends.en == "until 2 June 2021"
    assert first.ends.vi == "đến hết ngày 2/6/2021"
    assert second.where.vi == "một số thôn, tổ dân phố của Huyện Một, Xã Ba"
    assert "4 or more cases in 7 days" in second.ends.en
    assert third.where.en.startswith("all industrial parks")


def test_present_orders_are_described_apart_with_the_rules_of_the_day(schedule_of: Build) -> None:
    order = 'kind = "quarantine"\nfrom = 2021-05-02\nlegal_basis = ["luat-03-2007"]'
    over = f'kind = "tracing"\ncases_per_day = 3\nfrom = 2021-05-10\nuntil = 2021-05-12\n{LAW}'
    schedule = schedule_of(f'kind = "support"\n{LAW}', orders=(order, over))
    assert [words.kind for words in described(schedule)] == ["support"]
    (kept,) = described(schedule, present=True)
    assert kept.present and "21 days" in kept.title.en
    lifted = schedule_of(orders=(order,), head='lifts = ["*"]')
    assert described(lifted, present=True) == ()
