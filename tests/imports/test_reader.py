"""Sheets: headers in all their variants, rows that are no records, merges, households, rows written twice."""

# A row of a sheet stands on one line, as it does there.
# ruff: noqa: E501

from datetime import date

import pytest

from app.imports import reader
from app.imports.book import open_book
from app.imports.reader import Line
from tests.imports import files
from tests.imports.files import HEADER, person, roster

ON = date(2026, 10, 31)


def lines(data: bytes, name: str = "表.xlsx") -> list[Line]:
    read = []
    twins: dict[str, reader.Twins] = {}
    for found in reader.recognise(open_book(name, data)):
        if found.shape is None:
            continue
        for line in reader.read(found, ON):
            if line.kind == "record" and not line.why:
                twins.setdefault(found.shape.name, reader.Twins(found.shape)).mark(line)
            read.append(line)
    return read


def records(data: bytes, name: str = "表.xlsx") -> list[Line]:
    return [line for line in lines(data, name) if line.kind == "record"]


def kinds(data: bytes, name: str = "表.xlsx") -> list[tuple[int, str]]:
    return [(line.row, line.kind) for line in lines(data, name)]


def header_of(data: bytes, name: str = "表.xlsx"):
    found = reader.recognise(open_book(name, data))[0]
    assert found.header is not None
    return found.ledger.code, found.shape.name, found.header.row, found.header.rows, found.header.unknown


def test_a_plain_roster():
    read = records(roster(person(1), person(2, name="李娟", relation="配偶")))
    assert [(line.row, line.name, line.values["household"], line.why, line.repairs) for line in read] == [
        (3, "王建国", "34992710020100001", None, []), (4, "李娟", "34992710020100001", None, []),
    ]  # fmt: skip
    assert read[0].values["group"] == "4"


@pytest.mark.parametrize("make", [files.xlsx, files.xls])
def test_both_kinds_of_workbook_read_alike(make):
    data = make({"毛安村": [["花名册"], HEADER, person(1, 最近排查日期=date(2026, 10, 1))]})
    assert records(data)[0].values["checked_on"] == date(2026, 10, 1)


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_a_roster_as_csv(encoding):
    rows = [["花名册"], HEADER, person(1, 联系电话="16173365764", 最近排查日期="46318")]
    line = records(files.text(rows, encoding), "花名册.csv")[0]
    assert (line.sheet, line.row, line.values["checked_on"], line.kinds) == ("", 3, date(2026, 10, 23), ["date_serial"])


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("身份证号", "身份证\n号码"), ("身份证号", "公民身份号码"), ("身份证号", "身份证件号码 "), ("身份证号", "居民身份证号码"),
        ("姓名", "姓  名"), ("姓名", "对象姓名"), ("姓名", "家庭成员姓名"), ("户编号", "家庭\n编号"), ("户编号", "户号"),
        ("户编号", "农户编号"), ("所在村", "村\uff08居\uff09"), ("联系电话", "手机号"), ("户属性", "户属性\n(脱贫监测)"),
        ("户主", "户主姓名"), ("与户主关系", "与户主\n关系"), ("劳动能力", "劳动力状况"), ("排查结论", "不符合原因"),
        ("最近排查日期", "排查\n时间"), ("特殊类别", "人员类别"), ("外出务工", "务工情况"), ("序号", "编号"), ("户籍", "户籍所在地"),
    ],
)  # fmt: skip
def test_header_variants(old, new):
    header = [new if title == old else title for title in HEADER]
    assert header_of(roster(person(1), header=header)) == ("roster", "people", 2, 1, ())


def test_columns_in_any_order_and_one_nobody_knows():
    order = list(reversed(range(len(HEADER))))
    header = [HEADER[place] for place in order] + ["银行卡号"]
    row = [person(1)[place] for place in order] + ["6222"]
    data = roster(row, header=header)
    assert header_of(data)[-1] == ("银行卡号",)
    assert records(data)[0].name == "王建国"


def test_titles_and_blank_rows_before_the_header():
    data = files.xlsx({"村": [["花名册"], ["填报单位:县民政局   填报日期:2026.10.31"], [], HEADER, person(1)]})
    assert header_of(data)[2] == 4
    assert kinds(data) == [(1, "title"), (2, "title"), (3, "blank"), (5, "record")]


def test_a_header_in_two_rows_with_groups_above():
    above = ["基本情况", *[""] * 9, "更多情况", *[""] * 8]
    data = files.xlsx({"村": [["花名册"], above, HEADER, person(1)]}, {"村": ["A2:J2", "K2:S2"]})
    assert header_of(data) == ("roster", "people", 3, 2, ())
    assert kinds(data) == [(1, "title"), (2, "title"), (4, "record")]


