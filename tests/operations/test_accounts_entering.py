"""The way in: passwords, lock-out, second factor, idle sessions, the accounts of a demonstration, what a proxy changes."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.core.cache import cache
from django.test import Client
from registry import PASSWORD, TOTP_SECRET, Province, user_with

from songhanh.operations.accounts import actions
from songhanh.operations.accounts.models import User
from songhanh.operations.audit.models import Event
from songhanh.operations.places.models import Installation

ENTER = "/account/enter/"


@pytest.fixture(autouse=True)
def fresh_rates() -> None:
    cache.clear()


def code_now(secret: str = TOTP_SECRET) -> str:
    return str(format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time())))))


def enter(client: Client, username: str, password: str = PASSWORD, **more: str) -> Any:
    return client.post(ENTER, {"login": username, "password": password, **more})


def actions_of() -> list[str]:
    return list(Event.objects.filter(kind="login").order_by("pk").values_list("action", flat=True))


def test_a_stranger_is_asked_to_log_in_and_comes_back(province: Province) -> None:
    officer = user_with("commune", province.nenh)
    client = Client()
    asked = client.get("/situation/?a=1")
    assert asked.headers["Location"] == "/account/enter/?next=/situation/%3Fa%3D1"
    page = client.get(asked.headers["Location"]).content.decode()
    assert 'name="next" value="/situation/?a=1"' in page
    answer = enter(client, officer.username, next="/situation/?a=1")
    assert answer.headers["Location"] == "/situation/?a=1"
    assert client.get("/situation/").status_code == 200
    assert client.post("/account/leave/").headers["Location"] == ENTER
    assert client.get("/situation/").status_code == 302
    assert actions_of() == ["accounts.enter", "accounts.leave"]
    assert Event.objects.filter(kind="login", actor=officer, address="127.0.0.1").count() == 2


def test_a_login_does_not_lead_elsewhere(province: Province) -> None:
    officer = user_with("commune", province.nenh)
    assert enter(Client(), officer.username, next="https://example.org/").headers["Location"] == "/"


def test_a_fragment_of_an_ended_session_leads_to_the_login(db: None) -> None:
    answer = Client().get(
        "/decide/jobs/1/",
        headers={"hx-request": "true", "hx-current-url": "http://testserver/decide/jobs/1/"},
    )
    assert answer.status_code == 401
    assert answer.headers["HX-Redirect"] == "/account/enter/?next=/decide/jobs/1/"


def test_nobody_signs_up(db: None) -> None:
    for path in ("/account/signup/", "/account/password/reset/", "/accounts/signup/"):
        assert Client().get(path).status_code in {302, 404}
        assert Client().post(path, {"username": "x", "password1": PASSWORD}).status_code in {302, 404}
    assert not User.objects.exists()


def test_five_wrong_passwords_lock_and_an_administrator_unlocks(province: Province) -> None:
    officer = user_with("commune", province.nenh)
    client = Client()
    for _ in range(4):
        answer = enter(client, officer.username, "wrong")
        assert answer.status_code == 422
        assert "Tên đăng nhập hoặc mật khẩu không đúng" in answer.content.decode()
    for _ in range(2):
        assert enter(client, officer.username, "wrong").status_code == 429
    # The right password helps no more, from another address neither.
    other = Client(REMOTE_ADDR="10.1.2.3")
    locked = enter(other, officer.username)
    assert locked.status_code == 429
    assert "Tài khoản bị khóa" in locked.content.decode()
    assert enter(Client(), user_with("front").username).status_code == 302  # others are not touched
    actions.unlock(by=None, user=officer)
    assert enter(other, officer.username).status_code == 302
    kinds = actions_of()
    assert kinds.count("accounts.enter-failed") >= 5
    assert "accounts.locked" in kinds
    assert Event.objects.filter(action="accounts.enter-failed").first().details["login"] == officer.username  # type: ignore[union-attr]
    assert "wrong" not in str(list(Event.objects.values()))


def test_a_closed_account_does_not_enter_and_is_put_out(province: Province) -> None:
    officer = user_with("commune", province.nenh)
    client = Client()
    enter(client, officer.username)
    actions.set_active(by=None, user=officer, is_active=False)
    assert client.get("/situation/").status_code == 302
    assert enter(Client(), officer.username).status_code in {302, 422}
    assert Client().get("/situation/").status_code == 302


def test_passwords_are_hashed_with_argon2(province: Province) -> None:
    assert user_with("front").password.startswith("argon2$argon2id$")


def test_the_second_factor_is_asked_for(province: Province) -> None:
    head = user_with("committee")
    client = Client()
    assert enter(client, head.username).headers["Location"] == "/account/code/"
    assert client.get("/situation/").status_code == 302  # not in yet
    assert client.post("/account/code/", {"code": "000000"}).status_code == 200
    answer = client.post("/account/code/", {"code": code_now()})
    assert answer.headers["Location"] == "/"
    assert client.get("/situation/").status_code == 200
    assert "accounts.second-factor-failed" in actions_of()


@pytest.mark.parametrize("role", ["committee", "epidemiologist", "auditor", "analyst", "administrator"])
def test_a_privileged_role_reaches_nothing_before_its_second_factor(
    province: Province, role: str, django_capture_on_commit_callbacks: Any
) -> None:
    user = user_with(role)
    Authenticator.objects.filter(user=user).delete()
    client = Client()
    assert enter(client, user.username).headers["Location"] == "/"
    for path in ("/", "/situation/", "/account/", "/account/manage/", "/audit/", "/decide/"):
        assert client.get(path).headers["Location"] == "/account/second-factor/set-up/", path
    assert client.get("/glossary/").status_code == 200
    page = client.get("/account/second-factor/set-up/").content.decode()
    secret = re.search(r"<code>([A-Z2-7]+)</code>", page)
    assert secret is not None, page
    assert client.post("/account/second-factor/set-up/", {"code": "000000"}).status_code == 200
    with django_capture_on_commit_callbacks(execute=True):
        done = client.post("/account/second-factor/set-up/", {"code": code_now(secret.group(1))})
    assert done.headers["Location"] == "/account/recovery-codes/"
    codes = re.findall(r"<code>(\w+)</code>", client.get("/account/recovery-codes/").content.decode())
    assert len(codes) == 10
    assert client.get("/", follow=True).status_code == 200
    # A recovery code opens the account once.
    again = Client()
    enter(again, user.username)
    assert again.post("/account/code/", {"code": codes[0]}).headers["Location"] == "/"
    third = Client()
    enter(third, user.username)
    assert third.post("/account/code/", {"code": codes[0]}).status_code == 200
    assert "accounts.add-second-factor" in actions_of()


def test_a_commune_officer_needs_none(province: Province) -> None:
    client = Client()
    assert enter(client, user_with("commune", province.nenh).username).headers["Location"] == "/"
    assert client.get("/", follow=True).status_code == 200


def test_whoever_is_away_too_long_is_logged_out(
    client_of: Callable[..., Client], province: Province, settings: Any
) -> None:
    client = client_of("commune", province.nenh)
    assert client.get("/situation/").status_code == 200
    session = client.session
    session["seen_at"] -= settings.IDLE_SECONDS - 60
    session.save()
    assert client.get("/situation/").status_code == 200  # still there, and noted
    session = client.session
    session["seen_at"] -= settings.IDLE_SECONDS + 1
    session.save()
    # A page that asks by itself does not keep the session alive, and learns that it is over.
    assert client.get("/decide/jobs/1/", headers={"hx-request": "true"}).status_code == 401
    page = client.get("/situation/", follow=True).content.decode()
    assert "Đăng nhập" in page


def test_a_page_that_asks_by_itself_keeps_nobody_logged_in(
    client_of: Callable[..., Client], province: Province
) -> None:
    client = client_of("commune", province.nenh)
    client.get("/situation/")
    session = client.session
    session["seen_at"] -= 300
    session.save()
    before = client.session["seen_at"]
    client.get("/decide/jobs/1/", headers={"hx-request": "true"})
    assert client.session["seen_at"] == before
    client.get("/situation/")
    assert client.session["seen_at"] > before


def test_a_demonstration_is_entered_with_one_click(province: Province) -> None:
    made = actions.demo_accounts()
    assert len(made) == 10
    assert {user.pk for user in actions.demo_accounts()} == {user.pk for user in made}  # once
    client = Client()
    page = client.get(ENTER).content.decode()
    assert page.count('name="username"') == 10
    assert "tên thật" not in page
    for user in made:
        client = Client()
        assert client.post("/account/demo/", {"username": user.username}).headers["Location"] == "/"
        assert client.get("/", follow=True).status_code == 200, user.username
        assert not user.has_usable_password()
    assert Event.objects.filter(action="accounts.enter", details={"demo": True}).count() == 10
    assert client.post("/account/demo/", {"username": user_with("front").username}).status_code == 404


@pytest.mark.parametrize("change", ["real people", "served to others"])
def test_a_demonstration_ends_where_people_are_real_or_others_reach_it(
    province: Province, settings: Any, change: str
) -> None:
    actions.demo_accounts()
    client = Client()
    client.post("/account/demo/", {"username": "demo-committee"})
    assert client.get("/situation/").status_code == 200
    if change == "real people":
        Installation.objects.update(is_synthetic=False)
    else:
        settings.SERVED_BEYOND_LOOPBACK = True
    assert client.get("/situation/").headers["Location"] == ENTER
    assert client.post("/account/demo/", {"username": "demo-committee"}).status_code == 404
    assert "demo-committee" not in client.get(ENTER).content.decode()


@pytest.mark.parametrize(("is_synthetic", "is_said"), [(True, True), (False, False)])
def test_the_notice_of_made_up_people(
    province: Province, client: Client, is_synthetic: bool, is_said: bool
) -> None:
    Installation.objects.update(is_synthetic=is_synthetic)
    assert ("Danh sách ca là mô phỏng" in client.get("/situation/").content.decode()) is is_said


BEYOND = """
import django
django.setup()
from django.conf import settings
from django.test import Client
assert settings.SESSION_COOKIE_SECURE and settings.CSRF_COOKIE_SECURE and settings.SECURE_HSTS_SECONDS > 3e7
answer = Client(headers={"host": "chongdich.example.vn"}).get("/glossary/", secure=True)
assert answer.status_code == 200, answer.status_code
assert answer.headers["Strict-Transport-Security"].startswith("max-age="), dict(answer.headers)
assert Client(headers={"host": "elsewhere.example.org"}).get("/glossary/", secure=True).status_code == 400
from songhanh.operations.project.serving import _proxy
assert _proxy()["trusted_proxy"] == "127.0.0.1"
"""


def test_served_to_others_cookies_are_secure_and_names_are_known(tmp_path: Any) -> None:
    environment = os.environ | {"SONGHANH_HOME": str(tmp_path), "SONGHANH_HOSTS": "chongdich.example.vn"}
    subprocess.run(
        [sys.executable, "-m", "django", "migrate", "-v0"], env=environment, check=True, capture_output=True
    )
    done = subprocess.run(
        [sys.executable, "-c", BEYOND], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_own_password_is_changed_with_the_old_one(
    client_of: Callable[..., Client], province: Province
) -> None:
    client = client_of("commune", province.nenh)
    new = "chín con voi trắng"
    wrong = client.post("/account/password/", {"old": "x", "new": new, "again": new})
    assert wrong.status_code == 422
    assert (
        client.post("/account/password/", {"old": PASSWORD, "new": "12345", "again": "12345"}).status_code
        == 422
    )
    assert (
        client.post("/account/password/", {"old": PASSWORD, "new": new, "again": new + "x"}).status_code
        == 422
    )
    assert client.post("/account/password/", {"old": PASSWORD, "new": new, "again": new}).status_code == 302
    assert client.get("/account/").status_code == 200  # still logged in here
    assert enter(Client(), client.user.username, new).status_code == 302  # type: ignore[attr-defined]
    assert Event.objects.filter(action="accounts.password").count() == 1


def test_passwords_stay_out_of_pages_and_audit(client_of: Callable[..., Client], province: Province) -> None:
    boss = client_of("administrator")
    secret = "một mật khẩu chưa ai nghĩ ra"
    boss.post(
        "/account/manage/new/",
        {
            "username": "lan",
            "full_name": "Lan",
            "password": secret,
            "role": "commune",
            "unit": province.nenh.pk,
        },
    )
    assert User.objects.get(username="lan").check_password(secret)
    assert secret not in str(list(Event.objects.values()))
