"""Key files: closed to others, listed without their contents, each rotated so that old data stay readable."""

import json
import os

import pytest
from sqlalchemy import select
from typer.testing import CliRunner

from app import crypto, crypto_rotation, key_care, key_rotation, keys
from app.cli import cli
from app.config import settings
from app.db import new_id, reading, transaction, utcnow
from app.errors import AppError, BadInput, Conflict
from models.feed import FeedRow
from models.households import Person
from models.pairing import Official
from tests import makers

pytestmark = pytest.mark.usefixtures("home")
NUMBER, PHONE = "34992719400101001X", "16166798147"


def people(count: int) -> None:
    with transaction() as session:
        makers.divisions(session)
        home = makers.household(session)
        for number in range(count):
            makers.person(session, home, f"人{number}", id_number=NUMBER, phone=PHONE,
                          id_index=crypto.index(NUMBER, "person.id_number"),
                          phone_index=crypto.index(PHONE, "person.phone"))  # fmt: skip
        makers.person(session, home, "没有号的")


def found() -> int:
    with reading() as session:
        here = Person.id_index == crypto.index(NUMBER, "person.id_number")
        there = Person.phone_index == crypto.index(PHONE, "person.phone")
        return len(session.scalars(select(Person).where(here, there)).all())


def test_a_key_that_stood_open_is_closed_and_told(capsys):
    crypto.ready()
    path = settings().keys / "field-00000001.key"
    path.chmod(0o644)
    assert key_care.check(settings().keys) == [path.name]
    assert path.stat().st_mode & 0o777 == 0o600
    assert key_care.check(settings().keys) == []


def test_a_key_that_is_not_ours_to_close_stops_the_start(monkeypatch):
    crypto.ready()
    (settings().keys / "field-00000001.key").chmod(0o644)
    monkeypatch.setattr(os, "geteuid", lambda: 54321)
    with pytest.raises(AppError, match="chmod 600"):
        key_care.check(settings().keys)


def test_the_list_shows_no_key():
    crypto.ready()
    keys.make_county_key(settings().keys)
    keys.make_receipt_key(settings().keys)
    said = CliRunner().invoke(cli, ["keys", "list", "--json"]).stdout
    shown = json.loads(said)
    assert {one["purpose"] for one in shown} == {"field", "index", "county", "receipt"}
    assert all(set(one) == {"purpose", "id", "made", "current", "what"} for one in shown)
    for path in settings().keys.glob("*.key"):
        raw = path.read_bytes()
        assert raw.hex() not in said
        assert keys.to_text(raw) not in said


def test_people_are_found_after_the_index_has_a_new_key(database):
    people(7)
    before = crypto.index(NUMBER, "person.id_number")
    report = crypto_rotation.reindex(batch=3)
    assert report == {"key": "00000002", "indexed": 7}
    assert crypto.index(NUMBER, "person.id_number") != before
    assert found() == 7
    assert crypto_rotation.reindex(new_key=False)["indexed"] == 0


def test_a_number_kept_with_a_dash_is_found_after_the_index_has_a_new_key(database):
    with transaction() as session:
        session.add(Official(id=new_id(), name="钱进", phone="0556-7356664", phone_index="old", created_at=utcnow(),
                             updated_at=utcnow()))  # fmt: skip
    assert crypto_rotation.reindex()["indexed"] == 1
    with reading() as session:
        assert session.scalars(select(Official.phone_index)).one() == crypto.index("05567356664", "person.phone")


def test_an_index_that_was_broken_off_stops_the_start_and_goes_on(monkeypatch):
    people(7)
    real, calls = crypto_rotation._reindex, []

    def breaks(rows):
        calls.append(rows)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return real(rows)

    monkeypatch.setattr(crypto_rotation, "_reindex", breaks)
    with pytest.raises(KeyboardInterrupt):
        crypto_rotation.reindex(batch=3)
    with pytest.raises(AppError, match="keys rotate --purpose index"):
        key_care.check(settings().keys)
    monkeypatch.setattr(crypto_rotation, "_reindex", real)
    assert crypto_rotation.reindex(batch=3) == {"key": "00000002", "indexed": 4}
    assert found() == 7
    assert key_care.check(settings().keys) == []


def test_the_index_waits_until_nothing_is_served():
    with key_care.lock(alone=False), pytest.raises(Conflict), key_care.lock(alone=True):
        pass
    assert key_rotation.rotate("index")["indexed"] == 0


def test_what_was_sealed_to_the_county_before_stays_open_and_phones_hear_of_the_new_key():
    before = keys.county_key()
    made = key_rotation.rotate("county")["key"]
    assert made > before.kid
    assert keys.county_key().kid == made
    assert keys._read(keys._path(settings().keys, before.kid)).public == before.public
    with reading() as session:
        rows = session.scalars(select(FeedRow.row_id).where(FeedRow.type == "setting")).all()
    assert "county_key" in rows


def test_what_was_signed_before_stays_right():
    old, signature = keys.receipt_keys().sign(b"head")
    made = key_rotation.rotate("receipt")["key"]
    present = keys.receipt_keys()
    assert made > old
    assert present.current == made
    assert keys.right(present.public(old), signature, b"head")
    assert present.sign(b"next")[0] == made


def test_there_is_no_other_purpose():
    with pytest.raises(BadInput):
        key_rotation.rotate("everything")
