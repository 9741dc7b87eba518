"""Rolls and enrolments for the tests of this room."""

from datetime import date

from app.benefits import queries, roll_service
from app.db import new_id, reading, utcnow
from models.benefits import Enrolment
from tests import makers
from tests.makers import VILLAGE

MONTH, NEXT, LATER = "2026-06", "2026-07", "2026-09"


def enrol(session, person, programme, **more):
    """An enrolment as it stands in the table."""
    now = utcnow()
    row = Enrolment(
        id=new_id(), person_id=person.id, household_id=person.household_id, division=person.division,
        programme=programme, **{"from_month": "2020-01"} | more, created_at=now, updated_at=now,
    )  # fmt: skip
    session.add(row)
    session.flush()
    return row


def elder(session, name, born=date(1940, 5, 1), village=VILLAGE, **more):
    """Somebody old in a home of their own, with the old-age allowance."""
    home = makers.household(session, village, name, group="一组")
    person = makers.person(session, home, name, born_on=born)
    return person, enrol(session, person, "old_allowance", **more)


def roll(actor, programme, month=MONTH, place="", **more):
    """The lines, sums, changes and people of a roll."""
    with reading() as session:
        one = roll_service.asked(actor, programme, month, place, **more)
        lines, after = roll_service.lines(session, one)
        found = roll_service.sums(session, one, against_last=True)
        differing = roll_service.changed(session, one)
        told = [(each.row.name, [reason.kind for reason in each.reasons]) for each in differing]
        assert after or found.lines == len(lines)
        return lines, found, told, queries.people(session, one)


def home_of_three(session, **more):
    """A certificate of 低保 with three people on it, the first its holder."""
    home = makers.household(session, VILLAGE, "甲")
    rows = []
    for number, name in enumerate(("甲", "乙", "丙")):
        person = makers.person(session, home, name, is_head=not number)
        given = {"certificate": "D001", "amount_fen": 90000, "is_holder": not number, "people": 3} | more
        rows.append(enrol(session, person, "dibao", **given))
    return rows
