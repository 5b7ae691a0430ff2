"""Who is waiting: each count is its rows, inside the jurisdiction."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from registry import Province

from songhanh.operations.cases.models import Case
from songhanh.operations.indicators import waiting
from songhanh.operations.people import actions as people
from songhanh.operations.people.models import Person
from songhanh.operations.project.clock import now, today
from songhanh.operations.quarantine.models import Stay
from songhanh.operations.sampling.models import Sample
from songhanh.operations.tracing.models import Contact, Standing

pytestmark = pytest.mark.django_db
Enter = Callable[..., Client]


def outbreak(province: Province) -> dict[str, Person]:
    """In each commune one person of each kind that waits, and one beside them who does not."""
    made: dict[str, Person] = {}
    day = today()
    for name in ("nenh", "hong_thai", "tan_an"):
        unit = getattr(province, name)
        people_of = {
            key: people.register(by=None, full_name=f"{key} {name}", unit=unit, phone="0912345678")
            for key in (
                "untraced",
                "traced",
                "old",
                "fresh",
                "unsampled",
                "sampled",
                "over",
                "late",
                "soon",
                "blocked",
                "free",
            )
        }
        made |= {f"{key} {name}": person for key, person in people_of.items()}
        days = {"untraced": 2, "traced": 2, "old": 40, "fresh": 0}
        for n, (key, ago) in enumerate(days.items()):
            on = day - timedelta(days=ago)
            Case.objects.create(
                person=people_of[key], unit=unit, classification="confirmed", reported_on=on, confirmed_on=on,
                code=f"{name}-{n}",
            )  # fmt: skip
        Contact.objects.create(
            source=people_of["traced"],
            person=people_of["sampled"],
            unit=unit,
            happened_from=day,
            happened_until=day,
        )
        for key, until in (("unsampled", 5), ("sampled", 5), ("over", -1)):
            Standing.objects.create(
                person=people_of[key], unit=unit, level=1, exposed_on=day - timedelta(days=3),
                until=day + timedelta(days=until),
            )  # fmt: skip
        for key, hours in (("sampled", 5), ("late", 25), ("soon", 23)):
            Sample.objects.create(person=people_of[key], unit=unit, taken_at=now() - timedelta(hours=hours))
        for key in ("blocked", "free"):
            Stay.objects.create(
                person=people_of[key],
                unit=unit,
                from_on=day - timedelta(days=13),
                until_on=day,
                place=province.quarantine,
            )
        for ago in (13, 7, 1):
            Sample.objects.create(
                person=people_of["free"], unit=unit, taken_at=now() - timedelta(days=ago), result="negative",
                result_at=now(),
            )  # fmt: skip
    return made


def test_each_count_is_its_rows_inside_the_jurisdiction(province: Province, client_of: Enter) -> None:
    made = outbreak(province)
    client = client_of("district", province.viet_yen)
    answer = client.get("/situation/waiting/")
    assert answer.context["total"].counts == {"tracing": 2, "sample": 2, "result": 2, "release": 2}
    assert {line.unit.name for line in answer.context["lines"]} == {"Nếnh", "Hồng Thái"}
    expected = {"tracing": "untraced", "sample": "unsampled", "result": "late", "release": "blocked"}
    for kind, who in expected.items():
        everybody = client.get(f"/situation/waiting/{kind}/").context["page"]
        assert {row.person for row in everybody} == {made[f"{who} nenh"], made[f"{who} hong_thai"]}, kind
        there = client.get(f"/situation/waiting/{kind}/?unit={province.nenh.code}")
        assert [row.person for row in there.context["page"]] == [made[f"{who} nenh"]], kind
        assert "tel:+84912345678" in there.text
        assert not client.get(f"/situation/waiting/{kind}/?unit=none").context["page"].rows
        assert not client.get(f"/situation/waiting/{kind}/?unit=%27x").context["page"].rows
    assert client.get("/situation/waiting/nonsense/").status_code == 404


def test_the_committee_sees_counts_and_pseudonyms(province: Province, client_of: Enter) -> None:
    outbreak(province)
    client = client_of("committee")
    assert client.get("/situation/waiting/").context["total"].counts["result"] == 3
    text = client.get("/situation/waiting/result/").text
    assert "late nenh" not in text
    assert "912345678" not in text


def test_the_counts_are_a_constant_number_of_questions(
    province: Province, client_of: Enter, django_assert_max_num_queries: object
) -> None:
    outbreak(province)
    client = client_of("commune", province.nenh)
    client.get("/situation/waiting/")
    with django_assert_max_num_queries(14):  # type: ignore[operator]
        client.get("/situation/waiting/")
    for kind in waiting.KINDS:
        with django_assert_max_num_queries(22):  # type: ignore[operator]
            client.get(f"/situation/waiting/{kind}/")


def test_nobody_waits_in_an_empty_province(province: Province, client_of: Enter) -> None:
    answer = client_of("commune", province.nenh).get("/situation/waiting/")
    assert answer.context["lines"] == []
