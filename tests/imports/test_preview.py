"""What a preview shows of a file: its counts, homes and people that change, doubts; on both databases."""

# A row of a sheet stands on one line, as it does there.
# ruff: noqa: E501

import pytest

from app.accounts.schemas import Actor
from app.db import reading, transaction
from app.imports import service
from tests.imports.conftest import preview, take
from tests.imports.files import family, person, roster

pytestmark = pytest.mark.usefixtures("database")


def tiles(import_id: str, actor: Actor) -> dict[str, int]:
    """The numbers above the table, each held against the rows of its tab."""
    with reading() as session:
        told = {tile.tab: int(tile.number) for tile in service.view(session, actor, import_id).tiles}
        for tab, number in told.items():
            assert service.page(session, actor, import_id, tab, 0).total == number, tab
    return told


def test_what_changes_about_homes_is_told_field_by_field(clerk):
    take(family(户属性="一般户"))
    rows = family(户属性="低保边缘", 组别="5组", 最近排查日期="2026.10.1", 联系电话="15400000001")
    import_id, report = preview(rows, actor=clerk)
    assert (report.changed, report.households) == (1, {"created": 0, "changed": 1})
    assert tiles(import_id, clerk) == {
        "new": 0, "changed": 2, "same": 2, "unreadable": 0, "doubts": 0, "repaired": 1,
    }  # fmt: skip
    with reading() as session:
        home, man = service.page(session, clerk, import_id, "changed", 0).rows
        seen = service.view(session, clerk, import_id)
    assert (home.kind, home.name, home.code, home.place) == ("户", "王建国", "34992710020100001", "毛安村 第 3 行")
    assert (home.what, home.before, home.after) == (
        "组、户属性、最近排查日期",
        "4；一般户；（空）",
        "5；低保边缘；2026-10-01",
    )
    assert (man.kind, man.name, man.what) == ("人", "王建国", "电话")
    assert next(tile.parts for tile in seen.tiles if tile.tab == "changed") == "1 户，1 人"
    assert seen.notes[:2] == [
        "人：表里 3 行，新的 0，有变化 1，没变化 2，读不出或不导入 0。",
        "户：表里 2 户，新的 0，有变化 1，没变化 1。",
    ]
    with transaction() as session:
        service.mark_running(session, clerk, import_id)
    service.take(import_id, clerk)
    with reading() as session:
        assert service.page(session, clerk, import_id, "changed", 0).total == 2


def test_only_homes_change_and_can_be_taken_in(clerk):
    take(family())
    import_id, _ = preview(family(户属性="低保边缘"), actor=clerk)
    with reading() as session:
        seen = service.view(session, clerk, import_id)
    assert (seen.can_take, seen.first_tab, seen.summary) == (True, "changed", "新的 0，有变化 1，读不出 0")
    assert not any("不用导入" in words for words in seen.notes)


def test_who_moves_is_told_by_the_codes_of_the_homes(clerk):
    take(family())
    import_id, _ = preview(
        roster(person(2, name="李娟", home=2, head="周平", relation="母亲", 联系电话="")), actor=clerk
    )
    with reading() as session:
        (row,) = service.page(session, clerk, import_id, "changed", 0).rows
    assert (row.what, row.before, row.after) == (
        "住的户、与户主关系",
        "34992710020100001；配偶",
        "34992710020100002；母亲",
    )


def test_doubts_have_a_tab_of_their_own(clerk):
    data = roster(
        person(1, 身份证号="349927198307278901", 性别="女"), person(2, name="李娟", relation="配偶", 联系电话="0556-7356664"),
        person(3, name="王小毛", relation="子", 最近排查日期="去年"), person(4, name="王小丫", relation="女", 性别="女"),
        person(5, name="周平", relation="父亲", 身份证号=""),
    )  # fmt: skip
    import_id, report = preview(data, actor=clerk)
    assert sum(report.doubts.values()) == 4
    assert tiles(import_id, clerk)["doubts"] == 4
    with reading() as session:
        seen = service.view(session, clerk, import_id)
        rows = service.page(session, clerk, import_id, "doubts", 0).rows
    assert seen.first_tab == "doubts"
    assert any("有 4 处要核实" in words for words in seen.notes)
    assert [(row.name, row.what, row.before, row.after) for row in rows] == [
        ("王建国", "号码最后一位对不上", "349927********8901", "照表里写的导入"),
        ("李娟", "电话不像手机号", "055*-***6664", "照表里写的导入"),
        ("王小毛", "日期看不懂，没有填", "去年", ""),
        ("王小丫", "性别和号码不一致", "女", "照表里写的导入"),
    ]
