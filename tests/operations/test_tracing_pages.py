"""The pages of tracing: what they show to whom, what they write down, and how much they ask of the database."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from registry import Province

from songhanh.operations.accounts.masking import pseudonym
from songhanh.operations.audit.models import Event, Kind
from songhanh.operations.cases.models import Case
from songhanh.operations.people.models import Person
from songhanh.operations.sampling.models import Sample
from songhanh.operations.tracing import actions
from songhanh.operations.tracing.indicators import INDICATORS
from songhanh.operations.tracing.models import Contact, FollowUp, PresenceList, Standing

pytestmark = pytest.mark.django_db
TODAY = date(2021, 5, 20)
MET = date(2021, 5, 17)
HERE = timezone.get_default_timezone()


@pytest.fixture(autouse=True)
def _today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SONGHANH_TODAY", TODAY.isoformat())


class Outbreak:
    """An in Nếnh infected Bình there; Cường of Nếnh and Xuân of another district met An."""

    def __init__(self, province: Province) -> None:
        def person(name: str, unit: Any, phone: str = "") -> Person:
            return Person.objects.create(full_name=name, name_folded=name.casefold(), unit=unit, phone=phone)

        self.an = person("Nguyễn An", province.nenh)
        self.binh = person("Trần Bình", province.nenh)
        self.cuong = person("Lê Cường", province.nenh, "+84912345678")
        self.xuan = person("Đỗ Xuân", province.tan_an)
        self.case = self._case(self.an, "BG-1", province.nenh, date(2021, 5, 15))
        self.second = self._case(self.binh, "BG-2", province.nenh, date(2021, 5, 18), source_case=self.case)
        for other, setting in ((self.binh, "home"), (self.cuong, "work"), (self.xuan, "shuttle")):
            actions.add_contact(
                by=None, source=self.an, person=other, happened_from=MET, happened_until=MET, setting=setting
            )
        for who, begins in ((self.an, date(2021, 5, 12)), (self.binh, date(2021, 5, 18))):
            actions.set_source(
                by=None, person=who, infectious_from=begins, infectious_until=date(2021, 5, 19),
                since_on=date(2021, 5, 19),
            )  # fmt: skip

    @staticmethod
    def _case(person: Person, code: str, unit: Any, onset: date, **more: Any) -> Case:
        return Case.objects.create(
            person=person, code=code, unit=unit, classification="confirmed", reported_on=TODAY, onset_on=onset, **more
        )  # fmt: skip


@pytest.fixture
def outbreak(province: Province) -> Outbreak:
    return Outbreak(province)


Enter = Callable[..., Client]


def page(client: Client, name: str, *args: Any, **query: Any) -> str:
    answer = client.get(reverse(f"tracing:{name}", args=args), query)
    assert answer.status_code == 200, answer.status_code
    parts = answer.streaming_content if answer.streaming else [answer.content]
    return b"".join(parts).decode()


def test_the_list_has_the_rows_of_the_jurisdiction_and_names_only_there(
    province: Province, outbreak: Outbreak, client_of: Enter
) -> None:
    commune = page(client_of("commune", province.nenh), "contacts")
    assert "Lê Cường" in commune and "tel:+84912345678" in commune and "BG-1" in commune
    assert "Đỗ Xuân" not in commune and pseudonym(outbreak.xuan.pk) not in commune
    everywhere = page(client_of("epidemiologist"), "contacts")
    assert "Lê Cường" in everywhere and "Đỗ Xuân" in everywhere
    analyst = page(client_of("analyst"), "contacts")
    assert "Lê Cường" not in analyst and pseudonym(outbreak.cuong.pk) in analyst and "91234" not in analyst
    for role in ("park", "front", "auditor", "department"):
        assert client_of(role).get(reverse("tracing:contacts")).status_code == 404
    assert Client().get(reverse("tracing:contacts")).status_code == 302
    reads = Event.objects.filter(action="people.read", details__page="tracing:contacts")
    assert sorted(len(event.subject_ids) for event in reads) == [1, 2]  # the analyst saw none


def test_the_filters_of_the_list(province: Province, outbreak: Outbreak, client_of: Enter) -> None:
    client = client_of("epidemiologist")
    assert "Đỗ Xuân" not in page(client, "contacts", unit=province.nenh.pk)
    assert "Lê Cường" not in page(client, "contacts", setting="shuttle")
    assert "Lê Cường" not in page(client, "contacts", level=2)
    assert "Lê Cường" in page(client, "contacts", on="17/05/2021")
    Sample.objects.create(person=outbreak.cuong, taken_at=datetime(2021, 5, 19, 9, tzinfo=HERE))
    actions.record_follow_up(by=None, person=outbreak.xuan, due_on=TODAY, state="ill")
    assert "Lê Cường" not in page(client, "contacts", waiting="not-sampled")
    assert "Đỗ Xuân" in page(client, "contacts", waiting="not-sampled")
    assert "Đỗ Xuân" not in page(client, "contacts", waiting="not-called")
    assert "Lê Cường" not in page(client, "contacts", waiting="ill")
    assert "Lê Cường" in page(
        client, "contacts", level="x", on="yesterday"
    )  # what cannot be read filters nothing


def test_files_are_audited_and_hide_what_the_page_hides(outbreak: Outbreak, client_of: Enter) -> None:
    outbreak.cuong.full_name = "=1+1"
    outbreak.cuong.save()
    mine = page(client_of("epidemiologist"), "contacts", format="csv")
    assert "'=1+1" in mine and "+84912345678" in mine
    assert "F1" in mine
    theirs = page(client_of("analyst"), "contacts", format="csv")
    assert "1+1" not in theirs and "912345678" not in theirs and str(outbreak.cuong.uuid) in theirs
    assert Event.objects.filter(kind=Kind.EXPORT, action="tracing.contacts").count() == 2


def test_lists_ask_the_database_little(
    outbreak: Outbreak, client_of: Enter, django_assert_max_num_queries: Any, province: Province
) -> None:
    people = [
        Person.objects.create(full_name=f"Người {n}", name_folded=f"nguoi {n}", unit=province.nenh)
        for n in range(60)
    ]
    actions.add_contacts(
        by=None,
        rows=[
            {"source": outbreak.an, "person": p, "happened_from": MET, "happened_until": MET} for p in people
        ],
    )
    actions.generate_follow_ups(by=None, on=TODAY)
    client = client_of("district", province.viet_yen)
    for name, args, most in (
        ("contacts", [], 22), ("follow_ups", [], 22), ("forward", [], 20), ("chain", [outbreak.case.uuid], 45),
        ("enter", [outbreak.case.uuid], 24), ("indicators", [], 32), ("indicator", ["sampled"], 28),
    ):  # fmt: skip
        with django_assert_max_num_queries(most):
            page(client, name, *args)


def test_contacts_of_a_case_are_entered_several_at_once(
    province: Province, outbreak: Outbreak, client_of: Enter
) -> None:
    client = client_of("commune", province.nenh)
    address = reverse("tracing:enter", args=[outbreak.case.uuid])
    assert "Lê Cường" in client.get(address).content.decode()
    row = {
        "happened_from": "17/05/2021",
        "setting": "home",
        "proximity": "close",
        "unit": province.hong_thai.pk,
    }
    sent = {"rows": "3"}
    sent |= {
        f"r0-{key}": value
        for key, value in (row | {"full_name": "Phạm Giang", "phone": "0987654321"}).items()
    }
    sent |= {
        f"r2-{key}": value
        for key, value in (row | {"full_name": "Vũ Hà", "happened_until": "16/05/2021"}).items()
    }
    wrong = client.post(address, sent)
    assert wrong.status_code == 200 and "r2-happened_until" in wrong.content.decode()
    assert "Phạm Giang" in wrong.content.decode()  # nothing entered is lost
    assert not Person.objects.filter(full_name="Phạm Giang").exists()
    right = client.post(address, sent | {"r2-happened_until": "18/05/2021"})
    assert right.status_code == 302
    giang = Standing.objects.get(person__full_name="Phạm Giang")
    assert (giang.level, giang.unit) == (1, province.hong_thai)
    assert Contact.objects.get(person__full_name="Vũ Hà").recorded_by == client.user  # type: ignore[attr-defined]
    assert client.post(address, {"rows": "2"}).status_code == 200  # nothing written: asks for a name
    assert client_of("commune", province.tan_an).get(address).status_code == 404
    assert client_of("analyst").get(address).status_code == 404


def test_a_contact_is_struck_out_with_a_reason(
    province: Province, outbreak: Outbreak, client_of: Enter
) -> None:
    contact = Contact.objects.get(person=outbreak.cuong)
    address = reverse("tracing:contact", args=[contact.uuid])
    client = client_of("commune", province.nenh)
    assert client.post(address, {"reason": ""}).status_code == 200
    assert client.post(address, {"reason": "nhầm"}).status_code == 302
    assert not Standing.objects.filter(person=outbreak.cuong).exists()
    assert client_of("commune", province.tan_an).get(address).status_code == 404


def test_the_round_is_planned_and_what_was_found_is_one_tap(
    province: Province, outbreak: Outbreak, client_of: Enter
) -> None:
    client = client_of("commune", province.nenh)
    assert client.post(reverse("tracing:plan"), {"on": "20/05/2021", "days": "1"}).status_code == 302
    assert client.post(reverse("tracing:plan"), {"on": "never", "days": "99"}).status_code == 302
    row = FollowUp.objects.get(due_on=TODAY)
    assert row.person == outbreak.cuong  # Xuân is of another commune
    shown = page(client, "follow_ups")
    assert "Lê Cường" in shown and "tel:+84912345678" in shown and "F1" in shown
    address = reverse("tracing:follow_up", args=[row.pk])
    tapped = client.post(address, {"state": "ill", "version": row.version}, headers={"HX-Request": "true"})
    assert tapped.status_code == 200 and "<li" in tapped.content.decode()
    late = client.post(address, {"state": "well", "version": row.version})
    assert late.status_code == 200  # told that somebody else was faster, with the entry kept
    assert FollowUp.objects.get(pk=row.pk).state == "ill"
    assert "Lê Cường" in page(client_of("epidemiologist"), "contacts", waiting="ill")
    assert client.post(address, {"state": "well", "version": row.version + 1}).status_code == 302
    assert (
        client_of("commune", province.tan_an).post(address, {"state": "well", "version": 1}).status_code
        == 404
    )
    assert client_of("analyst").post(address, {"state": "well", "version": 1}).status_code == 404


def test_a_chain_shows_levels_and_who_infected_whom(
    province: Province, outbreak: Outbreak, client_of: Enter
) -> None:
    client = client_of("epidemiologist")
    answer = client.get(reverse("tracing:chain", args=[outbreak.case.uuid]))
    chain = answer.context["chain"]
    assert {node.person.full_name: node.level for node in chain.nodes.values()} == {
        "Nguyễn An": 0, "Trần Bình": 0, "Lê Cường": 1, "Đỗ Xuân": 1,
    }  # fmt: skip
    assert chain.infected == [(outbreak.an.pk, outbreak.binh.pk)]
    network = answer.context["network"]
    assert {(link["source"], link["target"], link["infected"]) for link in network["links"]} == {
        (str(outbreak.an.pk), str(outbreak.binh.pk), True),
        (str(outbreak.an.pk), str(outbreak.cuong.pk), False),
        (str(outbreak.an.pk), str(outbreak.xuan.pk), False),
    }
    commune = client_of("commune", province.nenh).get(reverse("tracing:chain", args=[outbreak.case.uuid]))
    assert commune.context["chain"].n_outside == 1 and "Xuân" not in commune.content.decode()
    analyst = page(client_of("analyst"), "chain", outbreak.case.uuid)
    assert "Nguyễn An" not in analyst and pseudonym(outbreak.an.pk) in analyst
    lines = page(client, "chain", outbreak.case.uuid, format="csv").splitlines()
    assert len(lines) == 5 and lines[1].startswith("F0")
    assert (
        client_of("commune", province.tan_an)
        .get(reverse("tracing:chain", args=[outbreak.case.uuid]))
        .status_code
        == 404
    )


def test_circles_of_wrong_entries_do_not_hang_a_chain(outbreak: Outbreak, client_of: Enter) -> None:
    Case.objects.filter(pk=outbreak.case.pk).update(source_case=outbreak.second)
    assert "BG-2" in page(client_of("epidemiologist"), "chain", outbreak.case.uuid)
    assert page(client_of("committee"), "indicators")


def test_contacts_of_another_district_are_forwarded(
    province: Province, outbreak: Outbreak, client_of: Enter
) -> None:
    Contact.objects.update(created_at=datetime(2021, 5, 19, 9, tzinfo=HERE))
    client = client_of("epidemiologist")
    shown = page(client, "forward")
    assert "Đỗ Xuân" in shown and "Yên Dũng" in shown and "Lê Cường" not in shown
    assert "Đỗ Xuân" in page(client, "forward", format="csv")
    assert "Đỗ Xuân" not in page(client, "forward", since="20/05/2021")
    assert Event.objects.get(action="tracing.forward").subject_ids == [outbreak.xuan.pk]
    assert "Đỗ Xuân" not in page(client_of("district", province.viet_yen), "forward")
    assert "Đỗ Xuân" not in page(client_of("analyst"), "forward")


EXPECTED = {
    "cases": 2.0, "f1-per-case": 1.5, "f2-per-case": 0.0, "no-contacts": 0.5, "known-before": 0.5,
    "found-in-quarantine": 0.0, "no-source": 0.5, "first-listed": 0.0, "listed-90": 0.0, "quarantined-after": None,
    "f1-in-quarantine": 0.0, "sampled-24h": 1 / 3, "sampled": 1 / 3, "positivity": 1.0, "attack": 1 / 3,
    "attack-home": 1.0, "attack-lodging": None, "attack-work": 0.0, "serial-interval": 3.0, "generations": 1.0,
    "chains-open": 1.0, "chains-closed": 0.0,
}  # fmt: skip


def test_every_indicator_is_what_its_rows_say(outbreak: Outbreak, client_of: Enter) -> None:
    Contact.objects.update(created_at=datetime(2021, 5, 18, 9, tzinfo=HERE))
    Sample.objects.create(
        person=outbreak.binh, taken_at=datetime(2021, 5, 19, 9, tzinfo=HERE), result="positive"
    )
    client = client_of("epidemiologist")
    answer = client.get(reverse("tracing:indicators"))
    got = {row.indicator.slug: row.value for row in answer.context["answers"]}
    assert got == pytest.approx(EXPECTED, nan_ok=True)
    assert set(got) == {indicator.slug for indicator in INDICATORS}
    for indicator in INDICATORS:
        rows = client.get(reverse("tracing:indicator", args=[indicator.slug]))
        assert rows.context["value"] == got[indicator.slug]
        assert (
            page(client, "indicator", indicator.slug, format="csv").count("\n")
            == rows.context["page"].count + 1
        )
    assert client.get(reverse("tracing:indicator", args=["happiness"])).status_code == 404
    earlier = client.get(reverse("tracing:indicators"), {"since": "01/05/2021", "until": "02/05/2021"})
    assert {row.value for row in earlier.context["answers"]} == {0.0, None}


def test_a_park_hands_lists_in_and_sees_nothing_back(
    province: Province, outbreak: Outbreak, client_of: Enter
) -> None:
    park = client_of("park", site=province.park)
    address = reverse("tracing:presence")
    sent = {
        "kind": "shift", "site": province.park.pk, "label": "Chuyền 3", "on": "17/05/2021", "begins": "22:00",
        "ends": "06:00", "people": "Nguyễn An\t1990\nLê Cường; 0912345678\n\nNgười Mới; 0911111111; 1999",
    }  # fmt: skip
    assert park.post(address, sent | {"people": "0912345678"}).status_code == 200  # a line without a name
    assert park.post(address, sent | {"people": "Ai; abc"}).status_code == 200
    assert not PresenceList.objects.exists()
    assert park.post(address, sent).status_code == 302
    assert PresenceList.objects.get().n_rows == 3
    assert outbreak.cuong in {row.person for row in PresenceList.objects.get().rows.all()}
    assert PresenceList.objects.get().rows.first().minute_until == 30 * 60
    for there in ("Chuyền 3", "Lê Cường", "Người Mới"):
        assert there not in page(park, "presence")
    assert client_of("epidemiologist").get(address).status_code == 404
    assert client_of("park").get(address).status_code == 200  # without a site: told so


def test_lists_are_opened_from_the_page_of_the_case(
    province: Province, outbreak: Outbreak, client_of: Enter
) -> None:
    mate = Person.objects.create(full_name="Bạn", name_folded="ban", unit=province.nenh)
    actions.hand_in_presence(
        by=None, kind="bus", site=province.park, label="Xe 7", on=MET, rows=[{"person": outbreak.an}, {"person": mate}]
    )  # fmt: skip
    address = reverse("tracing:open_presence", args=[outbreak.case.uuid])
    officer = client_of("district", province.viet_yen)
    assert officer.post(address, {"reason": ""}).status_code == 302
    assert not Standing.objects.filter(person=mate).exists()
    assert officer.post(address, {"reason": "truy vết xe"}).status_code == 302
    assert Standing.objects.get(person=mate).level == 1
    assert officer.get(address).status_code == 405
    assert client_of("commune", province.nenh).post(address, {"reason": "x"}).status_code == 404
    assert client_of("district", province.yen_dung).post(address, {"reason": "x"}).status_code == 404
