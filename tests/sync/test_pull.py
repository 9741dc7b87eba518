"""What goes down: everything in scope since the cursor, `gone` for what left it, nothing of anybody else's."""

from datetime import date, timedelta

import pytest
from sqlalchemy import delete
from sqlmodel import Session

from app.accounts.rules import Role
from app.db import transaction, utcnow
from app.errors import NotAllowed
from app.feed.service import Change, begin_epoch, publish
from app.households import service as households
from app.settings.service import set_covered
from app.sync import pull_service
from app.sync.rules import read_cursor, write_cursor
from models.accounts import UserArea
from tests import makers
from tests.sync.pushing import push


def settle(session: Session, division: str, name: str):
    """A home with one person, told to the phones of its village."""
    home = makers.household(session, division, name)
    person = makers.person(session, home, name, phone="13800000000", id_number="349927194001010010")
    publish(session, [Change("household", home.id, home.id, division), Change("person", person.id, home.id, division)])
    return home


@pytest.fixture
def county(database):
    with transaction() as session:
        makers.divisions(session)
        homes = {
            name: settle(session, division, name)
            for name, division in (
                ("甲", makers.VILLAGE),
                ("乙", makers.VILLAGE),
                ("丙", makers.NEXT_VILLAGE),
                ("丁", makers.FAR_VILLAGE),
            )
        }
        publish(session, [Change("division", code, division=code)
                          for code in (makers.COUNTY, makers.TOWN, makers.VILLAGE, makers.NEXT_VILLAGE)])  # fmt: skip
        return makers.user(session), homes


def everything(actor, cursor="", limit=500):
    """All pages from a cursor on: (changes, cursor)."""
    changes = []
    while True:
        page = pull_service.pull(actor, cursor, limit)
        changes += page["changes"]
        cursor = page["cursor"]
        if not page["more"]:
            return changes, cursor


def names(changes):
    return sorted(one["data"]["name"] for one in changes if one["type"] == "household" and "data" in one)


def test_from_nothing_then_only_what_changed(county):
    me, homes = county
    changes, cursor = everything(me)
    assert names(changes) == sorted(["甲", "乙"])
    assert {one["id"] for one in changes if one["type"] == "division"} == {makers.COUNTY, makers.TOWN, makers.VILLAGE}
    assert not any("gone" in one for one in changes)
    assert everything(me, cursor)[0] == []
    visit = makers.command(
        "visit", makers.visit(homes["甲"].id, photos=[{"sha256": "a" * 64, "taken_at": makers.at()}])
    )
    with transaction() as session:
        makers.form(session)
    push(me, visit)
    changes, cursor = everything(me, cursor)
    told = next(one for one in changes if one["type"] == "visit")
    assert told["id"] == visit["id"]
    assert [(one["sha256"], one["state"]) for one in told["data"]["photos"]] == [("a" * 64, "missing")]
    assert everything(me, cursor)[0] == []


def test_numbers_stay_in_the_county(county):
    me, _ = county
    person = next(one for one in everything(me)[0] if one["type"] == "person")
    assert person["data"]["phone"] == "13800000000"
    assert "349927194001010010" not in str(person)


@pytest.mark.parametrize("limit", [1, 2, 3])
def test_pages_miss_nothing(county, limit):
    me, _ = county
    whole, _ = everything(me)
    paged, _ = everything(me, limit=limit)
    assert [(one["type"], one["id"]) for one in paged] == [(one["type"], one["id"]) for one in whole]


def test_roles_without_field_data(county):
    with transaction() as session:
        leader = makers.user(session, Role.LEADER, (makers.COUNTY,))
    with pytest.raises(NotAllowed) as caught:
        pull_service.pull(leader, "", 10)
    assert caught.value.code == "no_field_data"


def test_a_paired_official_gets_his_homes_and_their_places(county):
    _, homes = county
    with transaction() as session:
        official = makers.user(session, Role.PAIRED, ())
        makers.pair(session, official, homes["丙"], date.today() - timedelta(days=30))
    changes, cursor = everything(official)
    assert names(changes) == ["丙"]
    assert {one["id"] for one in changes if one["type"] == "division"} == {
        makers.COUNTY,
        makers.TOWN,
        makers.NEXT_VILLAGE,
    }
    with transaction() as session:
        makers.pair(session, official, homes["丁"], date.today() - timedelta(days=1))
    changes, _ = everything(official, cursor)
    assert names(changes) == ["丁"]


