"""`kill -9` of the server between any two instructions: what was acknowledged is there, once."""

import random
import subprocess
import sys

from sqlmodel import func, select

from app.db import reading, transaction
from models.audit import AuditEntry
from models.feed import FeedRow
from models.sync import Command
from models.visits import Visit
from tests import makers
from tests.api_server import ROOT, ApiServer

PHONES, ROUNDS, KILLS = 3, 6, 4


def wait_until_told(said, wanted, phones):
    """Until the phones hold so many receipts; the others are then anywhere in the server."""
    while any(phone.poll() is None for phone in phones):
        if sum(path.read_text().count("\n") for path in said if path.exists()) >= wanted:
            return


def test_kill_9_loses_nothing_that_was_acknowledged(database, tmp_path):
    with transaction() as session:
        makers.divisions(session)
        makers.form(session)
        home = makers.household(session)
        actors = [makers.user(session, token=f"phone{number}") for number in range(PHONES)]
    server = ApiServer(tmp_path / "server.log")
    server.start()
    said = [tmp_path / f"said{number}" for number in range(PHONES)]
    phones = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.sync.storm", server.url, f"phone{number}", str(actor.device_id), home.id,
             str(said[number]), str(ROUNDS)],
            cwd=ROOT,
        )
        for number, actor in enumerate(actors)
    ]  # fmt: skip
    chance = random.Random(7)
    try:
        for number in range(KILLS):
            wait_until_told(said, 10 * (1 + number * 3) + chance.randrange(10), phones)
            server.kill()
            server.start()
        for phone in phones:
            assert phone.wait(120) == 0
    finally:
        for phone in phones:
            phone.kill()
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
