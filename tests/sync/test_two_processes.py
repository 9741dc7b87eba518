"""Positions are given in the order of commits: a reader that goes forward only misses nothing, whoever writes."""

import json
import subprocess
import sys

from sqlmodel import select

from app.db import reading, transaction
from models.sync import Command
from models.visits import Visit
from tests import makers
from tests.api_server import ROOT, ApiServer

ROUNDS = 5


def test_two_servers_and_a_reader_that_only_goes_forward(database, tmp_path):
    with transaction() as session:
        makers.divisions(session)
        makers.form(session)
        home = makers.household(session)
        actors = [makers.user(session, token=f"phone{number}") for number in range(4)]
    servers = [ApiServer(tmp_path / f"server{number}.log") for number in range(2)]
    for server in servers:
        server.start()
    wanted = len(actors) * ROUNDS * 10
    reader = subprocess.Popen(
        [sys.executable, "-m", "tests.sync.feed_reader", str(wanted), "90"], cwd=ROOT, stdout=subprocess.PIPE
    )
    phones = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.sync.storm", servers[number % 2].url, f"phone{number}", str(actor.device_id),
             home.id, str(tmp_path / f"said{number}"), str(ROUNDS)],
            cwd=ROOT,
        )
        for number, actor in enumerate(actors)
    ]  # fmt: skip
    try:
        assert [phone.wait(90) for phone in phones] == [0] * 4
        seen = json.loads(reader.communicate(timeout=100)[0])
    finally:
        for process in (*phones, reader):
            process.kill()
        for server in servers:
            server.kill()
    with reading() as session:
        assert set(seen) == set(session.exec(select(Visit.id)).all())
        numbers = session.exec(select(Command.seq)).all()
        assert len(set(numbers)) == len(numbers) == wanted
