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
from tests.faults.stage import PATIENCE
from tests.sync.storm import storm

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
    said = [tmp_path / f"said{number}" for number in range(len(actors))]
    devices = [str(one.device_id) for one in actors]
    try:
        with storm([one.url for one in servers], devices, home.id, said, ROUNDS) as phones:
            for phone in phones:
                phone.result(PATIENCE)
        seen = json.loads(reader.communicate(timeout=PATIENCE)[0])
    finally:
        reader.kill()
        for server in servers:
            server.kill()
    with reading() as session:
        assert set(seen) == set(session.exec(select(Visit.id)).all())
        numbers = session.exec(select(Command.seq)).all()
        assert len(set(numbers)) == len(numbers) == wanted
