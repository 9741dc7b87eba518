"""Whatever is done to the record past the program is found and named; whatever the program does is no alarm."""

import json
import shutil

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Boolean, DateTime, Float, Integer, LargeBinary, insert, select, text, update
from typer.testing import CliRunner

from app.cli import cli
from app.config import settings as home_settings
from app.db import engine, is_sqlite, reading, transaction
from app.evidence import verify_service
from app.evidence.tables import LOGGED, WATCHED
from app.photos import store
from models.base import Moment, Sealed
from models.visits import Visit
from tests import makers
from tests.conftest import clear_caches
from tests.evidence.busy import live, tamper
from tests.sync.pushing import push

TABLES = [*WATCHED.values(), LOGGED]


@pytest.fixture
def busy(database):
    """A county in which everything has happened."""
    live()
    return database


def problems(**how):
    return {(one.kind, one.id) for one in verify_service.verify(**how).problems}


def name_of(watched, row):
    kind = "audit" if watched is LOGGED else watched.type
    return kind, str(row["id"]) if watched is LOGGED else watched.subject(row)


def rows_of(watched):
    with engine().connect() as connection:
        sqlite = is_sqlite(engine())
        found = connection.execute(watched.query(sqlite).order_by(*watched.in_order(sqlite)))
        return [dict(one) for one in watched.rows(found, sqlite)]


def test_whatever_the_program_does_is_no_alarm(busy):
    found = verify_service.verify(every_signature=True)
    assert found.problems == []
    assert all(rows_of(watched) for watched in TABLES), "a table that stays empty proves nothing"
    assert found.photos == 2
    assert found.taken_over == 0


def test_every_column_of_every_row_is_under_the_chain(busy):
    """One column after the other of the first row of each table, in the same way: each is found and named."""
    for watched in TABLES:
        row = rows_of(watched)[0]
        for column in watched.table.columns:
            if column.name not in (*watched.keys, "id"):
                assert name_of(watched, row) in _tampered(watched, row, column), f"{watched.type}.{column.name}"


def _tampered(watched, row, column):
    """Change one column, look, and put it back."""
    here = [watched.table.c[name] == row[name] for name in watched.keys]
    with engine().connect() as connection:
        raw = connection.execute(text(_raw(watched, column, row))).scalar()
    other = _other(column, raw)
    change = f'UPDATE {watched.type} SET "{column.name}" = :value WHERE {_where(watched, row)}'
    if not is_sqlite(engine()) and "JSON" in str(column.type):
        change = change.replace(":value", "CAST(:value AS jsonb)")
        raw = None if raw is None else json.dumps(raw)
    assert here
    tamper(lambda connection: connection.execute(text(change), {"value": other}))
    found = problems(photos=False)
    tamper(lambda connection: connection.execute(text(change), {"value": raw}))
    return found


def _where(watched, row):
    return " AND ".join(f"\"{name}\" = '{row[name]}'" if name != "id" or isinstance(row[name], str)
                        else f'"{name}" = {row[name]}' for name in watched.keys)  # fmt: skip


def _raw(watched, column, row):
    return f'SELECT "{column.name}" FROM {watched.type} WHERE {_where(watched, row)}'


def _other(column, raw):
    if isinstance(column.type, Sealed | LargeBinary):
        return bytes(raw)[:-1] + bytes([bytes(raw)[-1] ^ 1]) if raw else b"x" * 40
    if isinstance(column.type, Boolean):
        return not raw
    if isinstance(column.type, Moment | DateTime) or str(column.type) == "DATE":
        return "2001-02-03 04:05:06.000000" if str(column.type) != "DATE" else "2001-02-03"
    if isinstance(column.type, Integer | Float):
        return (raw or 0) + 1
    if "JSON" in str(column.type):
        return '["x"]'
    return "x" if raw != "x" else "y"


def test_a_row_removed_added_or_exchanged_is_named(busy):
    for watched in TABLES:
        rows = rows_of(watched)
        remove = f"DELETE FROM {watched.type} WHERE {_where(watched, rows[0])}"
        with engine().connect() as connection:
            kept = dict(
                connection.execute(select(watched.table).where(text(_where(watched, rows[0])))).mappings().one()
            )
        tamper(lambda connection, remove=remove: connection.execute(text(remove)))
        assert name_of(watched, rows[0]) in problems(photos=False), watched.type
        tamper(lambda connection, watched=watched, kept=kept: connection.execute(insert(watched.table), [kept]))
        assert problems(photos=False) == set(), watched.type
        again = kept | _another_key(watched, rows[-1])
        tamper(lambda connection, watched=watched, again=again: connection.execute(insert(watched.table), [again]))
        assert name_of(watched, again) in problems(photos=False), watched.type
        extra = f"DELETE FROM {watched.type} WHERE {_where(watched, again)}"
        tamper(lambda connection, extra=extra: connection.execute(text(extra)))


