"""Strangers at the door: they learn no user names, and cannot keep an account's owner out."""

from datetime import timedelta

import pytest
from sqlmodel import select

from app import limits
from app.accounts import service
from app.accounts.rules import Role
from app.accounts.schemas import AccountInput, Actor, SignInInput
from app.db import new_id, reading, transaction, utcnow
from app.errors import BadInput, Locked, NotSignedIn, TooMany
from models.accounts import User
from models.audit import AuditEntry

pytestmark = pytest.mark.usefixtures("database")

PASSWORD, NOW = "Mountain-path-7", utcnow()


@pytest.fixture(autouse=True)
def from_the_start():
    """Counters begin anew."""
    limits._limiter.cache_clear()


@pytest.fixture
def username() -> str:
    with transaction() as session:
        data = AccountInput(username=new_id()[:20], name="李慧", role=Role.VILLAGE, divisions=["349927100201"])
        service.create_account(session, None, data, NOW, password=PASSWORD, is_demo=True)
    return data.username


def attempt(username: str, password: str = "wrong-Pass-1", device: str | None = None, **more):
    data = SignInInput(username=username, password=password, device={"id": device or new_id()})
    proof = service.prove(data)
    with transaction() as session:
        return service.sign_in(session, data, more.get("at", NOW), proof)


def test_a_name_that_does_not_exist_is_answered_as_one_that_does(username):
    nobody = new_id()[:20]
    for _ in range(7):
        known, unknown = attempt(username), attempt(nobody)
        assert type(known) is type(unknown)
        assert (known.code, known.message) == (unknown.code, unknown.message)
    assert isinstance(known, Locked)


def test_a_stranger_does_not_lock_a_phone_out_that_was_in_before(username):
    phone = new_id()
    assert isinstance(attempt(username, PASSWORD, phone), service.SignedIn)
    for _ in range(6):
        refused = attempt(username)
    assert isinstance(refused, Locked)
    assert isinstance(attempt(username, PASSWORD), Locked)
    assert isinstance(attempt(username, PASSWORD, phone), service.SignedIn)


def test_a_known_phone_has_no_more_tries_than_any_other(username):
    phone = new_id()
    assert isinstance(attempt(username, PASSWORD, phone), service.SignedIn)
    for _ in range(6):
        refused = attempt(username, device=phone)
    assert isinstance(refused, Locked)
    assert isinstance(attempt(username, PASSWORD, phone), Locked)
    assert isinstance(attempt(username, PASSWORD, phone, at=NOW + timedelta(minutes=31)), service.SignedIn)


def test_a_password_that_was_changed_after_it_was_compared_counts_no_more(username):
    data = SignInInput(username=username, password=PASSWORD, device={"id": new_id()})
    proof = service.prove(data)
    with transaction() as session:
        user = session.get(User, service.queries.user_by_name(session, username).id)
        service.reset_password(session, None, user.id, NOW)
    with transaction() as session:
        assert isinstance(service.sign_in(session, data, NOW, proof), NotSignedIn)


def test_old_passwords_are_not_tried_without_end(username):
    with reading() as session:
        user = service.queries.user_by_name(session, username)
        actor: Actor = service.make_actor(session, user)
    for _ in range(service.CHANGES_PER_MINUTE):
        with pytest.raises(BadInput), transaction() as session:
            service.change_password(session, actor, "wrong-Pass-1", "Another-path-8", NOW)
    with pytest.raises(TooMany), transaction() as session:
        service.change_password(session, actor, PASSWORD, "Another-path-8", NOW)


def test_the_end_of_a_lock_stands_still_for_both_and_the_next_is_longer_for_both(username):
    """A lock whose end moved with each try, or never grew, would tell that nobody has this name."""
    nobody = new_id()[:20]
    for _ in range(5):
        known, unknown = attempt(username), attempt(nobody)
    for minutes in (0, 1, 5, 14):
        at = NOW + timedelta(minutes=minutes)
        known, unknown = attempt(username, at=at), attempt(nobody, at=at)
        assert isinstance(known, Locked)
        assert (known.message, known.retry_after) == (unknown.message, unknown.retry_after)
    later = NOW + timedelta(minutes=16)
    for _ in range(6):
        known, unknown = attempt(username, at=later), attempt(nobody, at=later)
        assert (type(known), known.message, known.retry_after) == (type(unknown), unknown.message, unknown.retry_after)
    assert isinstance(unknown, Locked)
    assert unknown.retry_after == 30 * 60


def test_a_password_in_the_wrong_field_is_not_in_the_log(username):
    attempt(PASSWORD)
    with reading() as session:
        said = [one.subject_id for one in session.exec(select(AuditEntry))]
    assert all(PASSWORD not in one for one in said)
