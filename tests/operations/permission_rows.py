"""The table behind `test_permissions.py`: what each address asks for, and which rows it must bring back to whom.

One list an app. An address of the URLconf without a row here fails the test; so does a row without its address.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from registry import Province

from songhanh.operations.cases.models import Case, Cluster, Exposure
from songhanh.operations.people.models import Person
from songhanh.operations.places.models import Unit
from songhanh.operations.project.clock import now, today
from songhanh.operations.project.folding import fold
from songhanh.operations.quarantine.models import Stay
from songhanh.operations.sampling.models import Sample
from songhanh.operations.tracing.models import Contact, FollowUp, Source, Standing

PUBLIC = "public"  # strangers too
ANYBODY = "anybody"  # whoever is logged in
PLACES = ("nenh", "hong_thai", "tan_an")
NAMES = {"nenh": "Nguyễn Thị Hường", "hong_thai": "Đỗ Văn Hải", "tan_an": "Trần Thị Lan"}
MET = {"nenh": "Vũ Đình Khánh", "hong_thai": "Lê Thị Ngọc", "tan_an": "Hoàng Văn Sơn"}


@dataclass
class World:
    """A person of each commune with a case, somebody they met, and everything that hangs on both."""

    province: Province
    units: dict[str, Unit] = field(default_factory=dict)
    person: dict[str, Person] = field(default_factory=dict)  # the case of each place
    met: dict[str, Person] = field(default_factory=dict)  # and whom it met
    case: dict[str, Case] = field(default_factory=dict)
    contact: dict[str, Contact] = field(default_factory=dict)
    sample: dict[str, Sample] = field(default_factory=dict)
    stay: dict[str, Stay] = field(default_factory=dict)
    follow_up: dict[str, FollowUp] = field(default_factory=dict)
    cluster: dict[str, Cluster] = field(default_factory=dict)
    exposure: dict[str, Exposure] = field(default_factory=dict)
    extra: dict[str, Any] = field(default_factory=dict)

    def secrets(self, place: str) -> set[str]:
        """Return what says who the people of a place are."""
        return {
            secret
            for person in (self.person[place], self.met[place])
            for secret in (person.full_name, person.phone, person.id_number, person.address)
        }


Kwargs = Callable[[World, str], Mapping[str, Any]]


@dataclass(frozen=True)
class Address:
    """One address: who may open it, how it is built, and what it must show.

    ``of_place``: its kwargs name a row of a place, so it exists only for those who see (or, with ``is_named``, see by
    name) that place. ``lists``: the key under which each visible place's row is found in what comes back.
    """

    name: str
    permission: str = ANYBODY
    to_send: str = ""  # permission to POST, where the address takes both
    is_post: bool = False
    kwargs: Kwargs = lambda _world, _place: {}
    of_place: bool = False
    is_named: bool = False
    query: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)
    lists: Callable[[World, str], str] | None = None
    csv: bool = False  # ``?format=csv`` brings the same rows
    lists_named: bool = False  # only rows whose people the reader may know by name
    anonymous: int = 302
    denied: int = 404
    why: str = ""  # of anything unusual


def build_world(province: Province) -> World:
    """Write a small outbreak to the database: the same in each of three communes."""
    world = World(province)
    day = today()
    for number, place in enumerate(PLACES):
        unit = world.units[place] = getattr(province, place)
        world.person[place] = _person(NAMES[place], unit, number)
        world.met[place] = _person(MET[place], unit, number + 5)
        _outbreak(world, place, unit, number, day)
    return world


def _person(name: str, unit: Unit, number: int) -> Person:
    return Person.objects.create(
        full_name=name, name_folded=fold(name), unit=unit, birth_year=1980 + number, phone=f"+8498765430{number}",
        id_number=f"12345678901{number}", address=f"Tổ dân phố bí mật {number}",
    )  # fmt: skip


def _outbreak(world: World, place: str, unit: Unit, number: int, day: date) -> None:
    person, met = world.person[place], world.met[place]
    cluster = world.cluster[place] = Cluster.objects.create(name=f"Chùm ca {place}", unit=unit, began_on=day)
    case = world.case[place] = Case.objects.create(
        code=f"BG-2021-00000{number}", person=person, unit=unit, classification="confirmed", reported_on=day,
        confirmed_on=day, onset_on=day - timedelta(days=2), found="community", cluster=cluster,
    )  # fmt: skip
    at = now() - timedelta(days=1)
    world.exposure[place] = Exposure.objects.create(
        case=case, place=f"Chợ {place}", unit=unit, began_at=at, ended_at=at
    )
    source = Source.objects.create(
        person=person, infectious_from=day - timedelta(days=5), infectious_until=None, since_on=day
    )
    contact = world.contact[place] = Contact.objects.create(
        source=person, person=met, unit=unit, happened_from=day - timedelta(days=1), happened_until=day
    )
    Standing.objects.create(
        person=person, unit=unit, level=0, exposed_on=source.infectious_from, origin=person
    )
    Standing.objects.create(
        person=met, unit=unit, level=1, exposed_on=day, last_exposed_on=day, until=day + timedelta(days=21),
        origin=person, via=contact,
    )  # fmt: skip
    world.sample[place] = Sample.objects.create(person=met, unit=unit, taken_at=now() - timedelta(hours=30))
    world.stay[place] = Stay.objects.create(
        person=met, unit=unit, from_on=day, until_on=day + timedelta(days=14), place=world.province.quarantine
    )
    world.follow_up[place] = FollowUp.objects.create(person=met, unit=unit, due_on=day)


NUMBER = {"pk": 999_999}
OWN = [
    Address("home"),
    Address("glossary", PUBLIC),
    Address("language", PUBLIC, is_post=True),
    Address("account_login", PUBLIC),
    Address("account_inactive", PUBLIC, why="it says 403"),
    Address("account_logout"),
    Address("account_reauthenticate", why="without a password it answers 403"),
    Address("mfa_index"),
    Address(
        "mfa_authenticate", PUBLIC, why="only in the middle of a log-in; otherwise it leads to its start"
    ),
    Address("mfa_reauthenticate"),
    Address("mfa_activate_totp", why="asks for the password first"),
    Address("mfa_deactivate_totp", why="404 without a second factor", denied=404),
    Address("mfa_view_recovery_codes", why="404 without codes"),
    Address("mfa_generate_recovery_codes"),
    Address("mfa_download_recovery_codes", why="404 without codes"),
]
ACCOUNTS = [
    Address("accounts:home"),
    Address("accounts:enter", PUBLIC),
    Address("accounts:enter_demo", PUBLIC, is_post=True, why="404 where there is no demonstration"),
    Address("accounts:password"),
    Address("accounts:issue_token", is_post=True),
    Address("accounts:end_token", is_post=True, kwargs=lambda _w, _p: NUMBER, why="404: nobody's key"),
    Address("accounts:glass", "glass.break"),
    Address("accounts:glass_of", "glass.break", kwargs=lambda w, p: {"person": w.person[p].uuid}),
    Address("accounts:manage", "accounts.manage"),
    Address("accounts:new", "accounts.manage"),
    *(
        Address(f"accounts:{name}", "accounts.manage", is_post=name != "user", kwargs=lambda w, _p: {"pk": w.extra["account"]})
        for name in ("user", "give_role", "give_password", "close", "reopen", "unlock", "remove_factor")
    ),
    Address(
        "accounts:end_role", "accounts.manage", is_post=True,
        kwargs=lambda w, _p: {"pk": w.extra["account"], "membership": w.extra["membership"]},
    ),
]  # fmt: skip
AUDIT = [Address("audit:list", "audit.view")]
INDICATORS = [
    Address("indicators:situation", "situation.view"),
    *(
        Address(f"indicators:{name}", "situation.view", why="404 before the first situation")
        for name in ("map", "curve_csv", "cases", "areas", "sites", "capacity")
    ),
    Address("indicators:waiting", "waiting.view"),
    Address(
        "indicators:waiting_rows", "waiting.view", kwargs=lambda _w, _p: {"kind": "result"},
        lists=lambda w, p: str(w.sample[p].person.uuid),
    ),
]  # fmt: skip
_PLAN = {"plan_id": "targeted"}
_RUN = "404 before the first run"
PLANNING = [
    *(Address(f"planning:{name}", "decide.view") for name in ("decide", "forecast", "priorities", "decided_plans")),
    *(
        Address(f"planning:{name}", "decide.view", why=_RUN)
        for name in (
            "plans_csv", "result_json", "forecast_csv", "forecast_json", "communes_csv", "risk_geojson",
            "priorities_geojson",
        )
    ),
    *(
        Address(f"planning:{name}", "decide.view", kwargs=lambda _w, _p: _PLAN, why=_RUN)
        for name in ("plan", "daily_csv", "losses_csv", "areas_csv", "areas_geojson")
    ),
    Address("planning:what_if", "decide.view", "decide.run", kwargs=lambda _w, _p: _PLAN, why=_RUN),
    Address("planning:what_if_result", "decide.view", kwargs=lambda _w, _p: {"run_id": 9}, why=_RUN),
    Address("planning:area", "decide.view", "decide.adopt", kwargs=lambda _w, _p: {"code": "00001"}, why=_RUN),
    Address("planning:adopt", "decide.adopt", is_post=True, kwargs=lambda _w, _p: _PLAN, why=_RUN),
    Address("planning:decided", "decide.view", kwargs=lambda _w, _p: {"decided_id": 9}, why=_RUN),
    Address("planning:rerun", "decide.run", is_post=True, kwargs=lambda _w, _p: {"decided_id": 9}, why=_RUN),
    Address("planning:job", "decide.view", kwargs=lambda _w, _p: {"job_id": 9}, why=_RUN),
    *(
        Address(f"planning:{name}", "decide.run", is_post=True, kwargs=lambda _w, _p: {"job_id": 9}, why=_RUN)
        for name in ("cancel_job", "resume_job")
    ),
    *(
        Address(f"planning:{name}", "decide.run", is_post=True, data={"n_worlds": "0"}, why=_RUN)
        for name in ("run_again", "search", "run_forecast", "run_priorities")
    ),
]  # fmt: skip
PLACES_ROWS = [Address("places:list")]
PEOPLE = [
    Address("people:list", "people.view", lists=lambda w, p: str(w.person[p].uuid)),
    Address(
        "people:person", "people.view", kwargs=lambda w, p: {"uuid": w.met[p].uuid}, of_place=True,
    ),
    Address("people:new", "people.edit", is_post=True, data={"full_name": ""}),
    Address(
        "people:edit", "people.edit", kwargs=lambda w, p: {"uuid": w.met[p].uuid}, of_place=True, is_named=True
    ),
    Address("people:duplicates", "people.merge"),
    Address("people:look", "people.merge", is_post=True),
    Address("people:decide", "people.merge", is_post=True, kwargs=lambda _w, _p: NUMBER, why="404: no such pair"),
    Address("people:unmerge", "people.merge", is_post=True, kwargs=lambda _w, _p: NUMBER, why="404: no such merge"),
]  # fmt: skip
TRACING: list[Address] = []
CASES: list[Address] = []
SAMPLING = [
    Address("sampling:list", "sampling.view", lists=lambda w, p: str(w.sample[p].person.uuid)),
    Address("sampling:take", "sampling.edit"),
    Address("sampling:tube", "sampling.edit", query="?tube=T1"),
    Address(
        "sampling:result", "sampling.edit", kwargs=lambda w, p: {"uuid": w.sample[p].uuid}, of_place=True, is_named=True
    ),
]  # fmt: skip
QUARANTINE = [
    Address("quarantine:list", "quarantine.view", lists=lambda w, p: str(w.stay[p].uuid)),
    Address("quarantine:admit", "quarantine.edit"),
    Address("quarantine:absent", "absence.view"),
    Address("quarantine:stay", "quarantine.view", kwargs=lambda w, p: {"uuid": w.stay[p].uuid}, of_place=True),
    Address(
        "quarantine:change", "quarantine.edit", is_post=True, of_place=True, is_named=True,
        kwargs=lambda w, p: {"uuid": w.stay[p].uuid, "what": "release"},
    ),
]  # fmt: skip
INTAKE: list[Address] = []
FIELDWORK: list[Address] = []
BULLETIN: list[Address] = []
API: list[Address] = []
TABLE: dict[str, list[Address]] = {
    "": OWN, "accounts": ACCOUNTS, "audit": AUDIT, "indicators": INDICATORS, "planning": PLANNING, "places": PLACES_ROWS,
    "people": PEOPLE, "tracing": TRACING, "cases": CASES, "sampling": SAMPLING, "quarantine": QUARANTINE, "intake": INTAKE,
    "fieldwork": FIELDWORK, "bulletin": BULLETIN, "api": API,
}  # fmt: skip
