"""The ledgers of the registers: whatever order they come in they lead to the same, twice adds nothing, undo restores."""

# A row of a sheet stands on one line, as it does there.
# ruff: noqa: E501

from itertools import permutations
from typing import Any

import pytest
from sqlalchemy import select

from app.db import reading, transaction
from app.errors import Conflict
from app.imports import service
from app.imports.schemas import REASONS
from app.imports.weighing_service import KINDS
from models.households import PersonTag
from models.lists import UnmatchedRow
from tests.imports import files
from tests.imports.conftest import preview, register, take, undo
from tests.imports.files import VILLAGE, number, person

ELDER, CARER, CHILD, GONE = number("19400301", 11), number("19700505", 21), number("20160601", 31), number("19500101", 41)
CODE = f"{VILLAGE}00001"


def roster() -> tuple[str, bytes]:
    rows = [
        person(1, name="王建国", 身份证号=ELDER),
        person(2, name="李娟", relation="女", 身份证号=CARER),
        person(3, name="王小明", relation="孙子", 身份证号=CHILD),
    ]
    codes = [["乡镇", "乡镇代码", "村", "村代码"], ["高士镇", "349927100", "毛安村", VILLAGE]]
    return "花名册.xlsx", files.xlsx({"区划代码": codes, "毛安村": [["户籍人口花名册"], files.HEADER, *rows]})


def elders(**more: Any) -> tuple[str, bytes]:
    header = ["序号", "所在村", "户编号", "姓名", "身份证号", "居住状况", "自理能力等级", "子女个数", "子女姓名及外出地", "赡养协议签订日期", "赡养协议到期日", "紧急联系人", "与老人关系", "联系人电话", "联系电话核实日期", "村内联系人", "探访类别", "最近走访日期", "探访方式"]
    row = [1, "毛安村", CODE, "王建国", ELDER, "独居", "具备生活自理能力", 1, "李娟(广东务工)", "2025-03-01", "长期", "李娟", "女儿", "15400000001", "2026-05-01", "周平", "其他特殊困难", "2026.9.1", "上门"]
    for name, cell in more.items():
        row[header.index(name)] = cell
    return "留守老人台账.xlsx", files.xlsx({"高士镇": [["高士镇农村留守老人信息台账"], header, row]})


def children(**more: Any) -> tuple[str, bytes]:
    header = ["序号", "村", "户编号", "姓名", "身份证号", "儿童类别", "保障方式", "起始年月", "停止年月", "父亲姓名", "父亲身份证号", "父亲状况", "母亲姓名", "母亲状况", "受托人姓名", "受托人身份证号", "与儿童关系", "委托监护确认书起始", "确认书止", "曾实施性侵害虐待遗弃拐卖暴力", "有吸毒酗酒赌博恶习", "曾拒不履行或怠于履行监护职责", "其他不宜担任情形", "居住状况", "就学状况", "风险等级", "最近走访日期"]
    row = [1, "毛安村", CODE, "王小明", CHILD, "事实无人抚养儿童", "全额", "2025-02", "", "王强", GONE, "服刑在押", "", "失联", "李娟", CARER, "姑姑", "2026-01-01", "2026-12-31", "否", "×", "否", "", "与祖父母同住", "在校", "黄", "2026-10-01"]
    for name, cell in more.items():
        row[header.index(name)] = cell
    return "儿童台账.xlsx", files.xlsx({"困境儿童": [["农村困境儿童信息台账"], header, row]})


def destitute(**more: Any) -> tuple[str, bytes]:
    header = ["序号", "村", "户编号", "姓名", "身份证号", "供养方式", "是否愿意集中供养", "询问日期", "自主吃饭", "穿衣", "上下床", "如厕", "室内行走", "洗澡", "自理能力等级", "评估日期", "照料人姓名", "照料人身份证号", "照料人电话", "协议起", "协议止", "最近探视日期", "起始年月", "停止年月", "停止原因"]
    row = [1, "毛安村", CODE, "王建国", ELDER, "分散供养", "不愿意", "2026-04-01", "能", "能", "能", "不能", "能", "√", "部分丧失生活自理能力", "2026-03-01", "李娟", CARER, "", "2026-01-01", "2026-12-31", "2026-10-01", "2024-01", "", ""]
    for name, cell in more.items():
        row[header.index(name)] = cell
    return "特困人员名单.xlsx", files.xlsx({"分散供养": [["特困人员救助供养名单"], header, row]})


