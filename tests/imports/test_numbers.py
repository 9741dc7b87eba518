"""One ID number in several rows of a file: every place is shown, nobody is dropped or made twice; on both databases."""

# A row of a sheet stands on one line, as it does there.
# ruff: noqa: E501

import pytest
from sqlmodel import select

from app.accounts.schemas import Actor
from app.db import reading, transaction
from app.feed.service import Change, publish
from app.imports import service
from models.elders import Elder
from models.feed import FeedRow
from models.households import Household, Person
from models.imports import ImportBatch
from tests import makers
from tests.imports.conftest import preview, register, take, undo
from tests.imports.files import HEADER, VILLAGE, number, person, roster, xlsx

pytestmark = pytest.mark.usefixtures("database")
ONE = number(order=777)
SHOWN = ("name", "place", "what", "before", "after")


def tab(import_id: str, name: str, actor: Actor) -> list[tuple[str, ...]]:
    with reading() as session:
        rows = service.page(session, actor, import_id, name, 0).rows
    return [tuple(getattr(row, word) for word in SHOWN) for row in rows]


def homes_of(name: str) -> list[str]:
    query = select(Household.code).join(Person, Person.household_id == Household.id).where(Person.name == name)
    with reading() as session:
        return sorted(code[-5:] for code in session.exec(query))


def finished(import_id: str, actor: Actor, *names: str) -> list[object]:
    """What the report says of these once the import is done."""
    with transaction() as session:
        service.mark_running(session, actor, import_id)
    service.take(import_id, actor)
    with reading() as session:
        return [session.get_one(ImportBatch, import_id).report[name] for name in names]


def two_people() -> bytes:
    return xlsx({
        "毛安村": [["花名册"], HEADER, person(1), person(2, name="檀兰琳", relation="配偶", 身份证号=ONE)],
        "黄河村": [["花名册"], HEADER, person(3, home=2, head="周平", name="周平"),
                 person(4, home=2, head="周平", name="方娟雪", relation="配偶", 身份证号=ONE)],
    })  # fmt: skip


def test_two_people_with_one_number_are_both_taken_in_and_both_places_are_told(clerk):
    import_id, report = preview(two_people(), actor=clerk)
    assert (report.created, report.contrary, dict(report.doubts)) == (4, 0, {"number_shared": 2})
    told = [
        (
            "檀兰琳",
            "毛安村 第 4 行",
            "一个号码写了几个人",
            "也写着：方娟雪（黄河村 第 4 行）",
            "都照表里写的导入，问清楚再改",
        ),
        (
            "方娟雪",
            "黄河村 第 4 行",
            "一个号码写了几个人",
            "也写着：檀兰琳（毛安村 第 4 行）",
            "都照表里写的导入，问清楚再改",
        ),
    ]
    assert tab(import_id, "doubts", clerk) == told
    with transaction() as session:
        service.mark_running(session, clerk, import_id)
    service.take(import_id, clerk)
    assert (homes_of("檀兰琳"), homes_of("方娟雪")) == (["00001"], ["00002"])
    assert tab(import_id, "doubts", clerk) == told
    before = register()
    again, report = take(two_people(), actor=clerk)
    assert (report.created, report.changed, report.unchanged, dict(report.doubts)) == (0, 0, 4, {"number_shared": 2})
    assert (register(), tab(again, "doubts", clerk)) == (before, told)


def test_two_people_of_one_home_with_one_number_are_told_too(clerk):
    rows = [
        person(1),
        person(2, name="王大宝", relation="子", 身份证号=ONE),
        person(3, name="王小宝", relation="子", 身份证号=ONE),
    ]
    import_id, report = take(roster(*rows), actor=clerk)
    assert (report.created, dict(report.doubts)) == (3, {"number_shared": 2})
    assert [one[0] for one in tab(import_id, "doubts", clerk)] == ["王大宝", "王小宝"]


def moved(*more: list) -> bytes:
    return roster(
        person(1), person(2, name="李娟", relation="女", 身份证号=ONE),
        person(3, home=2, head="周平", name="周平"), person(4, home=2, head="周平", name="李娟", relation="配偶", 身份证号=ONE), *more,
    )  # fmt: skip


