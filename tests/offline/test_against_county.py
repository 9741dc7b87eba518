"""The phone engine against the real county over a bad line, the server killed in the middle: all there, once."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from sqlmodel import select

from app.db import reading, transaction
from models.accounts import User
from models.photos import PhotoUpload
from models.visits import Visit
from tests import makers
from tests.api_server import ApiServer
from tests.offline.packages import ENVIRONMENT, FOLDER, NODE, install
from tests.photos.pictures import encoded, scene

VISITS = 6
PASSWORD = "山里的路-18"


@pytest.fixture
def server(home: Path, tmp_path: Path) -> Iterator[ApiServer]:
    """A county with one village and one home, served."""
    one = ApiServer(tmp_path / "server.log")
    yield one
    one.kill()


def _village() -> tuple[str, str, str]:
    with transaction() as session:
        makers.divisions(session)
        makers.form(session)
        actor = makers.user(session)
        row = session.get(User, actor.id)
        assert row is not None
        row.password_hash = PasswordHasher().hash(PASSWORD)
        session.add(row)
        return actor.id, row.username, makers.household(session).id


@pytest.mark.parametrize("seed", [1])
def test_all_arrives_once_over_a_bad_line(server: ApiServer, tmp_path: Path, seed: int) -> None:
    """Whole visits with their pictures, a refusal with its sentence, and what waits for a home that is not known."""
    install()
    actor_id, username, household_id = _village()
    folder = tmp_path / "pictures"
    folder.mkdir()
    for number in range(VISITS):
        (folder / f"{number}.jpg").write_bytes(encoded(scene(number, (1200, 900))))
    server.start()
    phone = subprocess.Popen(
        [str(NODE), "--import", "./hooks.mjs", "against.mjs", server.url, username, PASSWORD, str(folder), household_id,
         str(seed)],
        cwd=FOLDER, env=ENVIRONMENT, stdout=subprocess.PIPE, text=True, encoding="utf-8",
    )  # fmt: skip
    assert phone.stdout is not None
    lines = [phone.stdout.readline() for _ in range(3)]
    server.kill()
    server.start()
    rest, _ = phone.communicate(timeout=180)
    assert phone.returncode == 0, lines
    told = json.loads(rest.splitlines()[-1])
    assert told["counts"] == {"outbox": 0, "all": 1, "fix": 1, "stuck": 0}
    assert told["wrong"] == "fix"
    assert told["sentence"]
    assert told["missing"] == "held"
    assert sorted(told["home"]["visits"]) == [[one, False] for one in sorted(told["saved"])]
    with reading() as session:
        visits = session.exec(select(Visit).where(Visit.author_id == actor_id)).all()
        assert sorted(visit.id for visit in visits) == sorted(told["saved"])
        assert all(visit.answers == {"house": {"water": "䶮𠮷 井水"}} for visit in visits)
        assert len(session.exec(select(PhotoUpload).where(PhotoUpload.user_id == actor_id)).all()) == VISITS
