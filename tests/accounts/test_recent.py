"""A session remembered for a moment: never past a change in this process, never long past one in another."""

import pytest
from sqlmodel import text

from app.accounts import recent, service
from app.db import engine, transaction, utcnow
from models.accounts import User, UserArea
from tests import makers


@pytest.fixture
def actor(home):
    with transaction() as session:
        return makers.user(session, token="one")


def _known() -> None:
    assert service.authenticate("one") is not None
    assert recent.recall("one") is not None


def test_a_disabled_account_is_out_at_once(actor):
    _known()
    with transaction() as session:
        service.set_disabled(session, None, actor.id, True, utcnow())
        assert recent.recall("one") is not None
    assert recent.recall("one") is None
    assert service.authenticate("one") is None


def test_whoever_signs_out_is_out_at_once(actor):
    _known()
    with transaction() as session:
        service.sign_out(session, actor, utcnow())
    assert service.authenticate("one") is None


def test_a_changed_account_or_area_is_seen_at_once(actor):
    _known()
    with transaction() as session:
        session.add(UserArea(user_id=actor.id, division=makers.FAR_VILLAGE))
    assert makers.FAR_VILLAGE in service.authenticate("one").divisions
    with transaction() as session:
        session.get(User, actor.id).must_change_password = True
    assert service.authenticate("one").must_change_password


def test_what_is_rolled_back_is_not_forgotten_and_what_was_asked_before_a_change_is_not_kept(actor):
    _known()
    def fail() -> None:
        with transaction() as session:
            service.end_sessions(session, actor.id, utcnow())
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert recent.recall("one") is not None
    asked = recent.moment()
    recent.forget_all()
    recent.remember(recent.token_hash("one"), actor, asked)
    assert recent.recall("one") is None


def test_another_process_is_believed_for_seconds_only(actor, monkeypatch):
    _known()
    with engine().begin() as connection:
        connection.execute(text("DELETE FROM login_session"))
    assert service.authenticate("one") is not None
    later = recent.time.monotonic() + recent.KEPT
    monkeypatch.setattr(recent.time, "monotonic", lambda: later)
    assert service.authenticate("one") is None