def test_one_person_in_two_homes_is_made_once_and_the_other_row_is_listed(clerk):
    import_id, report = preview(moved(), actor=clerk)
    assert (report.created, report.contrary, report.rows_good) == (3, 1, 4)
    assert dict(report.doubts) == {"told_two_homes": 2}
    told = [
        (
            "李娟",
            "毛安村 第 4 行",
            "同一个人写在两户",
            f"也写着：毛安村 第 6 行（户 {VILLAGE}00002）",
            "只记在这一户，问清楚再改",
        ),
        ("李娟", "毛安村 第 6 行", "同一个人写在两户", f"也写着：毛安村 第 4 行（户 {VILLAGE}00001）", "不导入"),
    ]
    assert tab(import_id, "doubts", clerk) == told
    lost = [("李娟", "毛安村 第 6 行", "同一个人写在两户", "另见 毛安村 第 4 行", "不导入，也不猜")]
    assert tab(import_id, "unreadable", clerk) == lost
    with transaction() as session:
        service.mark_running(session, clerk, import_id)
    service.take(import_id, clerk)
    assert homes_of("李娟") == ["00001"]
    assert (tab(import_id, "doubts", clerk), tab(import_id, "unreadable", clerk)) == (told, lost)
    with reading() as session:
        assert service.view(session, clerk, import_id).unreadable == 1


def test_who_is_in_the_register_stays_where_it_has_them(clerk):
    take(
        roster(
            person(3, home=2, head="周平", name="周平"),
            person(4, home=2, head="周平", name="李娟", relation="配偶", 身份证号=ONE),
        )
    )
    import_id, report = take(moved(), actor=clerk)
    assert (report.created, report.unchanged, report.contrary) == (1, 2, 1)
    assert homes_of("李娟") == ["00002"]
    assert [one[1] for one in tab(import_id, "unreadable", clerk)] == ["毛安村 第 4 行"]


def test_a_row_left_out_at_the_preview_is_weighed_anew_when_it_is_taken_in(clerk):
    import_id, _ = preview(moved(), actor=clerk)
    take(
        roster(
            person(3, home=2, head="周平", name="周平"),
            person(4, home=2, head="周平", name="李娟", relation="配偶", 身份证号=ONE),
        )
    )
    with transaction() as session:
        service.mark_running(session, clerk, import_id)
    service.take(import_id, clerk)
    assert homes_of("李娟") == ["00002"]
    assert [one[1] for one in tab(import_id, "unreadable", clerk)] == ["毛安村 第 4 行"]
    undo(import_id, clerk)
    assert homes_of("李娟") == ["00002"]


def test_nobody_heads_a_home_by_a_row_that_is_left_out(clerk):
    rows = [
        person(1),
        person(2, name="李娟", relation="女", 身份证号=ONE),
        person(3, home=2, head="李娟", name="李娟", 身份证号=ONE),
    ]
    _, report = take(roster(*rows), actor=clerk)
    assert (report.households["created"], report.contrary, homes_of("李娟")) == (1, 1, ["00001"])


def test_a_number_that_the_register_has_for_somebody_else_is_told(clerk):
    take(roster(person(1), person(2, name="檀兰琳", relation="配偶", 身份证号=ONE)))
    import_id, report = take(roster(person(3, home=2, head="方娟雪", name="方娟雪", 身份证号=ONE)), actor=clerk)
    assert (report.created, dict(report.doubts)) == (1, {"number_known": 1})
    assert tab(import_id, "doubts", clerk) == [
        (
            "方娟雪",
            "毛安村 第 3 行",
            "名册里这个号码是别人的",
            f"檀兰琳（户 {VILLAGE}00001）",
            "照表里写的导入，名册里的不动",
        ),
    ]


def test_a_doubt_that_went_between_preview_and_import_is_counted_no_more(clerk):
    first, _ = take(roster(person(1), person(2, name="檀兰琳", relation="配偶", 身份证号=ONE)))
    import_id, before = preview(roster(person(3, home=2, head="方娟雪", name="方娟雪", 身份证号=ONE)), actor=clerk)
    undo(first)
    assert (before.doubts, finished(import_id, clerk, "doubts", "doubtful")) == ({"number_known": 1}, [{}, 0])
    assert tab(import_id, "doubts", clerk) == []


def test_a_mended_name_is_a_change_and_no_doubt(clerk):
    take(roster(person(1, 姓名="王建")))
    _, report = preview(roster(person(1)), actor=clerk)
    assert (report.changed, dict(report.doubts)) == (1, {})


def test_the_register_rows_of_who_moves_go_along_and_phones_are_told(clerk):
    take(roster(person(1), person(2, name="李娟", relation="女", 身份证号=ONE), person(3, home=2, head="周平", name="周平")))
    with transaction() as session:
        who = session.exec(select(Person).where(Person.name == "李娟")).one()
        row_id, old = makers.elder(session, who).id, who.household_id
        publish(session, [Change("elder", row_id, old, who.division)])
    import_id, _ = take(roster(person(4, home=2, head="周平", name="李娟", relation="配偶", 身份证号=ONE)), actor=clerk)

    def told() -> list[str]:
        with reading() as session:
            (here,) = session.exec(select(FeedRow).where(FeedRow.type == "elder", FeedRow.row_id == row_id))
            assert here.household_id == session.get_one(Elder, row_id).household_id
            return [here.household_id]

    assert told() != [old]
    undo(import_id, actor=clerk)
    assert told() == [old]