def test_a_header_in_two_rows_whose_leaves_hang_below_groups():
    header = ["序号", "姓名", "身份证号", "父亲", "", "母亲", "", "儿童类别", "风险等级"]
    leaves = ["", "", "", "姓名", "身份证号", "姓名", "身份证号", "", ""]
    row = [1, "张文", files.number("20220120"), "张海", files.number("19860524"), "李梅", "", "困境儿童", "绿"]
    data = files.xlsx({"困境儿童": [["困境儿童台账"], header, leaves, row]}, {"困境儿童": ["A2:A3", "B2:B3", "C2:C3"]})
    assert header_of(data) == ("children", "children", 3, 2, ())
    values = records(data)[0].values
    assert (values["name"], values["father"], values["mother"], values["risk"]) == ("张文", "张海", "李梅", "绿")


def test_separators_totals_signatures_and_notes_are_no_records():
    rows = [
        person(1), [], ["小计", "", "", "", "", "", "", "1人"], person(2, name="李娟"), ["", "毛安村合计", *[""] * 17],
        ["合  计", *[""] * 10, 2], ["总计:2人"], ["备注\uff1a以上人员均已核实"], ["制表人:        审核人:        分管领导:"],
    ]  # fmt: skip
    found = [kind for _, kind in kinds(roster(*rows))]
    assert found == ["title", "record", "blank", "total", "record", "total", "total", "total", "note", "footer"]


def test_signatures_spread_over_cells_and_header_repeated_on_each_page():
    rows = [person(1), HEADER, person(2, name="李娟"), ["制表人\uff1a王", *[""] * 6, "审核人\uff1a李"]]
    assert [kind for _, kind in kinds(roster(*rows))] == ["title", "record", "header", "record", "footer"]


def test_rows_numbered_in_advance_are_blank_and_trailing_blanks_are_nothing():
    rows = [person(1), [2, "毛安村"], [3], person(4), [5], ["", " ", "\u3000"], ["", "", ""]]
    found = [kind for _, kind in kinds(roster(*rows))]
    assert found == ["title", "record", "blank", "blank", "record"]


def test_merged_cells_are_not_blank():
    rows = [
        person(1),
        person(2, name="李娟", 所在村="", 户编号="", 组别=""),
        person(3, name="王小", 所在村="", 户编号="", 组别=""),
    ]
    data = files.xlsx({"村": [["花名册"], HEADER, *rows]}, {"村": ["B3:B5", "D3:D5", "C3:C5"]})
    assert {(line.values["village"], line.values["household"], line.values["group"]) for line in records(data)} == {
        ("毛安村", "34992710020100001", "4")
    }


def test_a_village_stands_once_for_a_run_also_without_a_merge():
    rows = [person(1), person(2, 所在村=""), [], person(3, 所在村="黄河村"), person(4, 所在村="")]
    assert [line.values["village"] for line in records(roster(*rows))] == ["毛安村", "毛安村", "黄河村", "黄河村"]


def test_a_household_code_left_out_below_the_head_is_the_same_household():
    rows = [
        person(1),
        person(2, name="李娟", relation="配偶", 户编号=""),
        person(3, name="周平", head="周平", 户编号=""),
    ]
    found = [(line.values["household"], line.why) for line in records(roster(*rows))]
    assert found == [("34992710020100001", None), ("34992710020100001", None), (None, "household_missing")]


def test_a_household_code_that_excel_damaged_is_not_guessed():
    line = records(roster(person(1, 户编号=34992710020100001.0)))[0]
    assert (line.why, line.shown) == ("code_lost_tail", "3.49927100201000E+16")


def test_unreadable_rows_are_told_with_place_reason_and_cell():
    rows = [
        person(1, 身份证号=3.49927199003013e17), person(2, name="李 娟", 身份证号=""), person(3, 身份证号="3.49927E+17"),
        person(4, 身份证号="34992719"),
    ]  # fmt: skip
    assert [(line.row, line.why, line.name, line.shown) for line in records(roster(*rows))] == [
        (3, "id_lost_tail", "王建国", "3.49927199003013E+17"), (4, "id_missing", "李娟", ""),
        (5, "id_scientific_text", "王建国", "3.49927E+17"), (6, "id_malformed", "王建国", "34992719"),
    ]  # fmt: skip


def test_a_row_without_name_and_number_but_with_the_rest_is_unreadable_not_dropped():
    line = records(roster(person(1, name="", 身份证号="")))[0]
    assert (line.why, line.name) == ("id_missing", "")