def paid(**more: Any) -> tuple[str, bytes]:
    header = ["序号", "村", "姓名", "身份证号", "发放金额", "打卡日期", "打卡结果"]
    row = [1, "毛安村", "王建国", ELDER, 60, "2026-08-21", "成功"]
    for name, cell in more.items():
        row[header.index(name)] = cell
    kept = [["编号", "村", "户编号", "姓名", "身份证号", "津贴档次", "金额", "起发年月", "停发年月"], [1, "毛安村", CODE, "王建国", ELDER, "80-89", 60, "2020-03", ""]]
    return "高龄津贴发放册.xlsx", files.xlsx({"在册名单": [["高龄津贴在册名单"], *kept], "202608": [["2026年8月高龄津贴发放花名册"], header, row]})


def pairing(**more: Any) -> tuple[str, bytes]:
    return paired_with(more)


def paired_with(*cadres: dict[str, Any]) -> tuple[str, bytes]:
    header = ["序号", "乡镇", "村", "户编号", "姓名", "身份证号", "户属性", "帮扶单位", "帮扶责任人", "责任人电话", "结对开始日期", "结对结束日期", "最近走访日期", "走访方式"]
    row = [1, "高士镇", "毛安村", CODE, "王建国", ELDER, "脱贫不稳定户", "县教育局", "周红", "15411112222", "2024-06-16", "", "2026-09-25", "入户"]
    rows = [[more.get(name, cell) for name, cell in zip(header, row, strict=True)] for more in cadres]
    return "结对帮扶名册.xlsx", files.xlsx({"结对帮扶": [["干部结对帮扶名册"], header, *rows]})


def deaths(name: str = "王建国", who: str = ELDER) -> tuple[str, bytes]:
    header = ["编号", "姓名", "性别", "身份证号", "死亡日期", "信息来源"]
    return "死亡人员名单.xlsx", files.xlsx({"公安注销": [["死亡人员名单"], header, [1, name, "", who, "2026.9.24", "公安注销"]]})


def petty() -> tuple[str, bytes]:
    header = ["日期", "凭证号", "类型", "收入", "支出", "余额", "姓名", "身份证号", "事由", "经办人", "审批人", "发放方式"]
    rows = [["2026-01-06", "202601-001", "期初", 1000, "", 1000, "", "", "", "", "", ""], ["2026-02-06", "202602-002", "支出", "", 300.5, 699.5, "王建国", ELDER, "火灾", "甲、乙", "丙", "现金"]]
    return "备用金流水.xlsx", files.xlsx({"高士镇": [["高士镇临时救助备用金流水账"], header, *rows]})


LEDGERS = (elders, children, destitute, paid, pairing, deaths, petty)
_PASSING = {"id", "import_id", "created_at", "updated_at", "version", "official_id", "made"}


def everything() -> list[Any]:
    """The register and all tables of the ledgers, as plain values; ids of people and homes by what they are called."""
    with reading() as session:
        from models.households import Household, Person

        called = {row.id: row.id_index for row in session.scalars(select(Person))} | {
            row.id: row.code for row in session.scalars(select(Household))
        }
        found: list[Any] = []
        for kind in KINDS.values():
            for row in session.execute(select(kind.table)).mappings():
                found.append((kind.name, sorted((name, str(called.get(value, value) if isinstance(value, str) else value)) for name, value in row.items() if name not in _PASSING)))
        for row in session.scalars(select(PersonTag)):
            found.append(("tag", called[row.person_id], row.tag, str(row.from_on), str(row.to_on)))
        for one in session.scalars(select(UnmatchedRow)):
            if one.state != "matched":
                found.append(("waits", one.shape, one.name, one.state))
    return sorted(found, key=str) + [row for row in register() if row[0] != "tag"]


@pytest.mark.usefixtures("database")
def test_the_order_of_files_changes_nothing_and_undo_restores():
    first = None
    orders = [[roster, *LEDGERS], [*LEDGERS[::-1], roster]]
    nothing = everything()
    for order in orders:
        done, before = [], []
        for make in order:
            before.append(everything())
            done.append(take(*reversed(make()))[0])
        now = everything()
        first = first or now
        assert now == first
        assert not [row for row in now if row[0] == "waits"]
        for make in order:
            _, report = take(*reversed(make()))
            assert (report.created, report.changed, report.unmatched) == (0, 0, 0), make
        assert everything() == now
        for import_id, former in zip(reversed(done), reversed(before), strict=True):
            for again in _later(import_id):
                undo(again)
            undo(import_id)
            assert everything() == former
        assert everything() == nothing


