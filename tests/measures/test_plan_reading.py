"""Plans: precise refusals, canonical bytes, round trip."""

from __future__ import annotations

import contextlib
import pickle
from datetime import date
from pathlib import Path

import pytest

from songhanh.core.errors import SonghanhError
from songhanh.measures import Plan, compile_plan, parse_plan, read_plan
from songhanh.province.pack import Pack

AS_OF = date(2021, 5, 17)
CT16 = 'kind = "distancing"\nlevel = "ct16"\nwhere = ["C1"]\nlegal_basis = ["ct16"]'
CLOSED = 'kind = "site_mode"\nmode = "closed"\nwhere = ["park-a"]\nlegal_basis = ["ct07-tu"]'


def plan_text(*measures: str, head: str = "") -> str:
    words = '[name]\nvi = "Thử"\nen = "Test"\n[summary]\nvi = "Thử."\nen = "Test."\n'
    return f'format = "songhanh-plan/1"\n{head}\n{words}' + "".join(f"[[measures]]\n{m}\n" for m in measures)


def faults_of(text: str) -> list[tuple[str, int | None, str | None]]:
    with pytest.raises(SonghanhError) as caught:
        parse_plan(text, file="p.toml")
    assert all(fault.file == "p.toml" and fault.remedy for fault in caught.value.faults)
    return [(fault.code, fault.row, fault.column) for fault in caught.value.faults]


@pytest.mark.parametrize(
    ("text", "code", "row", "column"),
    [
        ("format = ", "plan.toml", 1, None),
        (plan_text('kind = "magic"'), "plan.kind", 10, "kind"),
        (plan_text('where = ["C1"]'), "plan.kind", 9, "kind"),
        (plan_text(CT16.replace("level", "lvel")), "plan.missing", 9, "level"),
        (plan_text(CT16, CT16 + "\nstrength = 2"), "plan.field", 19, "strength"),
        (plan_text(CT16.replace("ct16", "ct99")), "plan.value", 11, "level"),
        (plan_text(CT16.replace('["ct16"]', "[]")), "plan.no_basis", 13, "legal_basis"),
        (plan_text('kind = "support"'), "plan.no_basis", 9, "legal_basis"),
        (plan_text(CT16 + '\nfrom = "18 May"'), "plan.value", 14, "from"),
        (plan_text(CT16 + "\nfrom = 2021-05-20\nuntil = 2021-05-19"), "plan.value", 9, None),
        (plan_text(CT16 + '\nuntil = 2021-05-30\nexit = "open"'), "plan.value", 9, None),
        (plan_text(CT16 + "\ntrigger = { at_least = 0 }"), "plan.value", 14, "trigger"),
        (plan_text().replace('en = "Test."', ""), "plan.words", 6, "summary"),
        (plan_text().replace("songhanh-plan/1", "songhanh-plan/9"), "plan.format", 1, "format"),
        (plan_text(head='colour = "red"'), "plan.field", 2, "colour"),
        (plan_text(head="decided = 1"), "plan.field", 2, "decided"),
        (plan_text(head='lifts = "all"'), "plan.field", 2, "lifts"),
    ],
)
def test_a_broken_plan_is_refused_with_line_field_and_remedy(
    text: str, code: str, row: int | None, column: str | None
) -> None:
    found = faults_of(text)
    assert (code, row) in [(c, r) for c, r, _ in found]
    assert (code, row, column) in [(c, r, f or None) for c, r, f in found]


def test_all_faults_are_told_at_once() -> None:
    assert (
        len(faults_of(plan_text('kind = "magic"', CT16.replace('["ct16"]', "[]"), 'kind = "support"'))) == 3
    )


def test_a_torn_plan_is_a_user_error_wherever_it_is_torn() -> None:
    text = plan_text(CT16 + "\nfrom = 2021-05-20\ntrigger = { at_least = 3 }", CLOSED, head='lifts = ["a"]')
    for end in range(len(text)):
        with contextlib.suppress(SonghanhError):  # any other error fails the test
            parse_plan(text[:end])


@pytest.mark.parametrize("value", ["nan", "inf", "-1", "0", '"much"', "[]", "1979-05-27", "{}"])
def test_a_nonsense_number_is_refused(value: str) -> None:
    assert ("plan.value", 14, "share") in faults_of(plan_text(CT16 + f"\nshare = {value}"))


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(SonghanhError, match=r"none\.toml"):
        read_plan(tmp_path / "none.toml")


