"""What a visit changes in the registers: their rows are told anew, in bulk, once a visit of the home is known."""

from datetime import date

import pytest
from sqlmodel import select

from app.accounts.rules import Role
from app.db import new_id, reading, transaction
from app.feed.service import Change, position, publish, told_since
from app.sync import unplaced_service
from app.visits import rules, service
from models.audit import AuditEntry
from models.feed import FeedRow
from models.households import Household, Person, PersonTag
from models.visits import FieldConflict, Visit
from tests import makers
from tests.sync.pushing import push, statuses


def told(session, home, *types):
    publish(session, [Change(kind, f"{kind}-{home.id}", home.id, home.division) for kind in types])


def test_register_rows_of_a_visited_home_are_told_anew(village):
    me, home, _ = village
    with transaction() as session:
        other = makers.household(session, name="李和平")
        for one in (home, other):
            told(session, one, "elder", "child", "hardship", "disability", "pairing", "contact", "agreement", "measure")
        publish(session, [Change("elder", f"elder-{home.id}", home.id, makers.NEXT_VILLAGE, gone=True)])
        before = position(session)
    first = makers.command("visit", makers.visit(home.id, answers={}, unchanged=["safety"]))
    assert statuses(push(me, first)) == ["stored"]
    with reading() as session:
        rows = told_since(session, before, ["elder", "child", "hardship", "disability", "pairing"])
        assert rows == {f"{kind}-{home.id}" for kind in ("elder", "child", "hardship", "disability", "pairing")}
        assert session.get(FeedRow, before).gone, "what left another village is not told there again"
        before = position(session)
    better = makers.command("visit.correct", makers.visit(home.id), corrects=first["id"])
    assert statuses(push(me, better)) == ["stored"]
    with reading() as session:
        assert f"elder-{home.id}" in told_since(session, before, ["elder"])


def test_a_room_hears_once_of_many_visits(village, monkeypatch):
    me, home, _ = village
    with transaction() as session:
        other = makers.household(session, name="李和平")
    heard = []
    monkeypatch.setattr(service, "on_visited", [lambda _session, ids: heard.append(ids) or []])
    push(me, *(makers.command("visit", makers.visit(one.id)) for one in (home, other, home)))
    assert heard == [sorted([home.id, other.id])]


def test_visits_that_do_not_count_are_told_to_nobody(village, monkeypatch):
    _, home, _ = village
    with transaction() as session:
        stranger = makers.user(session, areas=(makers.FAR_VILLAGE,))
    monkeypatch.setattr(service, "on_visited", [lambda _session, _ids: [][1]])
    assert statuses(push(stranger, makers.command("visit", makers.visit(home.id)))) == ["orphaned"]


DESTITUTE = {"self_care": "partly", "medicine": "none", "living": "alone", "emergency_name": "张建国",
             "emergency_phone": "13900000000"}  # fmt: skip
NEW = {"form": {"code": "home", "version": 2}}


@pytest.fixture
def destitute(village):
    """An elder who is destitute, in a home that is watched; two cadres who may come."""
    me, home, elder = village
    with transaction() as session:
        session.add(PersonTag(id=new_id(), person_id=elder.id, tag="tekun_home", from_on=date(2020, 1, 1)))
        session.merge(home).attribute = "脱贫不稳定户"
        other = makers.user(session, name="李强")
    return me, other, home, elder


def seen(home, elder, cannot, measures="going", **more):
    answers = {"elder": {elder.id: DESTITUTE | {"cannot": cannot}},
               "safety": dict.fromkeys(("food", "clothes", "schooling", "doctor", "housing", "water"), "ok")
               | {"measures": measures}}  # fmt: skip
    return makers.visit(home.id, answers=answers, **NEW | more)


def ledgers(home, elder):
    with reading() as session:
        return session.get(Household, home.id).ledger, session.get(Person, elder.id).ledger


def test_one_visit_fills_the_ledgers_of_several_registers_and_a_correction_corrects_them_all(destitute):
    me, _, home, elder = destitute
    first = makers.command("visit", seen(home, elder, ["eats"], "stuck"))
    assert statuses(push(me, first)) == ["stored"]
    of_home, of_elder = ledgers(home, elder)
    assert rules.told_in("pairing", of_home).values["measures"] == "stuck"
    assert rules.told_in("hardship", of_elder).values["cannot"] == ["eats"]
    assert {rules.told_in(kind, of_elder).visit_id for kind in ("elder", "hardship")} == {first["id"]}
    better = makers.command("visit.correct", seen(home, elder, ["none"]), corrects=first["id"])
    assert statuses(push(me, better)) == ["stored"]
    of_home, of_elder = ledgers(home, elder)
    assert (rules.told_in("pairing", of_home).values["measures"], of_elder["hardship.cannot"]["value"]) == (
        "going", ["none"],
    )  # fmt: skip
    assert {rules.told_in(kind, of_elder).visit_id for kind in ("elder", "hardship")} == {better["id"]}
    with reading() as session:
        former = session.get(Visit, first["id"])
        assert (former.state, former.answers["elder"][elder.id]["cannot"]) == ("replaced", ["eats"])
        before = [one.before for one in session.exec(select(AuditEntry).where(AuditEntry.action == "person.ledger"))]
        assert {"hardship.cannot": ["eats"]} in [
            {name: value for name, value in (one or {}).items() if name == "hardship.cannot"} for one in before
        ]


def test_two_who_found_another_thing_without_signal_are_both_kept_until_a_person_decides(destitute):
    me, other, home, elder = destitute
    push(me, makers.command("visit", seen(home, elder, ["eats"], "going")))
    late = {"started_at": makers.at(90), "finished_at": makers.at(80)}
    push(other, makers.command("visit", seen(home, elder, ["none"], "stuck", **late)))
    with reading() as session:
        rows = {one.field: one for one in session.exec(select(FieldConflict))}
        assert set(rows) == {"hardship.cannot", "pairing.measures"}
        row = rows["hardship.cannot"]
        assert (row.ours["value"], [one["value"] for one in row.theirs]) == (["eats"], [["none"]])
    with transaction() as session:
        clerk = makers.user(session, Role.TOWN_CLERK, (makers.TOWN,))
        told(session, home, "hardship")
        before = position(session)
    with transaction() as session:
        unplaced_service.decide_conflict(session, clerk, row.id, "0")
    assert ledgers(home, elder)[1]["hardship.cannot"]["value"] == ["none"]
    with reading() as session:
        assert f"hardship-{home.id}" in told_since(session, before, ["hardship"]), "the register is told anew"
