"""Administration, keys, broken glass, and the commands."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client
from registry import PASSWORD, Province, user_with

from songhanh.operations.accounts import actions, tokens
from songhanh.operations.accounts.models import ApiToken, GlassBreak, Membership, User
from songhanh.operations.accounts.scope import scope_of
from songhanh.operations.audit.models import Event
from songhanh.operations.people.models import Person
from songhanh.operations.places.models import Installation
from songhanh.operations.project.clock import now, today

Enter = Callable[..., Client]


def fresh(user: User) -> User:
    """Return the user as the next request has it."""
    return User.objects.get(pk=user.pk)


def test_an_account_is_made_given_a_role_and_closed(client_of: Enter, province: Province) -> None:
    boss = client_of("administrator")
    form = {"username": "lan", "full_name": "Trần Thị Lan", "password": PASSWORD, "role": "commune"}
    refused = boss.post("/account/manage/new/", form)
    assert refused.status_code == 422
    assert "Chọn huyện cho cán bộ huyện" in refused.content.decode()
    made = boss.post("/account/manage/new/", form | {"unit": province.nenh.pk})
    lan = User.objects.get(username="lan")
    assert made.headers["Location"] == f"/account/manage/{lan.pk}/"
    assert scope_of(lan).rows == {province.nenh.pk}
    base = f"/account/manage/{lan.pk}/"
    again = boss.post(base + "role/", {"role": "commune", "unit": province.nenh.pk})
    assert again.status_code == 422
    assert "đã có vai trò này" in again.content.decode()
    assert (
        boss.post(
            base + "role/", {"role": "commune", "unit": province.tan_an.pk, "valid_until": "01/01/2021"}
        ).status_code
        == 302
    )
    assert scope_of(fresh(lan)).rows == {province.nenh.pk}  # the second is over
    first = Membership.objects.get(user=lan, unit=province.nenh)
    assert boss.post(f"{base}role/{first.pk}/end/").status_code == 302
    assert scope_of(fresh(lan)).permissions == frozenset()
    assert boss.post(base + "close/").status_code == 302
    assert not fresh(lan).is_active
    assert "đã đóng" in boss.get("/account/manage/?q=tran thi lan").content.decode()
    boss.post(base + "reopen/")
    assert fresh(lan).is_active
    assert boss.post(base + "password/", {"password": "123"}).status_code == 422
    assert boss.post(base + "password/", {"password": "mười con gà mái"}).status_code == 302
    assert fresh(lan).check_password("mười con gà mái")
    done = list(
        Event.objects.filter(kind="permission", subject_id=lan.pk)
        .order_by("pk")
        .values_list("action", flat=True)
    )
    assert done == [
        "accounts.create", "accounts.give-role", "accounts.give-role", "accounts.end-role", "accounts.activate",
        "accounts.activate", "accounts.password",
    ]  # fmt: skip
    assert set(Event.objects.filter(kind="permission").values_list("actor", flat=True)) == {boss.user.pk}  # type: ignore[attr-defined]


def test_nobody_gives_rights_to_themselves(client_of: Enter, province: Province) -> None:
    boss = client_of("administrator")
    base = f"/account/manage/{boss.user.pk}/"  # type: ignore[attr-defined]
    assert boss.post(base + "role/", {"role": "epidemiologist"}).status_code == 422
    boss.post(base + "close/")
    boss.post(base + "second-factor/remove/")
    user = fresh(boss.user)  # type: ignore[attr-defined]
    assert user.is_active
    assert scope_of(user).roles == {"administrator"}
    assert user.authenticator_set.count() == 1


@pytest.mark.parametrize(
    "do",
    [
        lambda by, other: actions.create_user(by=by, username="x", full_name="x", password=PASSWORD),
        lambda by, other: actions.set_password(by=by, user=other, password=PASSWORD),
        lambda by, other: actions.give_membership(by=by, user=other, role="front"),
        lambda by, other: actions.end_membership(by=by, membership=other.memberships.get()),
        lambda by, other: actions.set_active(by=by, user=other, is_active=False),
        lambda by, other: actions.unlock(by=by, user=other),
        lambda by, other: actions.remove_second_factor(by=by, user=other),
        lambda by, other: actions.demo_accounts(by=by),
    ],
)
def test_actions_ask_too(province: Province, do: Callable[[Any, Any], object]) -> None:
    by, other = user_with("committee"), user_with("front")
    n_events = Event.objects.count()
    with pytest.raises(PermissionDenied):
        do(by, other)
    assert Event.objects.count() == n_events


def test_a_key_is_shown_once_kept_as_a_hash_and_ends(client_of: Enter, province: Province) -> None:
    officer = client_of("commune", province.nenh)
    until = today() + timedelta(days=30)
    page = officer.post(
        "/account/keys/", {"name": "bảng tính", "expires_on": until.strftime("%d/%m/%Y")}
    ).content.decode()
    token = ApiToken.objects.get()
    key = next(word for word in page.replace("<", " ").replace(">", " ").split() if word.startswith("sh_"))
    assert key not in officer.get("/account/").content.decode()
    assert key not in str(list(ApiToken.objects.values())) + str(list(Event.objects.values()))
    assert tokens.user_of(key) == officer.user  # type: ignore[attr-defined]
    assert ApiToken.objects.get().last_used_at is not None
    assert tokens.user_of(key[:-1]) is None
    assert tokens.user_of("") is None
    for change in ({"expires_on": today() - timedelta(days=1)}, {"revoked_at": now()}):
        ApiToken.objects.filter(pk=token.pk).update(**change)
        assert tokens.user_of(key) is None
        ApiToken.objects.filter(pk=token.pk).update(expires_on=until, revoked_at=None)
    User.objects.update(is_active=False)
    assert tokens.user_of(key) is None
    User.objects.update(is_active=True, is_demo=True)
    assert tokens.user_of(key) is not None
    Installation.objects.update(is_synthetic=False)
    assert tokens.user_of(key) is None
    User.objects.update(is_demo=False)
    assert officer.post(f"/account/keys/{token.pk}/end/").status_code == 302
    assert tokens.user_of(key) is None


@pytest.mark.parametrize("day", ["01/01/2020", "31/12/2199", "hôm nay", ""])
def test_a_key_ends_within_a_year(client_of: Enter, province: Province, day: str) -> None:
    assert client_of("front").post("/account/keys/", {"name": "x", "expires_on": day}).status_code == 422
    assert not ApiToken.objects.exists()


def test_nobody_ends_anothers_key(client_of: Enter, province: Province) -> None:
    token, _key = actions.issue_token(by=user_with("front"), name="x", expires_on=today() + timedelta(days=2))
    assert client_of("commune", province.nenh).post(f"/account/keys/{token.pk}/end/").status_code == 404
    assert ApiToken.objects.get().revoked_at is None


@pytest.fixture
def person(province: Province) -> Person:
    return Person.objects.create(
        full_name="Trần Thị Lan",
        name_folded="tran thi lan",
        unit=province.tan_an,
        phone="+84987654321",
        id_number="024190000001",
    )


@pytest.mark.parametrize("who", ["uuid", "024190000001", "0987654321", "+84 987 654 321"])
def test_glass_is_broken_with_a_reason_for_three_hours(
    client_of: Enter, province: Province, person: Person, who: str
) -> None:
    officer = client_of("commune", province.nenh)
    asked = str(person.uuid) if who == "uuid" else who
    assert not Person.objects.visible_to(officer.user).exists()  # type: ignore[attr-defined]
    assert officer.post("/account/glass/", {"who": asked, "reason": "vì"}).status_code == 422
    reason = "Người này vừa chuyển đến xã, cần liên hệ ngay"
    answer = officer.post("/account/glass/", {"who": asked, "reason": reason})
    assert answer.headers["Location"] == f"/people/{person.uuid}/"
    broken = GlassBreak.objects.get()
    assert broken.expires_at - broken.at == timedelta(hours=3)
    assert Person.objects.identified(fresh(officer.user)).get() == person  # type: ignore[attr-defined]
    event = Event.objects.get(action="glass.break")
    assert (event.reason, event.subject_id, event.kind) == (reason, person.pk, "permission")
    assert reason in client_of("auditor").get("/audit/?action=glass.break").content.decode()
    GlassBreak.objects.update(expires_at=now())
    assert not Person.objects.visible_to(fresh(officer.user)).exists()  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "who", ["0987", "nobody", "x" * 90, "", "00000000-0000-0000-0000-000000000000", "999999999"]
)
def test_glass_does_not_search(client_of: Enter, province: Province, person: Person, who: str) -> None:
    officer = client_of("commune", province.nenh)
    answer = officer.post("/account/glass/", {"who": who, "reason": "Cần biết người này là ai"})
    assert answer.status_code == 422
    assert person.full_name not in answer.content.decode()
    assert not GlassBreak.objects.exists()


def run(home: Path, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "from songhanh.console.main import main; main()", *arguments]
    environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    environment |= {"SONGHANH_HOME": str(home), **more}
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=120)


def test_commands_make_list_change_and_verify(tmp_path: Path) -> None:
    made = run(
        tmp_path,
        "accounts",
        "create",
        "an",
        "--name",
        "Nguyễn Văn An",
        "--role",
        "committee",
        "--password",
        PASSWORD,
    )
    assert (made.returncode, made.stderr) == (0, "")
    assert "an\tNguyễn Văn An\tcommittee" in run(tmp_path, "accounts", "list").stdout
    assert run(tmp_path, "accounts", "password", "an", "--password", "một con vịt xòe").returncode == 0
    assert run(tmp_path, "accounts", "unlock", "an").returncode == 0
    verdict = json.loads(run(tmp_path, "audit", "verify", "--json").stdout)
    assert verdict["whole"] is True
    assert (verdict["sealed"], verdict["waiting"]) == (4, 0)
    noted = f"{verdict['position']}:{verdict['hash']}"
    assert run(tmp_path, "audit", "verify", "--noted", noted).returncode == 0
    wrong = run(tmp_path, "audit", "verify", "--noted", "4:" + "0" * 64)
    assert wrong.returncode == 2
    assert "written anew" in wrong.stderr
    for arguments, said in (
        (("accounts", "create", "an", "--role", "committee", "--password", PASSWORD), "already exists"),
        (("accounts", "create", "lan", "--role", "boss", "--password", PASSWORD), "no such role"),
        (
            ("accounts", "create", "lan", "--role", "commune", "--unit", "Nowhere", "--password", PASSWORD),
            "No unit has",
        ),
        (("accounts", "create", "lan", "--role", "park", "--site", "x", "--password", PASSWORD), "no site"),
        (("accounts", "create", "lan", "--role", "front", "--password", "123"), "too short"),
        (("accounts", "password", "nobody", "--password", PASSWORD), "no account"),
        (("audit", "verify", "--noted", "x"), "no end of a chain"),
    ):
        done = run(tmp_path, *arguments)
        assert done.returncode == 2, arguments
        assert said in done.stderr
        assert "Traceback" not in done.stderr
    assert "lan" not in run(tmp_path, "accounts", "list").stdout


def test_a_role_that_is_not_yet_or_no_more_gives_nothing(province: Province) -> None:
    user = user_with("front")
    actions.give_membership(by=None, user=user, role="epidemiologist", valid_from=today() + timedelta(days=1))
    actions.give_membership(by=None, user=user, role="committee", valid_until=today() - timedelta(days=1))
    assert scope_of(fresh(user)).roles == {"front"}
    with pytest.raises(ValidationError):
        actions.give_membership(
            by=None, user=user, role="analyst", valid_from=date(2021, 6, 1), valid_until=date(2021, 5, 1)
        )