@pytest.mark.parametrize(
    ("measure", "code", "says"),
    [
        (CT16.replace("C1", "C9"), "plan.area", "Did you mean C"),
        (CT16.replace("C1", "Xã Một"), "plan.area", "C1"),
        (CT16.replace("C1", "park-a"), "plan.area", "park-a"),
        (CLOSED.replace("park-a", "park-z"), "plan.site", "park-a"),
        (CLOSED.replace("park-a", "firm-x"), "plan.site", "firm_closure stops a firm"),
        (CT16 + "\nfrom = 2020-01-01", "plan.before_history", "2021-05-01"),
        (CT16 + "\nfrom = 2021-05-17", "plan.past", "2021-05-18"),
        (CT16.replace('["ct16"]', '["ct16", "no-such"]'), "plan.basis", "no-such"),
        (CT16.replace('["ct16"]', '["ct16", "nq-68-2021"]'), "plan.basis", "not in force"),
        (CT16.replace('["ct16"]', '["ct16", "qd-2194-2020"]'), "plan.basis", "cannot carry"),
        (CT16.replace('["ct16"]', '["ct07-tu"]'), "plan.rule", "ct16"),
        (CLOSED.replace("ct07-tu", "qd-2787-2021") + "\nfrom = 2021-06-10", "plan.basis", "not yet issued"),
        ('kind = "quarantine"\nat_home = true\nlegal_basis = ["f1-21-ngay"]', "plan.rule", "at home"),
        (
            'kind = "sampling"\nevery_days = 3\npool_size = 20\nlegal_basis = ["ct07-tu"]',
            "plan.rule",
            "larger than the 10",
        ),
        (
            'kind = "tracing"\ncases_per_day = 5\nwhere = ["C1"]\nlegal_basis = ["ct07-tu"]',
            "plan.place",
            "whole",
        ),
    ],
)
def test_a_plan_against_province_or_law_is_refused(
    pack: Pack, empty: Plan, measure: str, code: str, says: str
) -> None:
    plan = parse_plan(plan_text(CLOSED, measure), file="p.toml")
    with pytest.raises(SonghanhError) as caught:
        compile_plan(plan, pack, empty, AS_OF, "vn-2021")
    fault = next(fault for fault in caught.value.faults if fault.code == code)
    assert says in str(fault)
    assert fault.file == "p.toml" and fault.row == 14
    assert fault.parameter is not None and fault.parameter.startswith("measure 2")


def test_lifting_an_unknown_order_is_refused(pack: Pack, empty: Plan) -> None:
    with pytest.raises(SonghanhError, match="no order has this id"):
        compile_plan(parse_plan(plan_text(head='lifts = ["x"]')), pack, empty, AS_OF, "vn-2021")


def test_an_order_without_a_date_is_refused(pack: Pack) -> None:
    with pytest.raises(SonghanhError, match="needs a start date"):
        compile_plan(parse_plan(plan_text()), pack, parse_plan(plan_text(CT16)), AS_OF, "vn-2021")


def test_canonical_bytes_survive_a_round_trip_and_ignore_the_order_of_measures() -> None:
    dated = CT16 + "\nfrom = 2021-05-20\ntrigger = { at_least = 3, window_days = 5 }"
    plan = parse_plan(plan_text(dated, CLOSED, head='lifts = ["b", "a"]\nreference = true'))
    again = parse_plan(plan.canonical().decode())
    assert again.canonical() == plan.canonical()
    assert again.id == plan.id
    swapped = parse_plan(plan_text(CLOSED, dated, head='reference = true\nlifts = ["a", "b"]'))
    assert swapped.id == plan.id
    assert again.measures[0].begins in (None, date(2021, 5, 20))


def test_the_id_follows_the_content_and_not_the_file() -> None:
    one, other = parse_plan(plan_text(CT16)), parse_plan(plan_text(CT16.replace("C1", "C2")))
    assert one.id != other.id
    assert parse_plan("# a comment\n" + plan_text(CT16), slug="other").id == one.id
    explicit = parse_plan(plan_text(CT16 + "\nshare = 1.0"))
    assert explicit.id == one.id  # a default written out is the same plan


def test_the_slug_is_the_file_name_without_its_number(tmp_path: Path) -> None:
    (tmp_path / "30-close-parks.toml").write_text(plan_text(CT16), encoding="utf-8")
    assert read_plan(tmp_path / "30-close-parks.toml").slug == "close-parks"


def test_a_plan_can_be_a_key_and_travel_to_another_process() -> None:
    plan = parse_plan(plan_text(CT16 + "\ntrigger = { at_least = 3 }", CLOSED))
    copy = pickle.loads(pickle.dumps(plan))
    assert copy == plan and hash(copy) == hash(plan) and copy.id == plan.id
