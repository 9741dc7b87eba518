"""Divisions on both databases: taken in, named with what lies above them, told to phones when they change."""

from sqlalchemy import select

from app.db import reading, transaction
from app.divisions import service as divisions
from app.divisions.schemas import DivisionIn
from models.feed import FeedRow
from tests.makers import COUNTY, TOWN, VILLAGE


def test_divisions_are_named_and_renamed(database):
    with transaction() as session:
        rows = [
            DivisionIn(code=code, name=name)
            for code, name in ((COUNTY, "演示县"), (TOWN, "高士镇"), (VILLAGE, "毛安村"))
        ]
        assert divisions.upsert(session, None, rows) == [COUNTY, TOWN, VILLAGE]
        assert divisions.upsert(session, None, rows) == []
        assert divisions.place(session, VILLAGE) == "高士镇毛安村"
        assert divisions.chain(session, VILLAGE) == ["演示县", "高士镇", "毛安村"]
    with transaction() as session:
        divisions.upsert(session, None, [DivisionIn(code=TOWN, name="高士新镇")])
    with reading() as session:
        last = session.scalars(
            select(FeedRow.row_id).where(FeedRow.type == "division").order_by(FeedRow.position)
        ).all()
        assert set(last[-2:]) == {TOWN, VILLAGE}
        assert divisions.pull(session, [VILLAGE])[VILLAGE][1]["place"] == "高士新镇毛安村"


def test_an_unknown_part_is_shown_by_its_code(database):
    with reading() as session:
        assert divisions.place(session, VILLAGE) == TOWN + VILLAGE
        assert divisions.within(session, ()) == []


def test_a_county_without_a_row_is_the_whole_county(database):
    with reading() as session:
        assert divisions.places(session, [COUNTY]) == {COUNTY: "全县"}


def test_a_list_to_choose_from_is_held_to_the_area(database):
    with transaction() as session:
        rows = ((COUNTY, "演示县"), (TOWN, "高士镇"), (VILLAGE, "毛安村"), ("349927102", "赛口镇"))
        divisions.upsert(session, None, [DivisionIn(code=code, name=name) for code, name in rows])
        assert [one.place for one in divisions.within(session, (TOWN,))] == ["高士镇", "高士镇毛安村"]
        assert [one.code for one in divisions.within(session, (COUNTY,), "village")] == [VILLAGE]
        assert len(divisions.all_of(session)) == 4
