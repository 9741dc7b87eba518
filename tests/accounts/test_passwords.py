"""The county's rules for passwords and locks, as its parameters give them; on both databases."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from app import limits
from app.accounts import service
from app.accounts.rules import PasswordRule, Role, password_problem
from app.accounts.schemas import AccountInput, SignInInput
from app.db import transaction
from app.errors import BadInput, Locked
from app.settings import service as parameters
from tests import makers

pytestmark = pytest.mark.usefixtures("database")

NOW = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)
PASSWORD = "Mountain-path-7"


@pytest.fixture(autouse=True)
def from_the_start():
    """Counters begin anew."""
    limits._limiter.cache_clear()


def make(*, demo: bool = False) -> None:
    with transaction() as session:
        data = AccountInput(username="lihui", name="李慧", role=Role.VILLAGE, divisions=[makers.VILLAGE])
        user_id = service.create_account(session, None, data, NOW, password=PASSWORD, is_demo=demo)[0]
        session.get(service.User, user_id).must_change_password = False


def choose(key: str, value: int) -> None:
    with transaction() as session:
        parameters.set_value(session, None, key, value, NOW.date(), source="县里定")


def attempt(password: str = PASSWORD, at: datetime = NOW):
    device = {"id": "01a208f3-8336-7200-b8f6-08eb699ffa65", "name": "phone"}
    with transaction() as session:
        return service.sign_in(session, SignInInput(username="lihui", password=password, device=device), at)


def change(new: str, old: str = PASSWORD) -> None:
    limits._limiter.cache_clear()
    actor = service.authenticate(attempt(old).token, NOW)
    reused = service.used_before(actor, new)
    with transaction() as session:
        service.change_password(session, actor, old, new, NOW, reused=reused)


def test_length_and_kinds_are_the_countys():
    make()
    choose("password.length", 14)
    with pytest.raises(BadInput, match="至少 14 位"):
        change("Another-pt-8")
    choose("password.length", 10)
    choose("password.kinds", 4)
    with pytest.raises(BadInput, match="至少要有四种"):
        change("another-path-8")
    change("Another-path-8")


def test_no_county_goes_below_eight():
    found = {"password.length": 1, "password.kinds": 9, "password.days": 1, "password.history": 1}
    assert PasswordRule.of(found).length == 8
    assert PasswordRule.of(found).kinds == 4


@pytest.mark.parametrize("password", ["Aa-13900000002", "Aa-349927195001010019", "aA-34992719500101001X"])
def test_whole_numbers_of_people_are_no_passwords(password):
    assert "手机号或身份证号" in (password_problem(password, username="lihui") or "")


def test_the_last_ones_do_not_come_again():
    make()
    passwords = [PASSWORD, *(f"Another-path-{number}" for number in range(6))]
    for old, new in pairwise(passwords):
        change(new, old)
    for again in passwords[-5:-1]:
        with pytest.raises(BadInput, match="最近 5 个"):
            change(again, passwords[-1])
    change(passwords[0], passwords[-1])


def test_an_old_password_is_changed_at_the_next_sign_in():
    make()
    assert not attempt(at=NOW + timedelta(days=90)).actor.must_change_password
    assert attempt(at=NOW + timedelta(days=91)).actor.must_change_password


def test_work_in_hand_is_not_stopped_by_an_old_password():
    """A phone's session goes on sending; it is asked at the sign-in that follows."""
    make()
    token = attempt(at=NOW + timedelta(days=89)).token
    assert not service.authenticate(token, NOW + timedelta(days=95)).must_change_password


def test_failures_and_minutes_are_the_countys():
    make()
    choose("lock.failures", 3)
    choose("lock.minutes", 5)
    assert "还能试 2 次" in attempt("wrong-Pass-1").message
    attempt("wrong-Pass-1")
    locked = attempt("wrong-Pass-1")
    assert isinstance(locked, Locked)
    assert locked.retry_after == 5 * 60
