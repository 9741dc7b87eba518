"""A home has one head: who it is when a roster and the register name different people, and how that is said."""

import pytest
from sqlmodel import col, select

from app.db import reading, transaction
from app.imports import service
from models.households import Household, Person
from tests.imports.conftest import people, preview, register, take, undo, versions
from tests.imports.files import person, roster

pytestmark = pytest.mark.usefixtures("database")


def heads() -> dict[str, list[str]]:
    """The heads of each home, by the last two digits of its code."""
    with reading() as session:
        rows = session.exec(
            select(Household.code, Person.name)
            .join(Person, col(Person.household_id) == col(Household.id))
            .where(col(Person.is_head), col(Person.removed_at).is_(None))
            .order_by(Person.name)
        )
        found: dict[str, list[str]] = {}
        for code, name in rows:
            found.setdefault(code[-2:], []).append(name)
        return found


def home_names() -> dict[str, str]:
    with reading() as session:
        return {row.code[-2:]: row.name for row in session.exec(select(Household))}


def doubts(import_id: str) -> list[tuple[str, ...]]:
    with reading() as session:
        rows = service.page(session, None, import_id, "doubts", 0).rows
    return [(row.name, row.what, row.before, row.after) for row in rows]


def other_family(**more):
    """Another family under the code of 刘桂英's home."""
    return roster(
        person(11, head="王建国", name="王建国", **more),
        person(12, head="王建国", name="李娟", relation="配偶"),
    )


@pytest.fixture
def home_of_liu(database):
    take(roster(person(1, head="刘桂英", name="刘桂英"), person(2, head="刘桂英", name="刘小毛", relation="子")))


@pytest.mark.usefixtures("home_of_liu")
def test_another_family_under_a_known_code_never_makes_a_second_head():
    before = register()
    import_id, report = preview(other_family())
    unclear = ("李娟", "是和哪个户主的关系", "表里的户主是王建国，名册里是刘桂英", "先记成家里人，关系待核实")
    said = [
        ("王建国", "这户已有户主", "名册里 刘桂英，表里 王建国", "户主还是刘桂英；王建国先记成家里人，关系待核实"),
        unclear,
    ]
    assert report.doubts == {"head_taken": 1, "relation_unclear": 1}
    assert report.households == {"created": 0, "changed": 0}
    assert doubts(import_id) == said
    import_id, _ = take(other_family())
    assert heads() == {"01": ["刘桂英"]}
    assert home_names() == {"01": "刘桂英"}
    found = people()["王建国"]
    assert (found.relation, found.is_head, found.extra["relation_written"]) == ("待核实", False, "户主")
    found = people()["李娟"]
    assert (found.relation, found.extra["relation_written"]) == ("待核实", "配偶")
    assert doubts(import_id) == said
    touched = versions()
    again, report = take(other_family())
    assert (report.created, report.changed, report.households["changed"]) == (0, 0, 0)
    assert report.doubts == {"head_taken": 1, "relation_unclear": 1}
    assert versions() == touched
    undo(again)
    undo(import_id)
    assert register() == before


@pytest.mark.usefixtures("home_of_liu")
def test_who_the_file_says_has_left_is_head_no_more():
    import_id, report = take(
        roster(
            person(11, head="王建国", name="王建国"), person(1, home=2, head="刘桂英", name="刘桂英"),
        )
    )  # fmt: skip
    assert (report.doubts, doubts(import_id)) == ({}, [])
    assert heads() == {"01": ["王建国"], "02": ["刘桂英"]}
    assert home_names() == {"01": "王建国", "02": "刘桂英"}


@pytest.mark.usefixtures("home_of_liu")
def test_who_the_file_says_is_no_head_any_more_makes_room():
    _, report = take(
        roster(
            person(2, head="刘小毛", name="刘小毛"),
            person(1, head="刘小毛", name="刘桂英", relation="母亲"),
        )
    )
    assert report.doubts == {}
    assert heads() == {"01": ["刘小毛"]}
    assert home_names() == {"01": "刘小毛"}
    assert people()["刘桂英"].relation == "母亲"


@pytest.mark.usefixtures("home_of_liu")
def test_the_same_head_by_number_may_have_another_name():
    _, report = take(roster(person(1, head="刘桂瑛", name="刘桂瑛")))
    assert report.doubts == {}
    assert heads() == {"01": ["刘桂瑛"]}
    assert home_names() == {"01": "刘桂瑛"}


@pytest.mark.usefixtures("home_of_liu")
def test_a_member_who_is_written_as_head_keeps_the_relation_that_is_known():
    import_id, report = take(roster(person(2, head="刘小毛", name="刘小毛")))
    assert report.doubts == {"head_taken": 1}
    assert heads() == {"01": ["刘桂英"]}
    found = people()["刘小毛"]
    assert (found.relation, found.extra["relation_written"]) == ("子", "户主")
    assert doubts(import_id)[0][3] == "户主还是刘桂英；刘小毛的关系先不改"
    _, report = take(roster(person(2, head="刘小毛", name="刘小毛")))
    assert report.changed == 0


