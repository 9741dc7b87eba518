"""`kill -9` of the server between any two instructions: what was acknowledged is there, once."""

import random

from sqlmodel import func, select

from app.db import reading, transaction
from models.audit import AuditEntry
from models.feed import FeedRow
from models.sync import Command
from models.visits import Visit
from tests import makers
from tests.api_server import ApiServer
from tests.faults.stage import PATIENCE, until
from tests.sync.storm import storm

PHONES, ROUNDS, KILLS = 3, 6, 4


def told_to(said):
    """How many receipts the phones hold; what else they sent is anywhere in the server."""
    return sum(path.read_text().count("\n") for path in said if path.exists())


def test_kill_9_loses_nothing_that_was_acknowledged(database, tmp_path):
    with transaction() as session:
        makers.divisions(session)
        makers.form(session)
        home = makers.household(session)
        actors = [makers.user(session, token=f"phone{number}") for number in range(PHONES)]
    server = ApiServer(tmp_path / "server.log")
    server.start()
    said = [tmp_path / f"said{number}" for number in range(PHONES)]
    chance = random.Random(7)
    try:
        with storm([server.url], [str(one.device_id) for one in actors], home.id, said, ROUNDS) as phones:
            for number in range(KILLS):
                wanted = 10 * (1 + number * 3) + chance.randrange(10)
                until(f"{wanted} receipts", lambda wanted=wanted: told_to(said) >= wanted)
                server.kill()
                server.start()
            for phone in phones:
                phone.result(PATIENCE)
    finally:
        server.kill()
    told = dict(line.split() for path in said for line in path.read_text().splitlines())
    assert len(told) == PHONES * ROUNDS * 10
    assert set(told.values()) <= {"stored", "duplicate"}
    with reading() as session:
        visits = session.exec(select(Visit.id)).all()
        assert set(told) <= set(visits)
        assert len(visits) == len(set(visits)) == len(told)
        assert session.scalar(select(func.count()).select_from(Command)) == len(told)
        audited = select(func.count()).select_from(AuditEntry).where(AuditEntry.action == "visit.stored")
        assert session.scalar(audited) == len(told)
        assert session.scalar(select(func.count()).select_from(FeedRow).where(FeedRow.type == "visit")) == len(told)
