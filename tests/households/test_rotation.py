"""A new key seals everything anew; what was sealed before stays readable throughout."""

import pytest
from sqlalchemy import select, text

from app import crypto, crypto_rotation
from app.config import settings
from app.db import new_id, reading, transaction, utcnow
from models.households import Contact, Household, Person
from tests import makers


def _people(count):
    with transaction() as session:
        makers.divisions(session)
        home = makers.household(session)
        for number in range(count):
            row = makers.person(session, home, id_number=f"3499271940010100{number:02}", phone="16166798147")
            session.add(Contact(id=new_id(), person_id=row.id, kind="carer", name="王", phone="15400000001",
                                updated_at=utcnow()))  # fmt: skip


def _key_ids():
    with reading() as session:
        raw = session.execute(text("SELECT id_number FROM person UNION ALL SELECT phone FROM contact")).scalars()
        return {crypto.ready().key_of(bytes(value)) for value in raw}


def test_every_sealed_field_gets_the_new_key(database):
    _people(7)
    report = crypto_rotation.rotate(batch=3)
    assert report["sealed"]["person.id_number"] == report["sealed"]["contact.phone"] == 7
    assert _key_ids() == {report["key"]} == {"00000002"}
    with reading() as session:
        assert set(session.scalars(select(Person.phone))) == {"16166798147"}
        assert session.scalars(select(Household.name)).one() == "王国庆"


def test_a_rotation_that_was_broken_off_goes_on(database):
    _people(2)
    crypto.add_key(settings().keys)
    first = crypto_rotation.rotate(new_key=False)
    assert first["sealed"]["person.phone"] == 2
    assert crypto_rotation.rotate(new_key=False)["sealed"]["person.phone"] == 0


def test_every_sealed_column_is_covered():
    found = {f"{table.name}.{name}" for table, names in crypto_rotation.sealed_columns() for name in names}
    assert found >= {"person.id_number", "person.phone", "person.bank_account", "contact.phone", "user.phone"}


def test_a_process_at_work_meets_the_new_key(home):
    folder = home / "keys"
    at_work = crypto.load(folder)
    sealed_before = at_work.seal("一", "x")
    key_id = crypto.add_key(folder)
    elsewhere = crypto.load(folder).seal("二", "x")
    assert at_work.open(elsewhere, "x") == "二"
    assert at_work.open(sealed_before, "x") == "一"
    assert at_work.key_of(at_work.seal("三", "x")) == key_id
    with pytest.raises(crypto.KeyMissing):
        at_work.open(bytes([1, 0, 0, 0, 99]) + bytes(40), "x")
