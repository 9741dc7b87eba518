"""The session's cookie: what it is made of, that nobody brings their own, what is left behind at a desk."""

from http.cookies import Morsel, SimpleCookie
from typing import Any

import pytest

from app import limits
from app.accounts import service
from app.accounts.rules import Role
from app.accounts.schemas import AccountInput
from app.accounts.state import session_token
from app.db import transaction, utcnow
from app.http import COOKIE, HOST_COOKIE
from tests import makers
from tests.test_permissions import ask

PASSWORD = "Mountain-path-7"
BODY = {"username": "lihui", "password": PASSWORD,
        "device": {"id": "01a208f3-8336-7200-b8f6-08eb699ffa65", "name": "phone"}}  # fmt: skip


@pytest.fixture(autouse=True)
def account(home: Any) -> str:
    limits._limiter.cache_clear()
    with transaction() as session:
        makers.divisions(session)
        data = AccountInput(username="lihui", name="李慧", role=Role.AUDITOR, divisions=[makers.COUNTY])
        user_id = service.create_account(session, None, data, utcnow(), password=PASSWORD)[0]
        session.get(service.User, user_id).must_change_password = False
    return user_id


def cookie_of(answer: Any, name: str = COOKIE) -> Morsel[str]:
    found: SimpleCookie = SimpleCookie()
    for line in answer.headers.get_list("set-cookie"):
        found.load(line)
    return found[name]


@pytest.fixture
def https(monkeypatch: pytest.MonkeyPatch) -> None:
    from app.config import settings

    monkeypatch.setenv("RUHUTONG_PUBLIC_URL", "https://county.example")
    settings.cache_clear()


def test_no_script_reads_it_no_other_site_sends_it():
    plain = cookie_of(ask("POST", "/session", json=BODY))
    assert (plain["httponly"], plain["samesite"], plain["path"], plain["domain"]) == (True, "lax", "/", "")


def test_over_https_no_open_line_carries_it_and_no_neighbour_can_set_it(https):
    found = cookie_of(ask("POST", "/session", json=BODY), HOST_COOKIE)
    assert HOST_COOKIE.startswith("__Host-")
    assert (found["secure"], found["path"], found["domain"], found["httponly"]) == (True, "/", "", True)


def test_both_names_are_read_and_the_safer_one_counts(https):
    token = cookie_of(ask("POST", "/session", json=BODY), HOST_COOKIE).value

    def status(cookies: str) -> int:
        return ask("GET", "/session", headers={"cookie": cookies}).status_code

    assert status(f"{HOST_COOKIE}={token}") == status(f"{COOKIE}={token}") == 200
    assert status(f"{COOKIE}=planted; {HOST_COOKIE}={token}") == 200
    assert status(f"{COOKIE}={token}; {HOST_COOKIE}=another") == 401
    assert session_token(f"{COOKIE}=planted; {HOST_COOKIE}={token}") == token


def test_one_from_before_https_is_taken_away_with_the_new(https):
    old = {"cookie": f"{COOKIE}=old"}
    entered = ask("POST", "/session", json=BODY, headers=old)
    assert cookie_of(entered)["max-age"] == "0"
    token = cookie_of(entered, HOST_COOKIE).value
    left = ask("DELETE", "/session", headers={"cookie": f"{HOST_COOKIE}={token}; {COOKIE}=old"})
    assert {cookie_of(left, name)["max-age"] for name in (COOKIE, HOST_COOKIE)} == {"0"}


def test_a_token_that_somebody_else_chose_is_never_taken_over():
    chosen = "the-one-the-attacker-knows"
    first = cookie_of(ask("POST", "/session", chosen, json=BODY)).value
    second = cookie_of(ask("POST", "/session", first, json=BODY)).value
    assert len({chosen, first, second}) == 3
    assert ask("GET", "/session", chosen).status_code == 401
    assert ask("GET", "/session", second).status_code == 200


def test_after_signing_out_the_cookie_opens_nothing_and_the_desk_keeps_no_pictures():
    token = cookie_of(ask("POST", "/session", json=BODY)).value
    answer = ask("DELETE", "/session", token)
    assert answer.headers["clear-site-data"] == '"cache"'
    assert cookie_of(answer)["max-age"] == "0"
    assert ask("GET", "/session", token).status_code == 401
