"""The table behind `test_permissions.py`: what each address asks for, and which rows it must bring back to whom.

One list an app. An address of the URLconf without a row here fails the test; so does a row without its address.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from registry import Province

from songhanh.operations.bulletin.actions import make as make_report
from songhanh.operations.bulletin.models import DailyReport
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
    report: dict[str, DailyReport] = field(default_factory=dict)
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
    """One address (``name#variant`` for a second way to ask it): who may open it, how it is built, and what it must show.

    ``of_place``: its kwargs name a row of a place, so it exists only for those who see (or, with ``is_named``, see by
    name) that place. ``lists``: the key under which each visible place's row is found in what comes back.
    """

    name: str
    permission: str = ANYBODY
    to_send: str = ""  # permission to POST, where the address takes both
    is_post: bool = False
    method: str = ""  # other than GET and POST
    kwargs: Kwargs = lambda _world, _place: {}
    of_place: bool = False
    is_named: bool = False
    query: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)
    lists: Callable[[World, str], str] | None = None
    csv: bool = False  # ``?format=csv`` brings the same rows
    csv_permission: str = ""  # where that takes more than looking
    lists_named: bool = False  # only rows whose people the reader may know by name
    anonymous: int = 302
    denied: tuple[int, ...] = (404,)
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
    made = make_report(by=None, on=day)
    for place in PLACES:
        world.report[place] = DailyReport.objects.create(
            on=day, unit=world.units[place], document=made.document
        )
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
NO_UUID = UUID(int=0)
DOWNLOADS = (
    ("table", "cases", "csv"), ("table", "contacts", "csv"), ("table", "people", "csv"), ("godata", "cases", "json"),
    ("sormas", "cases", "csv"), ("who", "cases", "csv"), ("fhir", "cases", "json"), ("linelist", "cases", "csv"),
    ("epicontacts", "contacts", "csv"),
)  # fmt: skip
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
    Address("mfa_deactivate_totp", why="404 without a second factor"),
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


def _person_uuid(world: World, place: str) -> str:
    return str(world.person[place].uuid)


def _met_uuid(world: World, place: str) -> str:
    return str(world.met[place].uuid)


def _uuid_of(kind: str, key: str = "uuid", **more: Any) -> Kwargs:
    return lambda world, place: {key: getattr(world, kind)[place].uuid, **more}


PLACES_ROWS = [Address("places:list")]
PEOPLE = [
    Address("people:list", "people.view", lists=_person_uuid, csv=True, csv_permission="export.rows"),
    Address("people:list#search", "people.view", query="?q=nguyen thi huong"),
    Address("people:list#telephone", "people.view", query="?q=0987654300"),
    Address("people:new", "people.edit"),
    Address("people:person", "people.view", kwargs=_uuid_of("person"), of_place=True),
    Address("people:person#met", "people.view", kwargs=_uuid_of("met"), of_place=True),
    Address("people:edit", "people.edit", kwargs=_uuid_of("person"), of_place=True, is_named=True),
    Address("people:duplicates", "people.merge"),
    Address("people:look", "people.merge", is_post=True),
    Address(
        "people:decide", "people.merge", is_post=True, kwargs=lambda _w, _p: NUMBER, why="404: no such pair"
    ),
    Address(
        "people:unmerge", "people.merge", is_post=True, kwargs=lambda _w, _p: NUMBER, why="404: no such merge"
    ),
]
TRACING = [
    Address("tracing:contacts", "tracing.view", lists=_met_uuid, csv=True, csv_permission="export.rows"),
    Address("tracing:contact", "tracing.edit", kwargs=_uuid_of("contact"), of_place=True),
    Address("tracing:forward", "tracing.view", csv=True),
    Address("tracing:chain", "tracing.view", kwargs=_uuid_of("case"), of_place=True),
    Address("tracing:enter", "tracing.edit", kwargs=_uuid_of("case"), of_place=True, is_named=True),
    Address(
        "tracing:open_presence",
        "tracing.presence",
        is_post=True,
        kwargs=_uuid_of("case"),
        of_place=True,
        is_named=True,
    ),
    Address("tracing:follow_ups", "tracing.view", lists=lambda w, p: w.met[p].full_name, lists_named=True),
    Address("tracing:plan", "tracing.follow", is_post=True),
    Address(
        "tracing:follow_up",
        "tracing.follow",
        kwargs=lambda w, p: {"pk": w.follow_up[p].pk},
        of_place=True,
        is_named=True,
    ),
    Address("tracing:indicators", "tracing.view"),
    Address(
        "tracing:indicator",
        "tracing.view",
        kwargs=lambda _w, _p: {"slug": "time-to-trace"},
        why="404: no such indicator",
    ),
    Address("tracing:presence", "tracing.hand_in_presence"),
]
SAMPLING = [
    Address("sampling:list", "sampling.view", lists=_met_uuid, csv=True, csv_permission="export.rows"),
    Address("sampling:take", "sampling.edit"),
    Address("sampling:tube", "sampling.edit", query="?tube=T1"),
    Address("sampling:result", "sampling.edit", kwargs=_uuid_of("sample"), of_place=True, is_named=True),
]
QUARANTINE = [
    Address("quarantine:list", "quarantine.view", lists=_met_uuid, csv=True, csv_permission="export.rows"),
    Address("quarantine:admit", "quarantine.edit"),
    Address("quarantine:absent", "absence.view"),
    Address("quarantine:stay", "quarantine.view", kwargs=_uuid_of("stay"), of_place=True),
    Address(
        "quarantine:change",
        "quarantine.edit",
        is_post=True,
        kwargs=_uuid_of("stay", what="release"),
        of_place=True,
        is_named=True,
    ),
]
INTAKE = [
    Address("intake:home", "intake.import"),
    *(
        Address(
            f"intake:{name}",
            "intake.import",
            kwargs=lambda _w, _p: {"key": NO_UUID},
            why="404: nobody's file",
        )
        for name in ("batch", "rejected")
    ),
    Address(
        "intake:mapping",
        "intake.import",
        is_post=True,
        kwargs=lambda _w, _p: {"key": NO_UUID},
        why="404: nobody's file",
    ),
    Address(
        "intake:work",
        "intake.import",
        is_post=True,
        kwargs=lambda _w, _p: {"key": NO_UUID, "what": "try"},
        why="404: nobody's file",
    ),
    Address("intake:export", "export.rows"),
    *(
        Address(
            f"intake:download#{name}-{target}",
            "export.rows",
            kwargs=lambda _w, _p, name=name, target=target, suffix=suffix: {
                "source_format": name,
                "target": target,
                "suffix": suffix,
            },
            why="404 where a format has no such file",
        )
        for name, target, suffix in DOWNLOADS
    ),
    Address("intake:declare", PUBLIC),
    Address("intake:declarations", "intake.declarations"),
    Address("intake:telephoned", "intake.declarations"),
    Address(
        "intake:declaration",
        "intake.declarations",
        is_post=True,
        kwargs=lambda _w, _p: {"key": NO_UUID},
        why="404",
    ),
]
FIELDWORK = [
    Address("fieldwork:entry", "offline.use"),
    Address("fieldwork:worker", PUBLIC),
    Address("fieldwork:manifest", PUBLIC),
    Address("fieldwork:session", "offline.use", anonymous=401),
    Address("fieldwork:data", "offline.use", anonymous=401),
    Address("fieldwork:submit", "offline.use", is_post=True, anonymous=401),
    Address("fieldwork:conflicts", "offline.use"),
    Address(
        "fieldwork:edit",
        "offline.use",
        kwargs=lambda _w, _p: {"client_id": NO_UUID},
        why="404: nobody's entry",
    ),
    Address(
        "fieldwork:resolve",
        "offline.use",
        is_post=True,
        kwargs=lambda _w, _p: {"client_id": NO_UUID},
        why="404: nobody's entry",
    ),
]


def _case_code(world: World, place: str) -> str:
    return world.case[place].code


def _report(world: World, place: str) -> dict[str, Any]:
    return {"pk": world.report[place].pk}


CASES = [
    Address("cases:list", "cases.view", lists=_case_code, csv=True, csv_permission="export.rows"),
    Address("cases:list#search", "cases.view", query="?q=nguyen thi huong"),
    Address("cases:new", "cases.edit"),
    Address("cases:quick", "cases.edit"),
    Address("cases:quiet", "cases.view"),
    Address("cases:case", "cases.view", kwargs=_uuid_of("case"), of_place=True),
    Address("cases:edit", "cases.edit", kwargs=_uuid_of("case"), of_place=True, is_named=True),
    Address(
        "cases:classify", "cases.edit", is_post=True, kwargs=_uuid_of("case"), of_place=True, is_named=True
    ),
    Address("cases:milestone_new", "cases.edit", kwargs=_uuid_of("case"), of_place=True, is_named=True),
    Address("cases:milestones", "situation.view"),
    Address("cases:milestone", "cases.edit", kwargs=_uuid_of("exposure"), of_place=True, is_named=True),
    *(
        Address(
            f"cases:{name}",
            permission,
            is_post=True,
            kwargs=_uuid_of("exposure"),
            of_place=True,
            is_named=True,
        )
        for name, permission in (("milestone_publish", "cases.confirm"), ("milestone_remove", "cases.edit"))
    ),
    Address("cases:clusters", "cases.view"),
    Address("cases:cluster_new", "cases.edit"),
    Address("cases:cluster", "cases.view", kwargs=_uuid_of("cluster"), of_place=True),
    Address("cases:cluster_edit", "cases.edit", kwargs=_uuid_of("cluster"), of_place=True, is_named=True),
]
BULLETIN = [
    Address("bulletin:home", "report.make"),
    Address("bulletin:report", "report.make", kwargs=_report, of_place=True),
    Address("bulletin:correct", "report.make", is_post=True, kwargs=_report, of_place=True),
    Address(
        "bulletin:download",
        "report.make",
        kwargs=lambda w, p: {**_report(w, p), "kind": "txt"},
        of_place=True,
    ),
]


def _api(name: str, permission: str, **options: Any) -> Address:
    """Describe an operation; one that takes a body looks at the body first, which says nothing about anybody."""
    is_sent = options.get("is_post", False)
    return Address(
        f"api:{name}", permission, anonymous=401, denied=(404, 422) if is_sent else (404,), **options
    )


API = [
    _api("openapi-json", PUBLIC),
    _api("api-root", PUBLIC, why="404"),
    *(_api(name, "situation.view") for name in ("list_units", "list_sites", "list_facilities")),
    _api("list_people", "people.view", lists=_person_uuid),
    _api("list_people#search", "people.view", query="?name=nguyen"),
    _api("register_person", "people.edit", is_post=True),
    _api("read_person", "people.view", kwargs=_uuid_of("person", "person"), of_place=True),
    _api(
        "change_person",
        "people.edit",
        is_post=True,
        kwargs=_uuid_of("person", "person"),
        of_place=True,
        method="PATCH",
    ),
    _api("candidates", "people.view", is_post=True),
    _api("list_cases", "cases.view", lists=lambda w, p: str(w.case[p].uuid)),
    _api("register_case", "cases.edit", is_post=True),
    _api("read_case", "cases.view", kwargs=_uuid_of("case", "case"), of_place=True),
    _api(
        "change_case",
        "cases.edit",
        is_post=True,
        kwargs=_uuid_of("case", "case"),
        of_place=True,
        method="PATCH",
    ),
    _api("classify_case", "cases.edit", is_post=True, kwargs=_uuid_of("case", "case"), of_place=True),
    _api("read_history", "cases.view", kwargs=_uuid_of("case", "case"), of_place=True),
    _api("list_exposures", "cases.view", kwargs=_uuid_of("case", "case"), of_place=True),
    _api("add_exposure", "cases.edit", is_post=True, kwargs=_uuid_of("case", "case"), of_place=True),
    _api("list_contacts", "tracing.view", lists=lambda w, p: str(w.contact[p].uuid)),
    _api("add_contact", "tracing.edit", is_post=True),
    _api("read_contact", "tracing.view", kwargs=_uuid_of("contact", "contact"), of_place=True),
    _api("void_contact", "tracing.edit", is_post=True, kwargs=_uuid_of("contact", "contact"), of_place=True),
    _api("list_standings", "tracing.view", lists=_met_uuid),
    _api("list_follow_ups", "tracing.view", lists=_met_uuid),
    _api("record_follow_up", "tracing.follow", is_post=True),
    _api("plan_follow_ups", "tracing.follow", is_post=True),
    _api("list_samples", "sampling.view", lists=lambda w, p: str(w.sample[p].uuid)),
    _api("take_sample", "sampling.edit", is_post=True),
    _api("read_sample", "sampling.view", kwargs=_uuid_of("sample", "sample"), of_place=True),
    _api("enter_result", "sampling.edit", is_post=True, kwargs=_uuid_of("sample", "sample"), of_place=True),
    _api("list_stays", "quarantine.view", lists=lambda w, p: str(w.stay[p].uuid)),
    _api("admit", "quarantine.edit", is_post=True),
    _api("read_stay", "quarantine.view", kwargs=_uuid_of("stay", "stay"), of_place=True),
    _api("extend", "quarantine.edit", is_post=True, kwargs=_uuid_of("stay", "stay"), of_place=True),
    _api("release", "quarantine.edit", is_post=True, kwargs=_uuid_of("stay", "stay"), of_place=True),
    _api("list_batches", "intake.import"),
    _api("upload", "intake.import", is_post=True),
    *(
        _api(
            name,
            "intake.import",
            is_post=is_post,
            kwargs=lambda _w, _p: {"batch": NO_UUID},
            why="404: nobody's file",
        )
        for name, is_post in (
            ("read_batch", False),
            ("list_rows", False),
            ("try_batch", True),
            ("commit_batch", True),
        )
    ),
    _api("read_chain", "tracing.view", kwargs=_uuid_of("case", "case"), of_place=True),
    _api("count_waiting", "waiting.view"),
    _api("list_waiting", "waiting.view", kwargs=lambda _w, _p: {"kind": "result"}),
    _api("list_events", "audit.view"),
]
TABLE: dict[str, list[Address]] = {
    "": OWN, "accounts": ACCOUNTS, "audit": AUDIT, "indicators": INDICATORS, "planning": PLANNING, "places": PLACES_ROWS,
    "people": PEOPLE, "tracing": TRACING, "cases": CASES, "sampling": SAMPLING, "quarantine": QUARANTINE, "intake": INTAKE,
    "fieldwork": FIELDWORK, "bulletin": BULLETIN, "api": API,
}  # fmt: skip
