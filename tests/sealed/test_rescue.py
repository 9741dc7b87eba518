"""A rescue file is taken in by command and by the office, however often; each item counts once."""

import json
from pathlib import Path

import pytest
from sqlmodel import select
from typer.testing import CliRunner

from app.accounts.rules import Role
from app.cli import cli
from app.db import new_id, reading, transaction
from app.sealed.rescue_service import rescue
from models.visits import Visit
from tests import makers
from tests.photos.pictures import encoded, scene
from tests.sealed.containers import Phone
from tests.test_permissions import ask

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def file(home: Path, tmp_path: Path) -> Path:
    """A visit, a picture, something torn, and a visit of a phone that is not known."""
    with transaction() as session:
        makers.divisions(session)
        makers.form(session)
        actor, other = makers.user(session), makers.user(session)
        where = makers.household(session).id
        makers.user(session, Role.TOWN_CLERK, (makers.TOWN,), token="clerk")
    phone, stranger = Phone(actor), Phone(other, enrolled=False)
    path = tmp_path / "ruhutong-20261127-1500.rht"
    parts = [
        phone.command(makers.command("visit", makers.visit(where))),
        phone.photo(encoded(scene(1, (320, 240)))),
        phone.seal("command", new_id(), b"{}", digest="0" * 64),
        stranger.command(makers.command("visit", makers.visit(where))),
    ]
    path.write_bytes(b"".join(parts))
    return path


def test_the_command_line_takes_it_in_however_often(file: Path) -> None:
    for status in ("stored", "duplicate"):
        done = CliRunner().invoke(cli, ["rescue", str(file), "--json"])
        assert done.exit_code == 0, done.output
        told = json.loads(done.stdout)
        found = [receipt["status"] for receipt in told["receipts"]]
        assert found == [status, status, "rejected", "refused"]
    with reading() as session:
        assert len(session.exec(select(Visit)).all()) == 1


def test_the_office_takes_it_in_and_says_so(file: Path) -> None:
    answer = ask("POST", "/rescue?name=a.rht", "clerk", content=file.read_bytes())
    assert answer.status_code == 201, answer.text
    assert answer.json()["words"].startswith("文件里有 4 件：收到 2")
    assert ask("POST", "/rescue?name=a.rht", "clerk", content=b"PK").json()["error"]["code"] == "bad_sealed"


def test_a_file_of_strangers_alone_is_told_by_receipts(home: Path) -> None:
    with transaction() as session:
        makers.divisions(session)
        actor = makers.user(session)
    stranger = Phone(actor, enrolled=False)
    assert rescue(stranger.photo(b"x")).counts == {"refused": 1}