def _later(import_id: str) -> list[str]:
    """Imports of the same file that changed nothing."""
    from models.imports import ImportBatch

    with reading() as session:
        mine = session.get(ImportBatch, import_id)
        query = select(ImportBatch).where(ImportBatch.file_name == mine.file_name, ImportBatch.state == "done", ImportBatch.id > import_id)
        return [row.id for row in session.scalars(query)]


@pytest.mark.usefixtures("database")
def test_a_few_orders_of_three_files_lead_to_the_same():
    found = []
    for order in permutations((roster, destitute, deaths)):
        done = [take(*reversed(make()))[0] for make in order]
        found.append(everything())
        for import_id in reversed(done):
            undo(import_id)
    assert all(one == found[0] for one in found)


@pytest.mark.usefixtures("database")
def test_people_upon_whom_ledgers_stand_are_not_taken_away():
    import_id, _ = take(*reversed(roster()))
    take(*reversed(elders()))
    before = everything()
    with pytest.raises(Conflict, match="台账用到它们"):
        undo(import_id)
    assert everything() == before


@pytest.mark.usefixtures("home")
def test_a_changed_ledger_changes_its_rows_and_is_undone():
    take(*reversed(roster()))
    take(*reversed(elders()))
    before = everything()
    import_id, report = take(*reversed(elders(探访类别="失能或独居高龄", 最近走访日期="2026-11-01", 联系人电话="15400000009")))
    assert (report.created, report.changed) == (0, 1)
    assert everything() != before
    undo(import_id)
    assert everything() == before


@pytest.mark.usefixtures("database")
def test_what_a_visit_found_is_not_written_over_and_the_difference_is_told():
    from app.db import transaction
    from app.imports import service
    from models.elders import Elder
    from models.hardship import Hardship
    from models.households import Person

    take(*reversed(roster()))
    found = {
        "person.living": {"value": "spouse", "visit": "v"}, "person.self_care": {"value": "unable", "visit": "v"},
        "hardship.cannot": {"value": ["eats"], "visit": "v"}, "hardship.wish": {"value": "unwilling", "visit": "v"},
    }  # fmt: skip
    with transaction() as session:
        session.scalars(select(Person).where(Person.name == "王建国")).one().ledger = found
    import_id, report = take(*reversed(elders()))
    assert report.doubts == {"visit_says": 1}
    with reading() as session:
        shown = service.page(session, None, import_id, "doubts", 0).rows
        assert session.scalars(select(Elder)).one().living_written == "独居"
        assert session.scalars(select(Person).where(Person.name == "王建国")).one().ledger == found
    assert ("居住状况：走访写 与配偶同住" in shown[0].before, shown[0].after.startswith("走访写的不动")) == (True, True)
    import_id, _ = take(*reversed(destitute()))
    with reading() as session:
        said = service.page(session, None, import_id, "doubts", 0).rows[0].before
        assert session.scalars(select(Hardship)).one().eats is True
    assert "自主吃饭：走访写 不能" in said
    assert "如厕：走访写 能" in said
    assert "自理能力等级：走访写 不能自理" in said
    assert "意愿" not in said


@pytest.mark.usefixtures("database")
def test_a_contact_that_was_called_later_stays():
    from datetime import date

    from app.db import transaction
    from models.households import Contact

    take(*reversed(roster()))
    take(*reversed(elders()))
    with transaction() as session:
        contact = session.scalars(select(Contact).where(Contact.kind == "emergency")).one()
        contact.phone, contact.confirmed_on, contact.confirmed_by = "15499999999", date(2026, 7, 1), "somebody"
        contact.version += 1
    _, report = take(*reversed(elders(联系人电话="15400000009", 联系电话核实日期="2026-06-01")))
    assert report.doubts == {"visit_later": 1}
    with reading() as session:
        contact = session.scalars(select(Contact).where(Contact.kind == "emergency")).one()
    assert (contact.phone, contact.confirmed_on) == ("15499999999", date(2026, 7, 1))
    with transaction() as session:
        contact = session.scalars(select(Contact).where(Contact.kind == "emergency")).one()
        contact.confirmed_on, contact.confirmed_by, contact.source_visit_id = None, None, "v"
        contact.version += 1
    _, report = take(*reversed(elders(联系人电话="15400000009", 联系电话核实日期="2026-06-01")))
    assert report.doubts == {"visit_later": 1}, "what a visit wrote down stands, though nobody tried the number"