def _another_key(watched, last):
    if watched is LOGGED:
        return {"id": last["id"] + 1}
    more = {"quarantine": {"id": 1000}, "review": {"visit_id": makers.new_id()},
            "evidence_question": {"visit_id": makers.new_id()}}.get(watched.type, {})  # fmt: skip
    return {name: makers.new_id() if len(str(last[name])) == 36 else "f" * 64 for name in watched.keys} | more


def test_two_visits_exchanged_are_both_named(busy):
    with reading() as session:
        one, two = session.scalars(select(Visit.id).order_by(Visit.id).limit(2))
    table = Visit.__table__

    def swap(connection):
        for before, after in ((one, "x"), (two, one), ("x", two)):
            connection.execute(update(table).where(table.c.id == before).values(id=after))

    tamper(swap)
    assert {("visit", one), ("visit", two)} <= problems(photos=False)


def test_a_changed_visit_is_named_with_what_was_changed(busy):
    with reading() as session:
        visit = session.scalars(select(Visit.id).where(Visit.mode == "home")).first()
    tamper(lambda connection: connection.execute(text(f"UPDATE visit SET mode = 'video' WHERE id = '{visit}'")))
    [found] = verify_service.verify().problems
    assert (found.kind, found.id) == ("visit", visit)
    assert "怎么去的" in found.what


