"""The chain grows with whatever is written, in the same commit, and only grows."""

import pytest
from sqlalchemy import delete, select, text, update
from sqlalchemy.exc import DBAPIError

from app.audit.service import record
from app.db import reading, transaction
from app.evidence import chain_service, rules
from app.keys import receipt_keys, right
from models.audit import AuditEntry
from models.evidence import EvidenceEntry, EvidenceSignature
from models.visits import Visit
from tests import makers
from tests.sync.pushing import push


@pytest.fixture
def village(database):
    with transaction() as session:
        makers.divisions(session)
        me = makers.user(session)
        home = makers.household(session)
        makers.form(session)
    return me, home


def entries():
    with reading() as session:
        return session.scalars(select(EvidenceEntry).order_by(EvidenceEntry.n)).all()


def test_each_receipt_carries_its_number_and_the_head_after_it(village):
    me, home = village
    good, held, wrong = (
        makers.command("visit", makers.visit(home.id)),
        makers.command("visit", makers.visit(makers.new_id())),
        makers.command("visit", {"household_id": home.id}),
    )
    receipts = push(me, good, held, wrong)
    assert [one["status"] for one in receipts] == ["stored", "held", "rejected"]
    by_n = {one.n: one for one in entries()}
    for receipt, kind in zip(receipts, ("stored", "held", "rejected"), strict=True):
        one = by_n[receipt["n"]]
        assert (one.kind, rules.short(one.hash)) == (kind, receipt["head"])
    again = push(me, good, held)
    assert [(one["n"], one["head"]) for one in again] == [(one["n"], one["head"]) for one in receipts[:2]]
    assert push(me, {"id": None})[0]["n"] > max(by_n)


def test_every_entry_is_tied_to_the_one_before_and_every_commit_is_signed(village):
    me, home = village
    for _ in range(3):
        push(me, makers.command("visit", makers.visit(home.id)))
    head, found = rules.FIRST, entries()
    assert [one.n for one in found] == list(range(1, len(found) + 1))
    for one in found:
        head = rules.link(head, rules.line(one.n, one.kind, one.type, one.subject, one.what, rules.when(one.at)))
        assert one.hash == head
    with reading() as session:
        signed = session.scalars(select(EvidenceSignature).order_by(EvidenceSignature.n)).all()
    hashes = {one.n: one.hash for one in found}
    for one in signed:
        message = rules.head_message(one.n, hashes[one.n])
        assert right(receipt_keys().public(one.key), one.signature, message)
    assert signed[-1].n == found[-1].n


def test_what_is_rolled_back_leaves_no_entry(village):
    me, home = village
    push(me, makers.command("visit", makers.visit(home.id)))
    before = len(entries())
    with transaction() as session, pytest.raises(ZeroDivisionError), session.begin_nested():
        _change_and_fall(session)
    assert len(entries()) == before
    with pytest.raises(ZeroDivisionError), transaction() as session:
        _change_and_fall(session)
    assert len(entries()) == before


def _change_and_fall(session) -> None:
    session.execute(update(Visit).values(mode="phone"))
    record(session, None, "visit.stored", "visit", "x")
    raise ZeroDivisionError


def test_a_change_by_whatever_statement_is_an_entry(village):
    me, home = village
    push(me, makers.command("visit", makers.visit(home.id)))
    with transaction() as session:
        session.execute(update(Visit).where(Visit.household_id == home.id).values(mode="phone"))
    with transaction() as session:
        session.scalars(select(Visit)).one().mode = "video"
    with transaction() as session:
        session.execute(update(Visit).where(Visit.mode == "video").values(mode="video"))
    with transaction() as session:
        session.execute(delete(Visit))
    assert [one.kind for one in entries() if one.type == "visit"] == ["new", "changed", "changed", "removed"]


def test_the_database_refuses_to_change_or_remove_a_link(village):
    with transaction() as session:
        record(session, None, "keys.rotated", "key", "1")
    for table in ("evidence_entry", "evidence_signature", "audit_entry"):
        for statement in (f"DELETE FROM {table}", f"UPDATE {table} SET {_first(table)} = {_first(table)}"):
            with pytest.raises(DBAPIError, match="only ever added to"), transaction() as session:
                session.execute(text(statement))


def _first(table: str) -> str:
    return "id" if table == "audit_entry" else "n"


def test_the_log_is_a_chain_in_the_order_of_commits(village):
    with transaction() as session:
        record(session, None, "keys.rotated", "key", "1", after={"a": 1, "b": [1.5, None]})
        record(session, None, "keys.rotated", "key", "2", reason="因为")
    with transaction() as session:
        record(session, None, "keys.rotated", "key", "3")
    with reading() as session:
        lines = session.execute(select(AuditEntry.__table__).order_by(AuditEntry.id)).mappings().all()
    head = rules.FIRST
    for line in lines:
        head = rules.link(head, chain_service.log_content(dict(line)))
        assert line["hash"] == head
    last = [one for one in entries() if one.type == "audit_entry"][-1]
    assert (last.kind, last.subject, last.what) == ("log", str(lines[-1]["id"]), head)


def test_what_was_there_before_the_chain_is_taken_over_and_said_so(village, monkeypatch):
    me, home = village
    push(me, makers.command("visit", makers.visit(home.id)))
    with transaction() as session:
        for table in ("evidence_entry", "evidence_signature"):
            _without_refusal(session, table)
            session.execute(text(f"DELETE FROM {table}"))
        session.execute(text("DELETE FROM counter WHERE name IN ('evidence', 'audit')"))
    with transaction() as session:
        chain_service.take_over(session)
    found = entries()
    assert (found[0].kind, found[0].type) == ("began", "chain")
    assert {(one.kind, one.type) for one in found[1:]} == {("taken_over", "command"), ("taken_over", "visit")}
    with transaction() as session:
        chain_service.take_over(session)
        record(session, None, "keys.rotated", "key", "3")
    assert [one.type for one in entries()[len(found) :]] == ["audit_entry"]


def _without_refusal(session, table: str) -> None:
    if session.get_bind().dialect.name == "sqlite":
        session.execute(text(f"DROP TRIGGER {table}_no_delete"))
    else:
        session.execute(text(f"DROP TRIGGER {table}_append_only ON {table}"))