def test_the_same_row_twice_is_found_over_sheets_and_dresses():
    twice = person(9, 联系电话=16173365764.0, 身份证号=person(1)[9].lower() + " ", 户属性="")
    data = files.xlsx({"甲": [["花名册"], HEADER, person(1)], "乙": [["花名册"], HEADER, twice]})
    first, second = records(data)
    assert (first.twin, second.twin) == (None, ("甲", 3))
    assert second.kinds[-1] == "duplicate_row"


def test_one_number_for_two_people_is_no_twin():
    same = person(1)[9]
    read = records(roster(person(1), person(2, name="李娟", home=2, 身份证号=same)))
    assert [line.twin for line in read] == [None, None]


def test_doubts_are_warnings_and_the_row_is_read():
    rows = [
        person(1, 性别="", 身份证号="349927198307278901"), person(2, 性别="", 身份证号="349927196602297941"),
        person(3, 性别="", 身份证号="349927202705246854"), person(4, 联系电话="0556-7356664"), person(5, 最近排查日期="去年"),
        person(6, 性别="女"), person(7, 居住状况="很" * 40),
    ]  # fmt: skip
    assert [(line.why, [code for code, _, _ in line.warnings]) for line in records(roster(*rows))] == [
        (None, ["id_check"]), (None, ["id_date"]), (None, ["id_future"]), (None, ["phone_form"]), (None, ["date_unreadable"]),
        (None, ["sex_differs"]), (None, ["too_long"]),
    ]  # fmt: skip


def test_a_row_without_a_name_is_told():
    assert [line.why for line in records(roster(person(1, name="")))] == ["name_missing"]


def test_sheets_of_codes_and_of_words_are_for_reference():
    data = files.xlsx({
        "区划代码": [["乡镇", "乡镇代码", "村", "村代码(12位)"], ["高士镇", "349927100", "毛安村", "349927100201"]],
        "毛安村": [["花名册"], HEADER, person(1)],
        "填表说明": [["1.一户一表。"], ["2.身份证号填18位。"]],
        "空": [],
    })  # fmt: skip
    shapes = [found.shape and found.shape.name for found in reader.recognise(open_book("花名册.xlsx", data))]
    assert shapes == ["divisions", "people", None, None]


@pytest.mark.parametrize(
    ("name", "title", "header", "row", "shape"),
    [
        ("低保在册名单.xlsx", "农村最低生活保障在册名单",
         ["编号", "所在村", "低保\n证号", "户号", "户主姓名", "户主证件号码", "家庭关系", "家庭成员", "成员身份证号", "是否享受"],
         [1, "毛安村", "DB1", "34992710020100001", "王建国", files.number(), "户主", "王建国", files.number(), "√"], "dibao_members"),
        ("发放.xlsx", "2026年5月高龄津贴发放花名册", ["编号", "行政村", "对象姓名", "身份证号", "金额(元)", "打卡日期", "打卡结果"],
         [1, "毛安村", "王建国", files.number(), 60.0, "2026.5.21", "成功"], "old_age_paid"),
        ("发放.xlsx", "2026年5月残疾人两项补贴发放花名册",
         ["编号", "村", "姓名", "身份证号", "补贴\n种类", "金额(元)", "打卡日期", "发放状态"],
         [1, "毛安村", "王建国", files.number(), "生活补贴", 80.0, "2026.5.21", "成功"], "subsidies_paid"),
        ("流水.xlsx", "备用金流水账", ["发生日期", "凭证编号", "类型", "收入(元)", "支出(元)", "余额", "姓名", "身份证号", "事由"],
         [46028.0, "202601-001", "期初", 20000.0, "", 20000.0, "", "", ""], "petty_cash"),
    ],
)  # fmt: skip
def test_other_ledgers_are_known_by_their_columns_and_words(name, title, header, row, shape):
    data = files.xlsx({"表": [[title], header, row]})
    assert header_of(data, name)[1] == shape
    assert [line.why for line in records(data, name)] == [None]


def test_a_petty_fund_has_rows_about_nobody_but_not_with_a_lost_number():
    header = ["发生日期", "凭证编号", "类型", "收入(元)", "支出(元)", "余额", "姓名", "身份证号", "事由"]
    rows = [
        ["2026-01-06", "1", "期初", 20000.0, "", 20000.0],
        ["2026-01-21", "2", "支出", "", 2.0, 1.0, "王建国", 3.49927199003013e17],
    ]
    read = records(files.xlsx({"镇": [["流水账"], header, *rows]}))
    assert [line.why for line in read] == [None, "id_lost_tail"]
    assert read[0].values["income"] == 2_000_000


def test_a_sheet_of_something_else_is_left_alone():
    data = files.xlsx({"账": [["品名", "数量", "单价"], ["大米", 3, 60]]})
    assert [found.ledger for found in reader.recognise(open_book("采购.xlsx", data))] == [None]
