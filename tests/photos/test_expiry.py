"""Parts of pictures that nobody goes on sending: which are let go of, and which stay; on both databases."""

import os
from datetime import timedelta

import pytest
from sqlmodel import select

from app import parts
from app.db import SHANGHAI, reading, transaction, utcnow
from app.photos import expiry_service
from app.settings import service as parameters
from models.accounts import LoginSession
from models.audit import AuditEntry
from tests import makers
from tests.reviews import stage

WAITED, UNNAMED = "a" * 64, "b" * 64


@pytest.fixture
def cadre(database):
    """A cadre with a visit that waits for a picture."""
    with transaction() as session:
        makers.divisions(session)
        makers.form(session)
        made = makers.user(session, token="cadre")
        visit = stage.visit(session, made, makers.household(session))
        stage.name_picture(session, visit, WAITED)
    return made


def part(user, name: str, days: float) -> parts.Part:
    """A part that was touched so many days ago."""
    made = parts.begin(user.id, name, 1000)
    parts.append(made, 0, b"x" * 10)
    moment = (utcnow() - timedelta(days=days)).timestamp()
    os.utime(made.path, (moment, moment))
    return made


def seen(user, days: float) -> None:
    with transaction() as session:
        for row in session.exec(select(LoginSession).where(LoginSession.user_id == user.id)):
            row.seen_at = utcnow() - timedelta(days=days)


def test_what_nobody_waits_for_goes_and_is_logged(cadre):
    part(cadre, UNNAMED, 31)
    assert expiry_service.forget_abandoned(utcnow()) == 1
    assert parts.find(cadre.id, UNNAMED) is None
    with reading() as session:
        row = session.exec(select(AuditEntry).where(AuditEntry.action == "photo.part_forgotten")).one()
    assert (row.subject_id, row.after) == (UNNAMED, {"user_id": cadre.id, "bytes": 10, "days": 30})
    assert expiry_service.forget_abandoned(utcnow()) == 0


def test_what_was_touched_lately_stays(cadre):
    part(cadre, UNNAMED, 29)
    seen(cadre, 100)
    assert expiry_service.forget_abandoned(utcnow()) == 0


def test_what_a_visit_waits_for_stays_as_long_as_its_author_is_seen(cadre):
    part(cadre, WAITED, 90)
    seen(cadre, 29)
    assert expiry_service.forget_abandoned(utcnow()) == 0
    assert parts.find(cadre.id, WAITED).offset == 10
    seen(cadre, 31)
    assert expiry_service.forget_abandoned(utcnow()) == 1


def test_a_visit_of_somebody_else_keeps_nothing(cadre):
    with transaction() as session:
        other = makers.user(session, token="other")
    part(other, WAITED, 31)
    assert expiry_service.forget_abandoned(utcnow()) == 1


def test_a_part_of_what_is_there_as_a_whole_goes(cadre):
    part(cadre, WAITED, 31)
    with transaction() as session:
        session.add(stage.PhotoUpload(user_id=cadre.id, sha256=WAITED, completed_at=utcnow()))
    assert expiry_service.forget_abandoned(utcnow()) == 1


def test_a_picture_in_one_piece_that_was_never_taken_in_goes(cadre):
    path = parts.write_whole(cadre.id, UNNAMED, b"x")
    moment = (utcnow() - timedelta(days=31)).timestamp()
    os.utime(path, (moment, moment))
    assert expiry_service.forget_abandoned(utcnow()) == 1
    assert not path.exists()


def test_the_county_says_how_many_days(cadre):
    part(cadre, UNNAMED, 8)
    with transaction() as session:
        parameters.set_value(session, None, "photo_part_days", 7, utcnow().astimezone(SHANGHAI).date())
    assert expiry_service.forget_abandoned(utcnow()) == 1


def test_who_goes_on_in_that_very_moment_keeps_it(cadre):
    part(cadre, UNNAMED, 31)
    (left,) = parts.untouched_since(utcnow() - timedelta(days=30))
    parts.append(parts.find(cadre.id, UNNAMED), 10, b"y")
    assert not parts.let_go(left, utcnow() - timedelta(days=30))
    assert parts.find(cadre.id, UNNAMED).offset == 11
