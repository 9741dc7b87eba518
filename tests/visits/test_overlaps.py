"""Visits whose times overlap: the later one is asked, with or without a picture, whatever came first."""

import pytest
from sqlmodel import select

from app.db import reading, transaction
from app.sync import pull_service
from models.sync import Command
from models.visits import Visit
from tests import makers
from tests.sync.pushing import push

ASKED = "这次和另一户的走访时间重在一起，是一起去的吗？"


@pytest.fixture
def two_homes(database):
    with transaction() as session:
        makers.divisions(session)
        makers.form(session)
        return makers.user(session), makers.household(session), makers.household(session, name="周平")


def visit(home, begins, ends, **more):
    """A visit from so many minutes ago to so many minutes ago."""
    times = {"started_at": makers.at(begins), "finished_at": makers.at(ends)}
    return makers.command("visit", makers.visit(home.id, **times, **more))


def overlaps(receipt):
    return [one["message"] for one in receipt.get("questions", []) if one["code"] == "overlapping_visits"]


def test_of_two_in_one_push_the_later_is_asked(two_homes):
    me, one, other = two_homes
    first, second = push(me, visit(one, 60, 30), visit(other, 50, 20))
    assert (overlaps(first), overlaps(second)) == ([], [ASKED])


def test_the_later_is_asked_though_it_came_first(two_homes):
    me, one, other = two_homes
    late = visit(other, 50, 20)
    assert overlaps(push(me, late)[0]) == []
    cursor = pull_service.pull(me, "", 500)["cursor"]
    assert overlaps(push(me, visit(one, 60, 30))[0]) == []
    changes = pull_service.pull(me, cursor, 500)["changes"]
    (receipt,) = [row["data"] for row in changes if row["type"] == "receipt"]
    assert (receipt["id"], overlaps(receipt), receipt["status"]) == (late["id"], [ASKED], "stored")
    again = push(me, late)[0]
    assert (again["status"], overlaps(again)) == ("duplicate", [ASKED])
    with reading() as session:
        assert [one["code"] for one in session.get(Visit, late["id"]).questions] == ["overlapping_visits"]
    push(me, visit(one, 61, 31))
    with reading() as session:
        row = session.exec(select(Command).where(Command.id == late["id"])).one()
    assert len(row.questions) == 1


@pytest.mark.parametrize(
    ("begins", "ends", "more"),
    [(28, 10, {}), (34, 10, {}), (50, 20, {"mode": "phone"})],
    ids=["after", "four-minutes", "phone"],
)
def test_what_is_not_asked(two_homes, begins, ends, more):
    me, one, other = two_homes
    push(me, visit(one, 60, 30))
    assert overlaps(push(me, visit(other, begins, ends, **more))[0]) == []


def test_nobody_is_asked_about_others_or_the_same_home(two_homes):
    me, one, other = two_homes
    with transaction() as session:
        somebody = makers.user(session)
    push(somebody, visit(one, 60, 30))
    push(me, visit(other, 60, 30))
    assert overlaps(push(me, visit(other, 50, 20))[0]) == []


def test_a_correction_of_an_asked_visit_is_not_asked_again(two_homes):
    me, one, other = two_homes
    late = visit(other, 50, 20)
    push(me, visit(one, 60, 30), late)
    better = makers.command("visit.correct", late["payload"] | {"mode": "home"}, corrects=late["id"])
    assert overlaps(push(me, better)[0]) == []
    moved = makers.command("visit.correct", late["payload"] | {"started_at": makers.at(29)}, corrects=better["id"])
    assert overlaps(push(me, moved)[0]) == []


def test_a_visit_with_a_picture_is_asked_beside_it(two_homes):
    me, one, other = two_homes
    photo = {"sha256": "d" * 64, "taken_at": makers.at(40)}
    push(me, visit(one, 60, 30))
    assert overlaps(push(me, visit(other, 50, 20, photos=[photo]))[0]) == []
