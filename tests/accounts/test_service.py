"""Signing in, locks, sessions, passwords, pairing, on both databases."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlmodel import select

from app.accounts import pairing_service, service
from app.accounts.rules import Role
from app.accounts.schemas import AccountInput, SignInInput
from app.db import reading, transaction
from app.errors import AppError, BadInput, Conflict, Locked, NotSignedIn
from models.accounts import LoginSession, User
from models.audit import AuditEntry

pytestmark = pytest.mark.usefixtures("database")

NOW = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)
PASSWORD = "Mountain-path-7"
DEVICE = {"id": "01a208f3-8336-7200-b8f6-08eb699ffa65", "name": "phone"}


def make(username: str = "lihui", role: Role = Role.VILLAGE, *, demo: bool = True, **more) -> str:
    with transaction() as session:
        data = AccountInput(username=username, name="李慧", role=role, divisions=["349927100201"], **more)
        return service.create_account(session, None, data, NOW, password=PASSWORD, is_demo=demo)[0]


def attempt(password: str = PASSWORD, at: datetime = NOW, username: str = "lihui"):
    with transaction() as session:
        return service.sign_in(session, SignInInput(username=username, password=password, device=DEVICE), at)


def test_the_right_password_begins_a_session_and_the_token_is_kept_nowhere():
    make()
    result = attempt()
    assert isinstance(result, service.SignedIn)
    with reading() as session:
        kept = session.exec(select(LoginSession)).one()
    assert result.token not in (kept.token_hash, kept.user_id)
    actor = service.authenticate(result.token, NOW)
    assert actor is not None
    assert (actor.role, actor.divisions, actor.device_id) == (Role.VILLAGE, ("349927100201",), DEVICE["id"])


def test_an_unknown_name_and_a_wrong_password_read_alike():
    make()
    unknown, wrong = attempt(username="nobody"), attempt("wrong-Pass-1")
    assert isinstance(unknown, NotSignedIn)
    assert isinstance(wrong, NotSignedIn)
    assert unknown.code == wrong.code == "wrong_password"


def test_five_failures_lock_for_a_quarter_of_an_hour_and_then_for_half():
    make()
    for left in (4, 3, 2, 1):
        result = attempt("wrong-Pass-1")
        assert isinstance(result, NotSignedIn)
        assert f"还能试 {left} 次" in result.message
    assert isinstance(attempt("wrong-Pass-1"), Locked)
    assert isinstance(attempt(PASSWORD, NOW + timedelta(minutes=14)), Locked)
    later = NOW + timedelta(minutes=16)
    for _ in range(4):
        attempt("wrong-Pass-1", later)
    second = attempt("wrong-Pass-1", later)
    assert isinstance(second, Locked)
    assert second.retry_after == 30 * 60
    assert isinstance(attempt(PASSWORD, later + timedelta(minutes=31)), service.SignedIn)


@pytest.mark.parametrize(
    ("begins", "said"),
    [("18:56:57.250000", "19:12"), ("18:56:00", "19:11"), ("23:44:30", "11 月 24 日 00:00")],
)
def test_at_the_minute_that_is_named_the_lock_is_over(begins, said):
    make()
    moment = datetime.fromisoformat(f"2026-11-23T{begins}+08:00")
    for _ in range(5):
        result = attempt("wrong-Pass-1", moment)
    assert isinstance(result, Locked)
    assert f"锁到 {said}。" in result.message
    hour, minute = said[-5:].split(":")
    named = moment.replace(hour=int(hour), minute=int(minute), second=0, microsecond=0)
    named += timedelta(days=1) if named < moment else timedelta(0)
    assert isinstance(attempt(PASSWORD, named - timedelta(minutes=1)), Locked)
    assert isinstance(attempt(PASSWORD, named), service.SignedIn)


def test_a_success_forgets_the_failures():
    make()
    for _ in range(4):
        attempt("wrong-Pass-1")
    assert isinstance(attempt(), service.SignedIn)
    result = attempt("wrong-Pass-1")
    assert isinstance(result, AppError)
    assert "还能试 4 次" in result.message


@pytest.mark.parametrize(
    ("role", "idle", "whole"),
    [(Role.VILLAGE, timedelta(days=14), timedelta(days=30)), (Role.ADMIN, timedelta(minutes=30), timedelta(hours=12))],
)
def test_sessions_end_by_idleness_and_by_age(role, idle, whole):
    make(role=role)
    token = attempt().token
    assert service.authenticate(token, NOW + idle - timedelta(seconds=1))
    assert service.authenticate(token, NOW + 2 * idle) is None
    fresh, moment = attempt(at=NOW).token, NOW
    while moment < NOW + whole - idle:
        moment += idle - timedelta(seconds=1)
        assert service.authenticate(fresh, moment)
    assert service.authenticate(fresh, NOW + whole + timedelta(seconds=1)) is None


def test_leaving_ends_the_session():
    make()
    token = attempt().token
    actor = service.authenticate(token, NOW)
    with transaction() as session:
        service.sign_out(session, actor, NOW)
    assert service.authenticate(token, NOW) is None


def test_a_first_password_must_be_changed_but_not_a_demo_account():
    make(demo=False)
    actor = service.authenticate(attempt().token, NOW)
    assert actor.must_change_password
    with transaction() as session:
        service.change_password(session, actor, PASSWORD, "Another-path-8", NOW)
    assert not service.authenticate(attempt("Another-path-8").token, NOW).must_change_password
    make("demo1", demo=True)
    assert not service.authenticate(attempt(username="demo1").token, NOW).must_change_password


def test_changing_the_password_ends_the_other_sessions():
    make()
    here, there = attempt().token, attempt().token
    with transaction() as session:
        service.change_password(session, service.authenticate(here, NOW), PASSWORD, "Another-path-8", NOW)
    assert service.authenticate(here, NOW)
    assert service.authenticate(there, NOW) is None


@pytest.mark.parametrize(("old", "new"), [("wrong", "Another-path-8"), (PASSWORD, "short"), (PASSWORD, PASSWORD)])
def test_a_bad_change_is_told_and_changes_nothing(old, new):
    make()
    actor = service.authenticate(attempt().token, NOW)
    with pytest.raises(BadInput), transaction() as session:
        service.change_password(session, actor, old, new, NOW)
    assert isinstance(attempt(), service.SignedIn)


def test_a_disabled_account_is_out_at_once_and_told():
    user_id = make()
    token = attempt().token
    with transaction() as session:
        service.set_disabled(session, None, user_id, True, NOW)
    assert service.authenticate(token, NOW) is None
    refused = attempt()
    assert isinstance(refused, NotSignedIn)
    assert refused.code == "disabled"


def test_a_reset_unlocks_and_asks_for_a_change():
    user_id = make()
    for _ in range(5):
        attempt("wrong-Pass-1")
    with transaction() as session:
        first = service.reset_password(session, None, user_id, NOW)
    assert isinstance(attempt(first), service.SignedIn)
    with reading() as session:
        assert session.get(User, user_id).must_change_password


def test_user_names_are_unique():
    make()
    with pytest.raises(Conflict):
        make()


def test_made_passwords_pass_their_own_rule():
    from app.accounts.rules import password_problem

    assert all(password_problem(service.make_password(), username="lihui") is None for _ in range(200))


def test_each_try_is_in_the_audit_log_without_the_password():
    make()
    attempt("wrong-Pass-1")
    attempt()
    with reading() as session:
        entries = session.exec(select(AuditEntry).order_by(AuditEntry.id)).all()
    assert [one.action for one in entries] == ["account.created", "session.refused", "session.began"]
    assert all("wrong-Pass-1" not in str((one.before, one.after)) and PASSWORD not in str(one.after) for one in entries)


def test_pairing_gives_a_household_for_its_time(household):
    user_id = make("bang", Role.PAIRED)
    with transaction() as session:
        pairing = pairing_service.pair(session, None, user_id, household.id, date(2026, 1, 1))
    with reading() as session:
        actor = service.make_actor(session, session.get(User, user_id))
        assert {"household": household.id} in service.areas(session, actor, NOW)
    with transaction() as session:
        pairing_service.end_pairing(session, None, pairing, date(2026, 11, 22))
    with reading() as session:
        assert {"household": household.id} not in service.areas(session, actor, NOW)


def test_pairing_twice_is_refused(household):
    user_id = make("bang", Role.PAIRED)
    with transaction() as session:
        pairing_service.pair(session, None, user_id, household.id, date(2026, 1, 1))
    with pytest.raises(Conflict), transaction() as session:
        pairing_service.pair(session, None, user_id, household.id, date(2026, 2, 1))