@pytest.mark.parametrize("limit", [1, 500])
def test_a_changed_scope_brings_the_new_and_takes_the_old(county, limit):
    me, homes = county
    _, cursor = everything(me)
    with transaction() as session:
        session.execute(delete(UserArea).where(UserArea.user_id == me.id))
        session.add(UserArea(user_id=me.id, division=makers.FAR_VILLAGE))
    from dataclasses import replace

    moved = replace(me, divisions=(makers.FAR_VILLAGE,))
    changes, cursor = everything(moved, cursor, limit)
    assert names(changes) == ["丁"]
    gone = {one["id"] for one in changes if one["type"] == "household" and one.get("gone")}
    assert gone == {homes["甲"].id, homes["乙"].id}
    assert everything(moved, cursor)[0] == []
    back, _ = everything(me, cursor, limit)
    assert names(back) == sorted(["甲", "乙"])


def test_a_home_that_moves_away_is_gone_and_comes_to_the_other_village(county):
    me, homes = county
    with transaction() as session:
        clerk = makers.user(session, Role.TOWN_CLERK, (makers.COUNTY,))
        other = makers.user(session, areas=(makers.NEXT_VILLAGE,))
        makers.form(session)
    visit = makers.command("visit", makers.visit(homes["甲"].id))
    push(me, visit)
    _, mine = everything(me)
    _, theirs = everything(other)
    with transaction() as session:
        households.move_household(session, clerk, homes["甲"].id, makers.NEXT_VILLAGE, 1)
    changes, _ = everything(me, mine)
    assert {one["id"] for one in changes if one.get("gone")} >= {homes["甲"].id, visit["id"]}
    assert not any("data" in one for one in changes)
    changes, _ = everything(other, theirs)
    assert names(changes) == ["甲"]
    assert visit["id"] in {one["id"] for one in changes if one["type"] == "visit"}


def test_another_life_of_the_database_starts_from_nothing(county):
    me, _ = county
    _, cursor = everything(me)
    with transaction() as session:
        begin_epoch(session)
    page = pull_service.pull(me, cursor, 500)
    assert page["reset"] is True
    assert names(page["changes"]) == sorted(["甲", "乙"])
    assert "reset" not in pull_service.pull(me, page["cursor"], 500)
    assert names(pull_service.pull(me, "何物", 500)["changes"]) == sorted(["甲", "乙"])


def test_a_cursor_from_beyond_the_head_knew_a_life_that_was_lost(county):
    """A backup put back without a new epoch: the phone starts from nothing and sends again what it still keeps."""
    me, _ = county
    _, cursor = everything(me)
    parts = read_cursor(cursor)
    parts[1] += 1000
    page = pull_service.pull(me, write_cursor(parts), 500)
    assert page["reset"] is True
    assert names(page["changes"]) == sorted(["甲", "乙"])


def test_what_a_backup_covers_is_told(county):
    me, _ = county
    assert pull_service.pull(me, "", 1)["safe_to"] is None
    with transaction() as session:
        set_covered(session, "2026-01-01T03:00:00+08:00", "ruhutong backup")
    assert pull_service.pull(me, "", 1)["safe_to"] == "2026-01-01T03:00:00+08:00"


def test_a_backup_in_the_future_covers_nothing_and_is_forgotten(county):
    """One of the two clocks was wrong; what came under a slow one would look older than the backup, for good."""
    me, _ = county
    now = utcnow()
    with transaction() as session:
        set_covered(session, (now + timedelta(hours=1)).isoformat(), "ruhutong backup")
    assert pull_service.pull(me, "", 1, now)["safe_to"] is None
    assert pull_service.pull(me, "", 1, now + timedelta(hours=2))["safe_to"] is None
    with transaction() as session:
        set_covered(session, now.isoformat(), "ruhutong backup")
    assert pull_service.pull(me, "", 1, now + timedelta(hours=2))["safe_to"] == now.isoformat()
