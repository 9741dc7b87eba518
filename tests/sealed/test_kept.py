"""What came sealed and does not open: listed, opened again once a key is back, taken out as a file."""

import hashlib

import pytest
from sqlmodel import select

from app.accounts.rules import Role
from app.accounts.schemas import Actor
from app.crypto import SealBroken
from app.db import new_id, reading, transaction, utcnow
from app.errors import NotAllowed, NotFound
from app.keys import raw_point, to_text
from app.sealed import kept_service, service
from models.audit import AuditEntry
from models.devices import DeviceKey, SealedKept
from models.visits import Visit
from tests import makers
from tests.sealed.containers import Phone
from tests.test_permissions import ask

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def world() -> tuple[Phone, str, Actor]:
    with transaction() as session:
        makers.divisions(session)
        makers.form(session)
        actor, home = makers.user(session), makers.household(session).id
        admin = makers.user(session, Role.ADMIN, (), token="admin")
    return Phone(actor), home, admin


def visit(home: str) -> dict:
    return makers.command("visit", makers.visit(home))


def kept(admin: Actor) -> kept_service.KeptPage:
    with reading() as session:
        return kept_service.list_kept(session, admin)


def log(action: str) -> list[tuple]:
    with reading() as session:
        rows = session.exec(select(AuditEntry).where(AuditEntry.action == action)).all()
        return [(row.actor_id, row.after) for row in rows]


def test_the_list_says_when_whose_and_why(world: tuple[Phone, str, Actor]) -> None:
    phone, home, admin = world
    torn = bytearray(phone.command(visit(home)))
    torn[-1] ^= 1
    service.take(bytes(torn))
    service.take(bytes(torn))
    (row,) = kept(admin).rows
    assert row.who.startswith(phone.actor.name)
    assert row.device.endswith((phone.actor.device_id or "")[-6:])
    assert (row.kind, row.why, row.times) == ("一条记录", kept_service.WHY["seal_broken"], 2)
    for role in set(Role) - {Role.ADMIN}:
        with transaction() as session:
            other = makers.user(session, role, ("349927",))
        with pytest.raises(NotAllowed):
            kept(other)
        with pytest.raises(NotAllowed):
            kept_service.retry(other, row.sum, utcnow())


def test_it_is_taken_in_once_the_phones_key_is_back(world: tuple[Phone, str, Actor]) -> None:
    phone, home, admin = world
    lost = Phone(phone.actor, enrolled=False)
    service.take(lost.command(visit(home)))
    name = kept(admin).rows[0].sum
    assert kept_service.retry(admin, name, utcnow()) == service.WORDS["wrong_signature"]
    assert kept(admin).rows[0].times == 1, "trying is not coming"
    with transaction() as session:
        row = session.exec(select(DeviceKey)).one()
        row.public_key = to_text(raw_point(lost.key.public_key()))
    assert kept_service.retry(admin, name, utcnow()) == kept_service.CAME_OF_IT["stored"]
    with reading() as session:
        assert session.exec(select(Visit.author_id)).all() == [phone.actor.id]
    assert kept(admin).rows == []
    assert [(who, after["came"]) for who, after in log("sealed.retried")] == [
        (admin.id, "wrong_signature"), (admin.id, "stored"),
    ]  # fmt: skip
    with pytest.raises(NotFound):
        kept_service.retry(admin, name, utcnow())


def test_it_is_taken_in_once_the_countys_key_is_back(
    world: tuple[Phone, str, Actor], monkeypatch: pytest.MonkeyPatch
) -> None:
    phone, home, admin = world
    command = visit(home)

    def closed(*_: object) -> bytes:
        raise SealBroken

    with monkeypatch.context() as away:
        away.setattr(service, "open_sealed", closed)
        service.take(phone.command(command))
        name = kept(admin).rows[0].sum
        assert kept_service.retry(admin, name, utcnow()) == service.WORDS["seal_broken"]
    service.take(phone.command(command))
    assert kept_service.retry(admin, name, utcnow()) == kept_service.CAME_OF_IT["duplicate"], "it had come again since"
    with reading() as session:
        assert len(session.exec(select(Visit)).all()) == 1


def test_the_file_is_what_came_and_taking_it_is_written_down(world: tuple[Phone, str, Actor]) -> None:
    phone, _, admin = world
    false = phone.seal("command", new_id(), b"{}", digest="0" * 64)
    service.take(false)
    name = hashlib.sha256(false).hexdigest()
    answer = ask("GET", f"/sealed/{name}", "admin")
    assert (answer.status_code, answer.content) == (200, false)
    assert answer.headers["content-disposition"].startswith("attachment")
    assert [(who, after["sum"]) for who, after in log("sealed.exported")] == [(admin.id, name)]
    with reading() as session:
        assert len(session.exec(select(SealedKept)).all()) == 1, "taking a copy takes nothing away"
    assert ask("GET", f"/sealed/{'0' * 64}", "admin").status_code == 404
    assert ask("GET", "/sealed/none", "admin").status_code == 404