@pytest.mark.usefixtures("home_of_liu")
def test_rows_without_a_head_do_not_rename_a_home():
    _, report = take(roster(person(12, head="王建国", name="李娟", relation="配偶")))
    assert report.households == {"created": 0, "changed": 0}
    assert home_names() == {"01": "刘桂英"}


def test_two_heads_in_one_file_are_told_and_the_first_stands():
    data = roster(person(1, head="甲", name="甲"), person(2, head="甲", name="乙"))
    import_id, report = take(data)
    assert report.doubts == {"heads_in_file": 1}
    assert heads() == {"01": ["甲"]}
    assert doubts(import_id) == [
        ("乙", "表里写了两个户主", "户主 甲、乙", "先按前一个；乙先记成家里人，关系待核实")
    ]  # fmt: skip
    touched = versions()
    _, report = take(data)
    assert (report.created, report.changed, report.doubts) == (0, 0, {"head_taken": 1})
    assert versions() == touched


@pytest.mark.usefixtures("home_of_liu")
def test_a_head_who_moves_in_without_a_word_of_relation_is_none_there():
    take(roster(person(5, home=5, head="周平", name="周平")))
    data = roster(person(5, head="", name="周平", relation=""))
    import_id, report = take(data)
    assert report.doubts == {"head_taken": 1}
    assert heads() == {"01": ["刘桂英"]}
    assert people()["周平"].relation == "待核实"
    _, report = take(data)
    assert (report.changed, report.doubts) == (0, {})
    assert doubts(import_id)[0][0] == "周平"


@pytest.mark.usefixtures("home_of_liu")
def test_two_heads_that_stand_in_the_register_are_told():
    with transaction() as session:
        son = session.exec(select(Person).where(Person.name == "刘小毛")).one()
        son.is_head = True
    both = roster(person(1, head="刘桂英", name="刘桂英"), person(2, head="刘桂英", name="刘小毛"))
    for data, name in ((both, "刘小毛"), (roster(person(3, name="刘小丫", relation="女")), "刘桂英")):
        import_id, report = preview(data)
        assert report.doubts == {"heads_in_register": 1}
        assert doubts(import_id) == [(name, "名册里有两个户主", "户主 刘桂英、刘小毛", "先都不改")]
        take(data)
        assert heads() == {"01": ["刘小毛", "刘桂英"]}


@pytest.mark.usefixtures("home_of_liu")
def test_a_row_that_is_not_taken_in_moves_nobody_out(clerk):
    rows = [
        person(11, head="王建国", name="王建国"),
        person(1, head="刘桂英", name="刘桂英", 户编号="34992710120100001", 所在村="红旗村"),
    ]
    _, report = take(roster(*rows), actor=clerk)
    assert (report.outside, report.doubts) == (1, {"head_taken": 1})
    assert heads() == {"01": ["刘桂英"]}


@pytest.mark.usefixtures("home_of_liu")
def test_what_is_told_is_what_stands_in_the_register_when_it_is_taken_in():
    import_id, _ = preview(other_family())
    with transaction() as session:
        for row in session.exec(select(Person).where(Person.name == "刘桂英")):
            row.is_head, row.relation = False, "母亲"
        service.mark_running(session, None, import_id)
    service.take(import_id, None)
    assert heads() == {"01": ["王建国"]}
    assert doubts(import_id) == []


@pytest.mark.usefixtures("home_of_liu")
def test_relations_to_the_head_who_stays_are_taken_as_written():
    """Whose head is the one of the register says so in the sheet; whoever names nobody is written under the other."""
    rows = [
        person(11, head="王建国", name="王建国"),
        person(12, head="刘桂英", name="刘小丫", relation="女"),
        person(13, head="", name="李娟", relation="配偶"),
        person(2, head="王建国", name="刘小毛", relation="女婿"),
    ]
    import_id, report = take(roster(*rows))
    assert report.doubts == {"head_taken": 1, "relation_unclear": 2}
    assert {one[0]: one[3] for one in doubts(import_id)[1:]} == {
        "李娟": "先记成家里人，关系待核实", "刘小毛": "关系先不改",
    }  # fmt: skip
    assert {name: one.relation for name, one in people().items()} == {
        "刘桂英": "户主", "刘小毛": "子", "王建国": "待核实", "刘小丫": "女", "李娟": "待核实",
    }  # fmt: skip


@pytest.mark.usefixtures("database")
def test_of_two_heads_in_a_file_only_the_second_ones_family_is_open():
    rows = [
        person(1, name="王建国"), person(2, name="李娟", relation="配偶"),
        person(3, head="周平", name="周平"), person(4, head="周平", name="周小毛", relation="子"),
    ]  # fmt: skip
    _, report = take(roster(*rows))
    assert report.doubts == {"heads_in_file": 1, "relation_unclear": 1}
    assert (people()["李娟"].relation, people()["周小毛"].relation) == ("配偶", "待核实")
