"""Many rows through one statement: the same rows as through SQLAlchemy, on both databases."""

from datetime import date

import pytest
from sqlalchemy import bindparam, insert, select, update

from app.bulk import Bulk
from app.db import new_id, transaction, utcnow
from models.audit import AuditEntry
from models.households import Contact
from tests import makers

ENTRIES = Bulk(insert(AuditEntry.__table__))
CONTACTS = Bulk(insert(Contact.__table__))
TABLE = Contact.__table__
RENAMED = Bulk(
    update(TABLE).where(TABLE.c.id == bindparam("b_id")).values(phone=bindparam("b_phone"), version=TABLE.c.version + 1)
)


def _entry(number: int, **more):
    return {
        "at": utcnow(), "actor_id": None, "action": "test.bulk", "subject_type": "test", "subject_id": str(number),
        "before": None, "after": {"n": number, "words": "䶮𠮷"},
    } | more  # fmt: skip


def test_moments_json_and_nothing_come_back_as_they_were(database):
    rows = [_entry(1), _entry(2, after=None)]
    with transaction() as session:
        ENTRIES.write(session, rows)
        found = session.scalars(select(AuditEntry).order_by(AuditEntry.subject_id)).all()
    assert [(one.at, one.before, one.after) for one in found] == [(row["at"], None, row["after"]) for row in rows]
    assert all(one.id for one in found)


def test_sealed_fields_are_sealed_and_a_fixed_value_of_the_statement_holds(database):
    with transaction() as session:
        makers.divisions(session)
        person = makers.person(session, makers.household(session))
        row = {"id": new_id(), "person_id": person.id, "kind": "emergency", "name": "王芳", "relation": None,
               "phone": "13800000000", "place": None, "rank": 1, "confirmed_on": None, "confirmed_by": None,
               "updated_at": utcnow(), "source_visit_id": None, "version": 1}  # fmt: skip
        CONTACTS.write(session, [row])
        RENAMED.write(session, [{"b_id": row["id"], "b_phone": "13900000000"}])
        kept = session.connection().exec_driver_sql("SELECT phone FROM contact").scalar()
        found = session.scalars(select(Contact)).one()
        assert b"139" not in bytes(kept)
        assert (found.phone, found.name, found.version) == ("13900000000", "王芳", 2)


def test_days_that_many_rows_share_come_back_and_equal_numbers_are_sealed_each_for_itself(database):
    days = [date(2026, 9, 1), None, date(2026, 9, 1)]
    with transaction() as session:
        makers.divisions(session)
        person = makers.person(session, makers.household(session))
        CONTACTS.write(session, [
            {"id": new_id(), "person_id": person.id, "kind": "emergency", "name": "王芳", "relation": None,
             "phone": "13800000000", "place": None, "rank": rank, "confirmed_on": day, "confirmed_by": None,
             "updated_at": utcnow(), "source_visit_id": None, "version": 1}
            for rank, day in enumerate(days)
        ])  # fmt: skip
        kept = session.connection().exec_driver_sql("SELECT phone FROM contact").scalars().all()
        found = session.scalars(select(Contact).order_by(Contact.rank)).all()
        assert len({bytes(one) for one in kept}) == len(days)
        assert [(one.phone, one.confirmed_on) for one in found] == [("13800000000", day) for day in days]


def test_no_rows_are_no_statement(database):
    with transaction() as session:
        ENTRIES.write(session, [])
        assert session.scalars(select(AuditEntry)).all() == []


def test_a_row_that_lacks_a_column_of_the_first_is_refused(database):
    short = _entry(2)
    del short["after"]
    with transaction() as session, pytest.raises(KeyError):
        ENTRIES.write(session, [_entry(1), short])