def low_income(reviewed: str) -> tuple[str, bytes]:
    header = ["编号", "所在村", "低保证号", "户编号", "户主姓名", "户主证件号码", "家庭关系", "家庭成员", "成员身份证号", "是否享受", "保障类别", "起始年月", "最近复核日期"]
    row = [1, "毛安村", "DB1", CODE, "王建国", ELDER, "户主", "王建国", ELDER, "是", "A", "2024-01", reviewed]
    return "低保在册名单.xlsx", files.xlsx({"表": [["农村最低生活保障在册名单"], header, row]})


@pytest.mark.usefixtures("database")
def test_a_list_from_before_does_not_undo_a_review_that_the_office_wrote_down():
    from datetime import date

    from app.db import transaction
    from models.benefits import Enrolment

    def reviewed() -> date | None:
        with reading() as session:
            return session.scalars(select(Enrolment)).one().reviewed_on

    take(*reversed(roster()))
    take(*reversed(low_income("2025-03-01")))
    assert reviewed() == date(2025, 3, 1)
    with transaction() as session:
        row = session.scalars(select(Enrolment)).one()
        row.reviewed_on, row.version = date(2026, 3, 2), row.version + 1
    _, report = take(*reversed(low_income("2025-03-01")))
    assert (report.doubts, reviewed()) == ({"visit_later": 1}, date(2026, 3, 2))
    _, report = take(*reversed(low_income("2026-09-01")))
    assert (report.doubts, reviewed()) == ({}, date(2026, 9, 1))


@pytest.mark.usefixtures("database")
def test_an_official_whom_the_list_does_not_name_any_more_is_told_and_stays():
    from app.imports import service
    from models.pairing import PairedHome

    take(*reversed(roster()))
    take(*reversed(pairing()))
    import_id, report = take(*reversed(pairing(帮扶责任人="李卫东", 责任人电话="15411113333", 结对开始日期="2026-06-01")))
    assert report.doubts == {"no_longer_listed": 1}
    with reading() as session:
        [shown] = service.page(session, None, import_id, "doubts", 0).rows
        assert [one.to_on for one in session.scalars(select(PairedHome))] == [None, None]
    assert (shown.before, "结束" in shown.after) == ("名册里还有 周红", True)
    _, report = take(*reversed(pairing(最近走访日期="2026-11-01")))
    assert report.doubts == {"no_longer_listed": 1}, "now it is the other whom the list leaves out"


@pytest.mark.usefixtures("database")
def test_a_home_whose_rows_lie_far_apart_is_judged_by_the_whole_list(monkeypatch):
    from app.imports import ledger_service, service

    other = {"帮扶责任人": "李卫东", "责任人电话": "15411113333"}
    take(*reversed(roster()))
    take(*reversed(paired_with({}, other)))
    monkeypatch.setattr(ledger_service, "COMPARE", 1)
    _, report = take(*reversed(paired_with({}, other)))
    assert (report.doubts, report.unchanged) == ({}, 2), "both are named, though never in one batch"
    import_id, report = take(*reversed(paired_with(other)))
    assert report.doubts == {"no_longer_listed": 1}
    with reading() as session:
        [shown] = service.page(session, None, import_id, "doubts", 0).rows
    assert shown.before == "名册里还有 周红", "told beside the row, and kept after the import"


def two_villages() -> tuple[str, bytes]:
    """Two homes of one village and one of the next."""
    rows = [person(1, name="王建国", 身份证号=ELDER), person(2, home=2, head="周平", name="周平", 身份证号=CARER)]
    other = person(3, head="李四", name="李四", 身份证号=CHILD, 所在村="黄河村", 户编号=FAR)
    codes = [["乡镇", "乡镇代码", "村", "村代码"], ["高士镇", "349927100", "毛安村", VILLAGE], ["高士镇", "349927100", "黄河村", FAR[:12]]]
    return "花名册.xlsx", files.xlsx({"区划代码": codes, "毛安村": [["户籍人口花名册"], files.HEADER, *rows], "黄河村": [["户籍人口花名册"], files.HEADER, other]})


