"""The server's clock jumps, both ways, while phones work: nobody is thrown out, nothing is lost or out of order."""

from datetime import timedelta

import httpx
import pytest
from sqlmodel import select

from app.accounts.rules import LockRule, lock_holds
from app.accounts.service import authenticate
from app.db import reading, transaction, utcnow
from app.settings.service import set_covered
from models.accounts import LoginSession, User
from models.feed import FeedRow
from models.sync import Command
from tests import makers
from tests.api_server import ApiServer
from tests.faults import stage

ROUNDS = 6
DAYS = 24 * 3600


@pytest.fixture
def clock(tmp_path, monkeypatch):
    """Sets the server's clock ahead (or behind) by so many days."""
    path = tmp_path / "clock"
    path.write_text("0")
    monkeypatch.setenv("CLOCK_FILE", str(path))
    return lambda days: path.write_text(str(int(days * DAYS)))


def pull(server: ApiServer, cursor: str) -> dict:
    answer = httpx.get(
        f"{server.url}/api/sync/pull", params={"cursor": cursor}, cookies={"ruhutong_session": "phone0"},
        trust_env=False, timeout=60,
    )  # fmt: skip
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_forwards_and_back_while_phones_push(database, clock, tmp_path):
    place = stage.county()
    server = ApiServer(tmp_path / "server.log", "tests.faults.clock_app:application")
    server.start()
    seen: list[str] = []
    cursor = ""
    try:
        with stage.storm(place, [server.url], tmp_path, ROUNDS) as storm:
            for days in (3, -2, 0):
                storm.wait_for(6)
                clock(days)
                page = pull(server, cursor)
                seen += [one["id"] for one in page["changes"] if one["type"] == "visit"]
                cursor = page["cursor"]
            told = storm.finish()
        page = {"more": True}
        while page["more"]:
            page = pull(server, cursor)
            cursor = page["cursor"]
            seen += [one["id"] for one in page["changes"] if one["type"] == "visit"]
    finally:
        server.kill()
    assert told.refusals == set()
    assert set(seen) == told.visits, "a reader that goes forward only has seen all"
    stage.check(told)
    with reading() as session:
        positions = session.exec(select(FeedRow.position).order_by(FeedRow.position)).all()
        numbers = session.exec(select(Command.seq).order_by(Command.seq)).all()
    assert len(set(positions)) == len(positions)
    assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))


def test_a_backup_under_a_wrong_clock_lets_no_phone_clear_anything_away(database, clock, tmp_path):
    """The county said "covered up to the day after tomorrow"; what comes in until then would go uncovered."""
    stage.county()
    server = ApiServer(tmp_path / "server.log", "tests.faults.clock_app:application")
    server.start()
    try:
        clock(3)
        with transaction() as session:
            set_covered(session, (utcnow() + timedelta(days=2)).isoformat(), "a backup under the wrong clock")
        assert pull(server, "")["safe_to"] is not None
        clock(0)
        assert pull(server, "")["safe_to"] is None
        clock(3)
        assert pull(server, "")["safe_to"] is None, "it stays forgotten"
    finally:
        server.kill()


def test_a_session_begun_under_a_clock_ahead_still_times_out(database):
    with transaction() as session:
        me = makers.user(session, token="cadre")
        row = session.get(LoginSession, me.token_hash)
        row.seen_at = row.created_at = utcnow() + timedelta(days=300)
    assert authenticate("cadre", utcnow()) is not None
    with reading() as session:
        row = session.get(LoginSession, me.token_hash)
        assert max(row.seen_at, row.created_at) <= utcnow()
    assert authenticate("cadre", utcnow() + timedelta(days=31)) is None


def test_a_lock_set_by_a_clock_ahead_does_not_last_for_the_whole_difference(database):
    now = utcnow()
    with transaction() as session:
        me = makers.user(session)
        session.get(User, me.id).locked_until = now + timedelta(days=300)
    with reading() as session:
        until = session.get(User, me.id).locked_until
    rule = LockRule()
    assert not lock_holds(until, now, rule)
    assert lock_holds(now + rule.longest, now, rule)
    assert not lock_holds(now, now, rule)
