"""The drill: a busy county is backed up, put back elsewhere, and holds all that it had acknowledged by then."""

import subprocess
import sys

from sqlmodel import func, select

from app.db import reading, transaction
from models.audit import AuditEntry
from models.feed import Epoch
from models.visits import Visit
from tests.api_server import ApiServer
from tests.faults import stage

ROUNDS = 400
"""More than there is time for: the county is busy until it is put an end to."""
BUSY = 12


def ruhutong(*words: object) -> subprocess.CompletedProcess[bytes]:
    program = [sys.executable, "-c", "from app.cli import main; main()"]
    return subprocess.run([*program, *map(str, words)], capture_output=True)


def test_a_busy_county_is_backed_up_and_put_back(database, move, tmp_path):
    place = stage.county()
    with transaction() as session:
        session.add(Epoch(id="before", number=1))
    server = ApiServer(tmp_path / "server.log")
    server.start()
    try:
        with stage.storm(place, [server.url], tmp_path, ROUNDS) as storm:
            storm.wait_for(BUSY)
            before = storm.told()
            made = ruhutong("backup", tmp_path / "backups", "--keys", tmp_path / "keys")
            during = storm.told().lines - before.lines
            storm.wait_for(BUSY)
            assert not storm.over(), "the county was busy throughout"
    finally:
        server.kill()
    after = storm.told()
    assert made.returncode == 0, made.stderr.decode()
    assert during > 0, "nothing came in while the backup was made"

    move()
    put = ruhutong("restore", tmp_path / "backups", "--keys", tmp_path / "keys")
    assert put.returncode == 0, put.stderr.decode()
    checked = ruhutong("verify", "--json")
    assert checked.returncode == 0, checked.stdout.decode()
    stage.check(before)
    with reading() as session:
        visits = session.scalar(select(func.count()).select_from(Visit))
        assert len(before.visits) <= visits < len(after.visits)
        assert len(session.exec(select(Epoch.id)).all()) == 2
        acts = session.exec(select(AuditEntry.action).where(AuditEntry.subject_type == "backup")).all()
        assert acts == ["backup.restored"], "the backup itself was noted after its moment"