FAR = "34992710020200001"
SECOND = {"户编号": f"{VILLAGE}00002", "姓名": "周平", "身份证号": CARER}
THIRD = {"村": "黄河村", "户编号": FAR, "姓名": "李四", "身份证号": CHILD}


def left_out(import_id: str) -> list[tuple[str, ...]]:
    from app.imports import service

    with reading() as session:
        rows = service.page(session, None, import_id, "left", 0).rows
    return [(row.place, row.kind, row.name, row.code, row.what, row.before) for row in rows]


NO_PHONE = {"责任人电话": ""}


def officials() -> list[tuple[str, str | None, bool]]:
    from models.pairing import Official

    with reading() as session:
        return sorted((one.name, one.unit, bool(one.phone)) for one in session.scalars(select(Official)))


def told_of(import_id: str) -> list[tuple[str, str, str]]:
    with reading() as session:
        return [(one.what, one.before, one.after) for one in service.page(session, None, import_id, "doubts", 0).rows]


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize("more", [NO_PHONE, NO_PHONE | {"帮扶单位": ""}, NO_PHONE | {"结对开始日期": ""}])
def test_a_list_without_telephones_means_the_officials_who_are_known(more):
    take(*reversed(two_villages()))
    take(*reversed(paired_with({})))
    before = everything()
    import_id, report = take(*reversed(paired_with(more, SECOND | more)))
    assert (report.created, report.unchanged, report.doubts) == (1, 1, {}), "the second home is new to the same official"
    assert officials() == [("周红", "县教育局", True)]
    _, report = take(*reversed(paired_with(more, SECOND | more)))
    assert (report.created, report.changed, report.unchanged) == (0, 0, 2), "twice adds nothing"
    undo(import_id)
    assert everything() == before


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize(("known", "said", "shown"), [
    ([{}], {"帮扶单位": "县水利局"}, "名册里有 周红（县教育局）"),
    ([{}, SECOND | {"帮扶单位": "县水利局", "责任人电话": "15411113333"}], {"帮扶单位": ""}, "名册里有 周红（县教育局）、周红（县水利局）"),
    ([{}, SECOND | {"责任人电话": "15411113333"}], {}, "名册里有 2 位 周红（县教育局）"),
])  # fmt: skip
def test_which_official_a_list_without_telephones_means_is_asked_and_not_guessed(known, said, shown):
    take(*reversed(two_villages()))
    take(*reversed(paired_with(*known)))
    there, before = officials(), everything()
    import_id, report = preview(*reversed(paired_with(THIRD | NO_PHONE | said)))
    assert (report.created, report.lacking, report.doubts) == (0, 1, {"official_unclear": 1})
    [(what, written, done)] = told_of(import_id)
    assert (what, written, "先不导入" in done) == ("不知道是哪位责任人", shown, True)
    import_id, _ = take(*reversed(paired_with(THIRD | NO_PHONE | said)))
    assert (officials(), everything()) == (there, before)
    assert len(told_of(import_id)) == 1, "it can still be looked up"


@pytest.mark.usefixtures("database")
def test_two_officials_of_one_name_and_a_telephone_that_comes_later():
    take(*reversed(two_villages()))
    rows = (NO_PHONE, SECOND | NO_PHONE | {"帮扶单位": "县水利局"})
    for _ in range(2):
        take(*reversed(paired_with(*rows)))
        assert officials() == [("周红", "县教育局", False), ("周红", "县水利局", False)]
    before = everything()
    import_id, report = take(*reversed(paired_with({}, THIRD)))
    assert (officials()[0], len(officials()), report.created, report.changed) == (("周红", "县教育局", True), 2, 1, 1)
    undo(import_id)
    assert everything() == before