def test_one_byte_of_a_picture_or_a_missing_one(busy):
    paths = [path for path in home_settings().photos.rglob("*") if len(path.name) == 64]
    data = bytearray(paths[0].read_bytes())
    data[len(data) // 2] ^= 1
    paths[0].write_bytes(data)
    paths[1].unlink()
    assert problems() == {("photo", path.name) for path in paths}
    assert problems(photos=False) == set()
    assert store.local_path(paths[0].name) == paths[0]


def _entry(connection, n):
    return connection.execute(text(f"SELECT * FROM evidence_entry WHERE n = {n}")).mappings().one()


@pytest.mark.parametrize("column", ["kind", "type", "subject", "what", "at", "hash"])
def test_a_link_that_was_changed_is_named_by_its_number(busy, column):
    value = {"what": "X'00'", "hash": "X'00'", "at": "'2001-02-03 04:05:06.000000'"}.get(column, "'x'")
    value = value if is_sqlite(engine()) else value.replace("X'00'", "'\\x00'")
    tamper(lambda connection: connection.execute(text(f"UPDATE evidence_entry SET {column} = {value} WHERE n = 7")))
    assert ("chain", "7") in problems(photos=False)


def test_links_taken_out_exchanged_or_cut_off(busy):
    before = verify_service.verify(photos=False)
    head = (before.entries, before.head)
    tamper(lambda connection: connection.execute(text("DELETE FROM evidence_entry WHERE n = 5")))
    assert ("chain", "5") in problems(photos=False)
    tamper(lambda connection: connection.execute(text("UPDATE evidence_entry SET n = 5 WHERE n = 6")))
    found = problems(photos=False)
    assert {("chain", "5"), ("chain", "6")} <= found
    assert problems(photos=False, against=head) >= found
    tamper(lambda connection: connection.execute(text(f"DELETE FROM evidence_entry WHERE n >= {head[0] - 1}")))
    assert ("chain", str(head[0])) in problems(photos=False, against=head)


def test_a_chain_written_anew_cannot_be_signed(busy):
    """Somebody changes a visit and makes all hashes right again: without the key file the day's head is wrong."""
    from app.evidence import rules

    def rewrite(connection):
        table = verify_service._ENTRY
        head = rules.FIRST
        for row in connection.execute(select(table).order_by(table.c.n)).mappings().all():
            what = b"\1" * 32 if row["n"] == 9 else bytes(row["what"])
            head = rules.link(
                head, rules.line(row["n"], row["kind"], row["type"], row["subject"], what, rules.when(row["at"]))
            )
            connection.execute(update(table).where(table.c.n == row["n"]).values(what=what, hash=head))

    tamper(rewrite)
    found = problems(photos=False)
    assert "signature" in {kind for kind, _ in found}
    assert "chain" not in {kind for kind, _ in found}


def test_the_command_says_it_in_json_and_by_its_exit_code(home, monkeypatch):
    live()
    run = CliRunner()
    good = run.invoke(cli, ["verify", "--json"])
    assert (good.exit_code, json.loads(good.stdout)["ok"], json.loads(good.stdout)["problems"]) == (0, True, [])
    head = run.invoke(cli, ["evidence", "head", "--json"])
    told = json.loads(head.stdout)
    assert run.invoke(cli, ["verify", "--against", f"{told['n']}:{told['hash']}"]).exit_code == 0
    assert run.invoke(cli, ["verify", "--against", f"{told['n']}:{'A' * 43}"]).exit_code == 1
    with reading() as session:
        visit = session.scalars(select(Visit.id)).first()
    tamper(lambda connection: connection.execute(text(f"DELETE FROM visit WHERE id = '{visit}'")))
    bad = run.invoke(cli, ["verify", "--json", "--every-signature"])
    assert bad.exit_code == 1
    [problem] = json.loads(bad.stdout)["problems"]
    assert (problem["kind"], problem["id"]) == ("visit", visit)


def test_anything_at_random(home, sqlite_template):
    """One column, one row, one byte, wherever: found and named, and nothing else is."""
    live()
    assert problems() == set()
    kept = home / "kept.db"
    with transaction() as session:
        session.execute(text("SELECT 1"))
    engine().dispose()
    shutil.copy(home / "ruhutong.db", kept)
    for ending in ("-wal", "-shm"):
        (home / f"ruhutong.db{ending}").unlink(missing_ok=True)

    @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck), database=None, derandomize=True)
    @given(st.data())
    def check(data):
        engine().dispose()
        clear_caches()
        for ending in ("", "-wal", "-shm"):
            (home / f"ruhutong.db{ending}").unlink(missing_ok=True)
        shutil.copy(kept, home / "ruhutong.db")
        watched = data.draw(st.sampled_from(TABLES))
        rows = rows_of(watched)
        row = data.draw(st.sampled_from(rows))
        act = data.draw(st.sampled_from(["change", "remove"]))
        if act == "remove":
            tamper(
                lambda connection: connection.execute(text(f"DELETE FROM {watched.type} WHERE {_where(watched, row)}"))
            )
        else:
            columns = [one for one in watched.table.columns if one.name not in (*watched.keys, "id")]
            column = data.draw(st.sampled_from(columns))
            with engine().connect() as connection:
                raw = connection.execute(text(_raw(watched, column, row))).scalar()
            value = data.draw(st.one_of(st.just(_other(column, raw)), st.text(min_size=1, max_size=5), st.binary()))
            if value == raw:
                return
            change = f'UPDATE {watched.type} SET "{column.name}" = :value WHERE {_where(watched, row)}'
            tamper(lambda connection: connection.execute(text(change), {"value": value}))
            with engine().connect() as connection:
                if connection.execute(text(_raw(watched, column, row))).scalar() == raw:
                    return
        found = problems(photos=False)
        assert name_of(watched, row) in found
        assert {kind for kind, _ in found} == {name_of(watched, row)[0]}

    check()


def test_old_data_is_taken_over_and_stays_under_the_chain(home):
    with transaction() as session:
        makers.divisions(session)
        me = makers.user(session)
        house = makers.household(session)
        makers.form(session)
    push(me, makers.command("visit", makers.visit(house.id)))
    tamper(_forget_the_chain)
    from app.evidence import chain_service

    with transaction() as session:
        chain_service.take_over(session)
    push(me, makers.command("visit", makers.visit(house.id)))
    found = verify_service.verify()
    assert found.problems == []
    assert found.taken_over == 4
    with reading() as session:
        visits = list(session.scalars(select(Visit.id)))
    tamper(lambda connection: connection.execute(text("UPDATE visit SET mode = 'video'")))
    assert problems() == {("visit", one) for one in visits}


def _forget_the_chain(connection):
    for table in ("evidence_entry", "evidence_signature"):
        connection.execute(text(f"DELETE FROM {table}"))
    connection.execute(text("DELETE FROM counter WHERE name IN ('evidence', 'audit')"))
    connection.execute(text("UPDATE audit_entry SET hash = NULL"))
