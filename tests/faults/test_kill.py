"""`kill -9` of server, worker and database while phones push and upload: nothing acknowledged is lost or doubled."""

import contextlib
import os
import signal
import subprocess
import sys

import psutil
from sqlmodel import func, select

from app.db import reading, utcnow
from app.jobs import GRACE, sweep
from models.photos import Photo
from tests.api_server import ROOT, ApiServer
from tests.faults import stage

ROUNDS, KILLS = 6, 2


def test_the_server(database, tmp_path):
    place = stage.county()
    server = ApiServer(tmp_path / "server.log")
    server.start()
    try:
        with stage.storm(place, [server.url], tmp_path, ROUNDS) as storm:
            for number in range(KILLS):
                storm.wait_for(7 + number)
                server.kill()
                server.start()
            told = storm.finish()
    finally:
        server.kill()
    assert len(told.visits) == len(told.photos) == 2 * ROUNDS * 4
    stage.check(told)


def test_the_database(on_own_postgres, tmp_path):
    place = stage.county()
    server = ApiServer(tmp_path / "server.log")
    server.start()
    try:
        with stage.storm(place, [server.url], tmp_path, ROUNDS) as storm:
            for number in range(KILLS):
                storm.wait_for(7 + number)
                on_own_postgres.kill()
                storm.wait_for_refusal("unavailable")
                on_own_postgres.start()
            told = storm.finish()
    finally:
        server.kill()
    assert len(told.visits) == len(told.photos) == 2 * ROUNDS * 4
    assert {(status, code) for status, code, _, _ in told.refusals} == {("503", "unavailable")}
    stage.check(told)


def worker(log) -> subprocess.Popen[bytes]:
    with log.open("ab") as words:
        return subprocess.Popen(
            [sys.executable, "-m", "app.jobs"], cwd=ROOT, stdin=subprocess.DEVNULL, stdout=words, stderr=words,
            start_new_session=True,
        )  # fmt: skip


def looked_at() -> int:
    with reading() as session:
        return session.scalar(select(func.count()).select_from(Photo).where(Photo.state == "processed")) or 0


def test_the_worker(home, tmp_path):
    """A picture that was in its hands is looked at by the next; what it left is found, and no decoder stays behind."""
    place = stage.county()
    server = ApiServer(tmp_path / "server.log")
    server.start()
    hand = worker(tmp_path / "worker.log")
    try:
        with stage.storm(place, [server.url], tmp_path, ROUNDS) as storm:
            for _ in range(KILLS):
                before = looked_at()
                stage.until("pictures are looked at", lambda before=before: looked_at() > before)
                family = [*psutil.Process(hand.pid).children(recursive=True)]
                os.kill(hand.pid, signal.SIGKILL)
                hand.wait()
                _, alive = psutil.wait_procs(family, 20)
                assert not alive, "a decoder outlived its worker"
                hand = worker(tmp_path / "worker.log")
            told = storm.finish()
        sweep(utcnow() + 2 * GRACE)
        stage.until("every picture is looked at", lambda: looked_at() == len(told.photos))
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(hand.pid, signal.SIGKILL)
        hand.wait()
        server.kill()
    assert len(told.photos) == 2 * ROUNDS * 4
    stage.check(told)
