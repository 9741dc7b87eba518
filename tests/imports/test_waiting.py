"""Rows of people whom nobody knows: proposed, confirmed, let go, taken back; and who may do so."""

from typing import Any

import pytest
from sqlalchemy import func, select

from app.db import reading, transaction
from app.errors import BadInput, Conflict, NotFound
from app.imports import unmatched_service
from models.benefits import Enrolment, Payment
from models.disability import DisabilityCertificate
from models.elders import Elder
from models.households import Person, PersonTag
from models.lists import UnmatchedRow
from tests.imports import files
from tests.imports.conftest import preview, take, undo
from tests.imports.files import person
from tests.imports.test_ledgers import ELDER, elders, paid, roster

WRONG = ELDER[:14] + "99" + ELDER[16:]
"""The same birthday, another number."""


def rows(actor: Any, tab: str = "open") -> list[Any]:
    with reading() as session:
        return unmatched_service.page(session, actor, tab, 0).rows


def count(table: Any) -> int:
    with reading() as session:
        return session.scalar(select(func.count()).select_from(table))


def confirm(actor: Any) -> int:
    row = rows(actor)[0]
    with transaction() as session:
        return unmatched_service.confirm(session, actor, row.id, row.proposals[0].id)


@pytest.fixture
def waiting(clerk):
    """A roster, and two ledgers with a number that nobody has."""
    take(*reversed(roster()))
    first, _ = take(*reversed(elders(身份证号=WRONG)), actor=clerk)
    take(*reversed(paid(身份证号=WRONG)), actor=clerk)
    return first


def test_a_row_with_another_number_is_proposed_by_name_birthday_and_village(clerk, waiting):
    found = rows(clerk)
    assert [row.name for row in found] == ["王建国", "王建国"]
    assert ["毛安村" in row.proposals[0].words for row in found] == [True, True]
    assert WRONG not in repr(found)
    assert count(Elder) == 0
    assert count(Payment) == 0


def test_a_confirmation_takes_every_row_with_that_number_and_holds_for_later_files(clerk, waiting):
    assert confirm(clerk) == 2
    assert (count(Elder), count(Payment)) == (1, 1)
    assert rows(clerk) == []
    assert len(rows(clerk, "matched")) == 2
    _, report = preview(elders(身份证号=WRONG)[1], "留守老人台账.xlsx", clerk)
    assert (report.created, report.changed, report.unchanged, report.unmatched) == (0, 0, 1, 0)


def test_a_confirmation_is_taken_back_whole(clerk, waiting):
    confirm(clerk)
    settled = rows(clerk, "matched")[0]
    with transaction() as session:
        unmatched_service.take_back(session, clerk, settled.id)
    assert (count(Elder), count(Payment)) == (0, 0)
    assert len(rows(clerk)) == 2
    with reading() as session:
        assert "elder_left_behind" not in set(session.scalars(select(PersonTag.tag)))
    assert confirm(clerk) == 2


def test_only_one_of_those_proposed_can_be_confirmed(clerk, waiting):
    row = rows(clerk)[0]
    with reading() as session:
        other = session.scalar(select(Person.id).where(Person.name == "李娟"))
    with transaction() as session, pytest.raises(BadInput):
        unmatched_service.confirm(session, clerk, row.id, other)


def test_a_row_let_go_stays_let_go_when_its_file_comes_again(clerk, waiting):
    row = rows(clerk)[0]
    with transaction() as session:
        unmatched_service.let_go(session, clerk, row.id)
    _, report = take(*reversed(elders(身份证号=WRONG)), actor=clerk)
    assert (report.unmatched, report.unchanged) == (0, 1)
    assert len(rows(clerk)) == 1
    with transaction() as session:
        unmatched_service.take_back(session, clerk, row.id)
    assert len(rows(clerk)) == 2
    with transaction() as session, pytest.raises(Conflict):
        unmatched_service.take_back(session, clerk, row.id)


def test_undoing_the_import_takes_its_waiting_rows_away(clerk, waiting):
    confirm(clerk)
    undo(waiting)
    assert (count(Elder), count(Payment), count(UnmatchedRow)) == (0, 1, 1)


def test_a_person_who_comes_with_the_number_is_found_without_anybody(clerk, waiting):
    take(files.xlsx({"毛安村": [["户籍人口花名册"], files.HEADER, person(9, home=9, name="王建国", 身份证号=WRONG)]}))
    assert (count(Elder), count(Payment), rows(clerk)) == (1, 1, [])


def test_nobody_of_another_township_sees_or_settles_a_row(clerk, waiting):
    from app.accounts.rules import Role
    from tests import makers

    with transaction() as session:
        other = makers.user(session, Role.TOWN_CLERK, ("349927101",), token="other")
    assert rows(other) == []
    row = rows(clerk)[0]
    with transaction() as session, pytest.raises(NotFound):
        unmatched_service.let_go(session, other, row.id)


def test_a_clerk_takes_in_only_people_of_the_own_area(clerk):
    from app.accounts.rules import Role
    from tests import makers

    take(*reversed(roster()))
    with transaction() as session:
        other = makers.user(session, Role.TOWN_CLERK, ("349927101",), token="other")
    _, report = take(*reversed(paid()), actor=other)
    assert (report.created, report.outside, count(Payment), count(Enrolment)) == (0, 2, 0, 0)
    header = ["编号", "姓名", "身份证号", "残疾证号", "残疾类别", "残疾等级"]
    data = files.xlsx({"名单": [["持证残疾人"], header, [1, "王建国", ELDER, f"{ELDER}42", "肢体", "二级"]]})
    _, report = take(data, "残疾人持证名单.xlsx", clerk)
    assert (report.created, count(DisabilityCertificate)) == (1, 1)


def test_somebody_written_down_by_hand_is_found_too(clerk):
    import app.rooms  # noqa: F401  (ties the rooms together)
    from app.households import service as households
    from app.households.schemas import PersonIn

    take(*reversed(roster()))
    take(*reversed(elders(身份证号=WRONG)), actor=clerk)
    with transaction() as session:
        home = session.scalar(select(Person.household_id))
        households.add_person(session, clerk, PersonIn(household_id=home, name="王建国二", id_number=WRONG, tags=[]))
    assert (count(Elder), rows(clerk)) == (1, [])
