"""Whom to call: an order, calls with their result, and who is next when nobody answers."""

from datetime import date, timedelta
from types import SimpleNamespace

import pytest
from alembic import command
from sqlalchemy import select

from app.accounts.rules import Role
from app.contacts import rules, service
from app.contacts.schemas import ContactPut
from app.db import alembic_config, new_id, reading, transaction
from app.errors import NotAllowed, NotFound
from app.feed.service import Change, position, publish, told_since
from app.households.register_service import today
from app.sync import pull_service
from models.audit import AuditEntry
from models.households import Contact
from tests import makers
from tests.sync.pushing import push, statuses


@pytest.fixture
def village(database):
    with transaction() as session:
        makers.divisions(session)
        me = makers.user(session)
        home = makers.household(session)
        elder = makers.person(session, home)
        first = makers.contact(session, elder, name="刘军", relation="儿子", rank=1)
        second = makers.contact(session, elder, name="刘芳", relation="女儿", rank=2)
        return me, elder, first, second


def called(contact, result="reached", **more):
    return makers.command("contact.confirm", {"contact_id": contact.id, "result": result} | more,
                          captured_at=makers.at(0))  # fmt: skip


def rows():
    with reading() as session:
        return {one.name: one for one in session.scalars(select(Contact))}


def test_a_call_from_the_phone_is_good_for_half_a_year(village):
    me, _elder, first, _ = village
    receipt = called(first)
    assert statuses(push(me, receipt, receipt)) == ["stored", "duplicate"]
    row = rows()["刘军"]
    assert (row.result, row.confirmed_on, row.confirmed_by) == ("reached", today(), me.id)
    assert row.expires_on == today() + timedelta(days=180)
    told = {one["id"]: one["data"] for one in pull_service.pull(me, "", 500)["changes"] if one["type"] == "contact"}
    assert (told[first.id]["confirmed_by"], told[first.id]["expired"]) == ("王芳", False)


def test_who_is_not_reached_leads_to_the_next_and_loses_no_day(village):
    me, _, first, second = village
    push(me, called(first))
    assert statuses(push(me, called(first, "not_reached"))) == ["stored"]
    assert (rows()["刘军"].result, rows()["刘军"].confirmed_on) == ("not_reached", today())
    with transaction() as session:
        assert service.confirm(session, me, first.id, "wrong_number", today()).id == second.id
        assert service.confirm(session, me, second.id, "not_reached", today()) is None


def test_an_older_call_that_arrives_later_changes_nothing(village):
    me, _, first, _ = village
    push(me, called(first))
    push(me, called(first, "wrong_number", on=(today() - timedelta(days=3)).isoformat()))
    assert rows()["刘军"].result == "reached"


def test_somebody_elses_contact_waits_for_the_township(village):
    _, _, first, _ = village
    with transaction() as session:
        stranger = makers.user(session, areas=(makers.FAR_VILLAGE,))
    assert statuses(push(stranger, called(first))) == ["orphaned"]
    assert rows()["刘军"].result is None


def test_one_that_nobody_knows_is_to_correct(village):
    me = village[0]
    assert statuses(push(me, called(Contact(id=new_id())))) == ["rejected"]


def test_the_chain_is_kept_in_order(village):
    me, elder, first, _second = village
    with transaction() as session:
        new = service.put(session, me, elder.id, ContactPut(kind="emergency", name="刘强", phone="154 0000 0011"))
        assert (new.rank, new.phone) == (3, "15400000011")
        service.first(session, me, new.id)
    assert [one.name for one in sorted(rows().values(), key=rules.place)] == ["刘强", "刘军", "刘芳"]
    with transaction() as session:
        service.remove(session, me, first.id)
    assert {one.name: one.rank for one in rows().values()} == {"刘强": 1, "刘芳": 2}
    told = pull_service.pull(me, "", 500)["changes"]
    assert first.id not in {one["id"] for one in told if "data" in one}


def test_a_new_number_is_not_confirmed(village):
    me, elder, first, _ = village
    push(me, called(first))
    with transaction() as session:
        data = ContactPut(kind="emergency", name="刘军", relation="儿子", phone="15400000022")
        service.put(session, me, elder.id, data, first.id)
    assert rows()["刘军"].confirmed_on is None


def test_only_who_writes_the_register_changes_it_in_his_area(village):
    _, elder, first, _ = village
    data = ContactPut(kind="village", name="王婶", phone="15400000033")
    with transaction() as session:
        paired = makers.user(session, Role.PAIRED, ())
        far = makers.user(session, areas=(makers.FAR_VILLAGE,))
        with pytest.raises(NotAllowed):
            service.put(session, paired, elder.id, data)
        for act in (lambda: service.put(session, far, elder.id, data), lambda: service.first(session, far, first.id)):
            with pytest.raises(NotFound):
                act()


def test_no_number_is_in_the_log(village):
    me, _elder, first, _ = village
    push(me, called(first))
    with transaction() as session:
        service.remove(session, me, first.id)
    with reading() as session:
        said = [str(row.before) + str(row.after) for row in session.scalars(select(AuditEntry))]
    assert not any("15400000009" in one or "刘军" in one for one in said)


@pytest.mark.parametrize(("chain", "lacks"), [
    ([], ["紧急联系人", "村里联系人"]),
    ([("emergency", "邻居"), ("village", "邻居")], ["有赡养责任的紧急联系人"]),
    ([("emergency", "女儿"), ("village", "邻居")], []),
])  # fmt: skip
def test_an_elder_needs_one_who_owes_support_and_one_in_the_village(chain, lacks):
    made = [SimpleNamespace(kind=kind, relation=relation, name="某", supports=None) for kind, relation in chain]
    assert rules.lacking(made) == lacks


@pytest.mark.parametrize(("result", "until", "expired"), [
    ("reached", date(2026, 1, 2), False), ("reached", date(2025, 12, 31), True),
    ("not_reached", date(2027, 1, 1), True), (None, None, True),
])  # fmt: skip
def test_when_somebody_must_call_again(result, until, expired):
    assert rules.expired(result, until, date(2026, 1, 1)) is expired


def test_looking_at_a_number_is_written_down(village):
    me, elder, first, _ = village
    with transaction() as session:
        assert service.reveal(session, me, first.id) == "15400000009"
        paired = makers.user(session, Role.PAIRED, ())
        with pytest.raises(NotAllowed):
            service.reveal(session, paired, first.id)
        far = makers.user(session, areas=(makers.FAR_VILLAGE,))
        with pytest.raises(NotFound):
            service.reveal(session, far, first.id)
    with reading() as session:
        seen = session.scalars(select(AuditEntry).where(AuditEntry.action == "contact.seen")).one()
        assert (seen.actor_id, seen.subject_id) == (me.id, elder.id)


def test_contacts_from_before_they_were_rows_of_their_own_are_told(database):
    command.downgrade(alembic_config(), "0029")
    with transaction() as session:
        makers.divisions(session)
        home = makers.household(session)
        old = makers.person(session, home)
        known, told = makers.contact(session, old), makers.contact(session, old, "village")
        publish(session, [Change("contact", told.id, home.id, home.division)])
        before = position(session)
    command.upgrade(alembic_config(), "head")
    with reading() as session:
        assert told_since(session, before, ["contact"]) == {known.id}
        assert position(session) == before + 1
