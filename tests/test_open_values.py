"""What lay open in columns of free form is sealed: by the migration, by what is written since, by a new key."""

import json
from typing import Any

import pytest
from alembic import command
from sqlalchemy import text
from sqlmodel import select

from app import crypto, crypto_rotation
from app.accounts.rules import Role
from app.config import settings
from app.db import alembic_config, engine, reading, transaction
from app.households import history_service, service
from app.households.schemas import HouseholdIn, PersonIn
from app.households.undo_service import Done, undo
from models.audit import AuditEntry
from models.households import Household, Person
from models.sync import Quarantine
from tests import makers

SECRET = "十三岁就做了手术"
BEFORE = "0020"
PLAIN = {
    "household": "INSERT INTO household (id, code, name, division, extra, ledger, created_at, updated_at, version)"
    " VALUES (:id, :id, '王', '349927101201', :said, '{}', :at, :at, 1)",
    "person": "INSERT INTO person (id, household_id, division, name, pinyin, initials, sex, is_head, ledger, extra,"
    " created_at, updated_at, version) VALUES (:id, 'h0', '349927101201', '王', 'wang', 'w', 1, :no, '{}', :said,"
    " :at, :at, 1)",
    "quarantine": "INSERT INTO quarantine (author_id, device_id, raw_sha256, raw, errors, times, received_at)"
    " VALUES ('a', 'd', :id, :raw, :said, 1, :at)",
}


def _raw(query: str) -> list[Any]:
    with engine().connect() as connection:
        return [bytes(row[0]) if not isinstance(row[0], str) else row[0].encode() for row in
                connection.execute(text(query))]  # fmt: skip


def _fill() -> None:
    extra, errors = {"备注": SECRET, "空": None}, [{"path": "", "code": "x", "message": SECRET}]
    with transaction() as session:
        for table, statement in PLAIN.items():
            for number in range(3):
                said = errors if table == "quarantine" else extra if number else {}
                session.execute(text(statement), {
                    "id": f"{table[0]}{number}", "said": json.dumps(said, ensure_ascii=False), "no": False,
                    "at": "2026-01-01 00:00:00.000000+00:00", "raw": crypto.ready().seal("{}", "quarantine.raw"),
                } )  # fmt: skip


def test_the_migration_seals_what_lay_open_and_opens_it_on_the_way_back(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    command.downgrade(alembic_config(), BEFORE)
    _fill()
    command.upgrade(alembic_config(), "head")
    with reading() as session:
        assert [one.extra for one in session.exec(select(Household).order_by(Household.id))] == [
            {}, {"备注": SECRET, "空": None}, {"备注": SECRET, "空": None},
        ]  # fmt: skip
        assert [one.extra["备注"] for one in session.exec(select(Person)) if one.extra] == [SECRET] * 2
        assert {one.errors[0]["message"] for one in session.exec(select(Quarantine))} == {SECRET}
    for query in ("SELECT extra FROM household", "SELECT extra FROM person", "SELECT errors FROM quarantine"):
        kept = _raw(query)
        assert len(kept) == 3
        assert all(crypto.ready().key_of(one) == crypto.ready().current for one in kept)
        assert not any(SECRET.encode() in one for one in kept)
    if database == "sqlite":
        engine().dispose()
        assert not (settings().home / "ruhutong.db-wal").exists(), "all of it in one file"
        assert SECRET.encode() not in (settings().home / "ruhutong.db").read_bytes()
    command.downgrade(alembic_config(), BEFORE)
    assert {json.loads(one)[0]["message"] for one in _raw("SELECT CAST(errors AS TEXT) FROM quarantine")} == {SECRET}
    command.upgrade(alembic_config(), "head")


def test_many_rows_are_sealed_in_batches(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    command.downgrade(alembic_config(), BEFORE)
    with transaction() as session:
        for number in range(2100):
            session.execute(text(PLAIN["household"]), {
                "id": f"h{number:04}", "said": json.dumps({"n": number}), "at": "2026-01-01 00:00:00.000000+00:00",
            })  # fmt: skip
    command.upgrade(alembic_config(), "head")
    with reading() as session:
        rows = session.exec(select(Household)).all()
    assert {row.extra["n"] for row in rows} == set(range(2100))


def test_a_new_key_takes_them_along(database: str) -> None:
    with transaction() as session:
        makers.divisions(session)
        home = makers.household(session)
        home.extra = {"备注": SECRET}
        makers.person(session, home, extra={"备注": SECRET})
    found = {f"{table.name}.{name}" for table, names in crypto_rotation.sealed_columns() for name in names}
    assert found >= {"household.extra", "person.extra", "quarantine.errors"}
    report = crypto_rotation.rotate()
    assert (report["sealed"]["household.extra"], report["sealed"]["person.extra"]) == (1, 1)
    with reading() as session:
        assert session.exec(select(Person)).one().extra == {"备注": SECRET}


def test_neither_the_log_nor_what_an_import_can_undo_says_it(database: str) -> None:
    with transaction() as session:
        makers.divisions(session)
        clerk = makers.user(session, Role.TOWN_CLERK, (makers.TOWN,))
        service.upsert_households(session, clerk, [HouseholdIn(code="H1", name="王", division=makers.VILLAGE)])
        first = PersonIn(household_code="H1", name="王小", extra={"备注": SECRET, "组长": "甲"})
        made = service.upsert_people(session, clerk, [first])
    with transaction() as session:
        again = first.model_copy(update={"extra": {"备注": "另一句", "新栏": SECRET}})
        done = service.upsert_people(session, clerk, [again])
    before = done.changed[made.ids[0]]
    assert SECRET not in json.dumps(before, ensure_ascii=False)
    with reading() as session:
        log = session.exec(select(AuditEntry)).all()
        assert SECRET not in json.dumps([(row.before, row.after) for row in log], ensure_ascii=False)
        assert [row.after["extra"] for row in log if row.action == "person.changed"] == [["备注", "新栏"]]
        home = session.exec(select(Household)).one()
        (line, *_) = history_service.history(session, clerk, home.id, service.today()).rows
        assert [(one.name, one.before, one.after) for one in line.changes] == [("表里别的栏", "备注", "备注、新栏")]
    with transaction() as session:
        undo(session, clerk, [Done("person", made.ids[0], before, done.versions[made.ids[0]])])
    with reading() as session:
        assert session.exec(select(Person)).one().extra == {"备注": SECRET, "组长": "甲"}