@pytest.mark.usefixtures("database")
def test_homes_that_the_list_leaves_out_are_shown_and_stay_paired():
    from models.pairing import PairedHome

    take(*reversed(two_villages()))
    other = SECOND | {"帮扶责任人": "李卫东", "责任人电话": "15411113333", "结对开始日期": "2025-01-01"}
    first, _ = take(*reversed(paired_with({}, SECOND, other, THIRD)))
    assert left_out(first) == []
    import_id, report = preview(*reversed(paired_with({})))
    shown = [("毛安村", "户", "周平", SECOND["户编号"], "周红、李卫东", "2024-06-16")]
    assert (left_out(import_id), report.unchanged, report.doubts) == (shown, 1, {}), "the list says nothing of other villages"
    import_id, _ = take(*reversed(paired_with({})))
    assert left_out(import_id) == shown, "a person may come back to it"
    with reading() as session:
        assert [one.to_on for one in session.scalars(select(PairedHome))] == [None] * 4
        view = service_view(session, import_id)
    assert [(tile.number, tile.words) for tile in view.tiles if tile.tab == "left"] == [("1", "名单里没有的户")]
    assert any("还有 1 户在结对" in note for note in view.notes)


@pytest.mark.usefixtures("database")
def test_a_home_whose_pairing_ended_after_the_preview_is_counted_no_more():
    from app.imports import service

    take(*reversed(two_villages()))
    take(*reversed(paired_with({}, SECOND)))
    import_id, _ = preview(*reversed(paired_with({})))
    take(*reversed(paired_with(SECOND | {"结对结束日期": "2026-01-31"})))
    with transaction() as session:
        service.mark_running(session, None, import_id)
    service.take(import_id, None)
    assert left_out(import_id) == []
    with reading() as session:
        assert "left" not in [tile.tab for tile in service_view(session, import_id).tiles]


@pytest.mark.usefixtures("database")
def test_a_home_is_not_left_out_where_its_row_cannot_be_read_or_its_pairing_is_over():
    take(*reversed(two_villages()))
    take(*reversed(paired_with({}, SECOND, THIRD)))
    assert left_out(preview(*reversed(paired_with({}, SECOND | {"身份证号": "3.49927E+17"})))[0]) == []
    assert left_out(preview(*reversed(paired_with({}, SECOND | {"帮扶责任人": ""})))[0]) == []
    take(*reversed(paired_with(SECOND | {"结对结束日期": "2026-01-31"})))
    assert left_out(preview(*reversed(paired_with({})))[0]) == []


@pytest.mark.usefixtures("database")
def test_other_ledgers_leave_nobody_out():
    take(*reversed(two_villages()))
    take(*reversed(paired_with({}, SECOND)))
    import_id, _ = take(*reversed(elders()))
    assert left_out(import_id) == []
    with reading() as session:
        assert "left" not in [tile.tab for tile in service_view(session, import_id).tiles]


@pytest.mark.usefixtures("database")
def test_a_row_that_says_nothing_tells_why_in_the_preview():
    take(*reversed(roster()))
    import_id, report = preview(*reversed(paid(发放金额="")))
    assert report.lacking == 1
    with reading() as session:
        told = service.page(session, None, import_id, "unreadable", 0).rows
    assert [one.what for one in told] == [REASONS["says_nothing"]]


def service_view(session, import_id: str):
    from app.imports import views
    from models.imports import ImportBatch

    return views.view(session, session.get_one(ImportBatch, import_id))


def fees() -> tuple[str, bytes]:
    header = ["序号", "村", "姓名", "身份证号", "供养方式", "自理能力等级", "季度金额", "领款人", "领款人身份证号", "打卡日期", "打卡结果"]
    row = [1, "毛安村", "王建国", ELDER, "分散供养", "具备生活自理能力", 360, "李娟", CARER, "2026-04-08", "成功"]
    return "照料护理补贴发放册.xlsx", files.xlsx({"2026年一季度": [["2026年一季度特困人员照料护理补贴发放册"], header, row]})


@pytest.mark.usefixtures("home")
def test_with_a_new_key_of_the_indexes_every_ledger_still_finds_its_rows():
    from app import crypto_rotation

    makers = (roster, *LEDGERS, fees, lambda: deaths("外人", GONE))
    for make in makers:
        take(*reversed(make()))
    take(*reversed(elders(姓名="外人", 身份证号=GONE)))
    crypto_rotation.reindex(batch=2)
    assert crypto_rotation.reindex(new_key=False)["indexed"] == 0
    for make in (*makers, lambda: elders(姓名="外人", 身份证号=GONE)):
        _, report = take(*reversed(make()))
        assert (report.created, report.changed, report.unmatched) == (0, 0, 0), make()[0]
