"""`ruhutong import`: a preview without --yes, the import with it, one JSON document on stdout."""

import json
from pathlib import Path

import pytest
import typer
from sqlmodel import select

from app.db import migrate, reading
from app.imports import cli
from models.households import Person
from tests.imports import files
from tests.imports.files import HEADER, person, roster


@pytest.fixture
def folder(empty_home: Path, tmp_path: Path) -> Path:
    """An empty home, and a folder with a roster, a death list as csv, and what is no spreadsheet."""
    migrate()
    made = tmp_path / "台账"
    made.mkdir()
    (made / "花名册.xlsx").write_bytes(
        roster(person(1, 身份证号=f"{person(1)[9]} "), person(2, name="李娟", 身份证号=""))
    )
    deaths = [["死亡人员名单"], ["编号", "姓名", "身份证号", "死亡日期"], ["1", "周海", files.number(), "2026.9.24"]]
    (made / "死亡.csv").write_bytes(files.text(deaths, "gb18030"))
    (made / "说明.docx").write_bytes(b"PK\x03\x04")
    return made


def names() -> list[str]:
    with reading() as session:
        return list(session.exec(select(Person.name)))


def test_a_folder_is_previewed_then_taken_in_then_changes_nothing(folder, capsys):
    cli.run([folder], as_json=True)
    first = json.loads(capsys.readouterr().out)
    assert set(first) == {"花名册.xlsx", "死亡.csv"}
    assert first["花名册.xlsx"] | {"import_id": ""} == {
        "ledger": "roster",
        "sheets": {"毛安村": {"header_row": 2, "header_rows": 1, "last_record_row": 4, "records": 2}},
        "rows_good": 0,
        "rows_repaired_total": 1,
        "rows_repaired": {"id_space": 1},
        "rows_unreadable": [{"sheet": "毛安村", "row": 4, "why": "id_missing", "name": "李娟", "shown": ""}],
        "rows_other": {"title": 1},
        "created": 1,
        "changed": 0,
        "unchanged": 0,
        "outside": 0,
        "contrary": 0,
        "unmatched": 0,
        "lacking": 0,
        "households": {"created": 1, "changed": 0},
        "divisions": {"created": 1, "changed": 0},
        "doubts": {},
        "unknown_columns": [],
        "sheets_unread": [],
        "taken": True,
        "imported": False,
        "import_id": "",
    }
    assert first["死亡.csv"]["encoding"] == "gb18030"
    assert first["死亡.csv"]["rows_repaired"] == {"date_dot": 1}
    assert first["死亡.csv"]["sheets"] == {"": {"header_row": 2, "header_rows": 1, "last_record_row": 3, "records": 1}}
    assert names() == []
    cli.run([folder], yes=True, as_json=True)
    second = json.loads(capsys.readouterr().out)["花名册.xlsx"]
    assert (second["created"], second["imported"], names()) == (1, True, ["王建国"])
    cli.run([folder / "花名册.xlsx"], yes=True, as_json=True)
    third = json.loads(capsys.readouterr().out)["花名册.xlsx"]
    assert (third["created"], third["changed"], third["unchanged"]) == (0, 0, 1)


def test_in_words(folder, capsys):
    cli.run([folder / "花名册.xlsx"])
    said = capsys.readouterr().out
    for words in (
        "户籍人口花名册",
        "修好 1 行",
        "号码前后有空格 1",
        "毛安村 第 4 行 李娟，没有身份证号",
        "新的 1 人",
        "--yes",
    ):
        assert words in said


def test_homes_and_doubts_are_told_in_words(folder, capsys):
    cli.run([folder / "花名册.xlsx"], yes=True)
    assert "已导入：新的 1 户，有变化 0 户" in capsys.readouterr().out
    rows = [person(1, 户属性="低保边缘"), person(2, name="李娟"), person(3, name="王小毛", 联系电话="0556-7356664")]
    (folder / "花名册.xlsx").write_bytes(roster(*rows))
    cli.run([folder / "花名册.xlsx"])
    said = capsys.readouterr().out
    for words in (
        "将导入：新的 2 人，有变化 0 人，没变化 1 人",
        "将导入：新的 0 户，有变化 1 户",
        "要核实：这户已有户主 2、电话不像手机号 1",
        "要核实：毛安村 第 4 行 李娟，这户已有户主；名册里 王建国，表里 李娟；户主还是王建国；李娟先记成家里人",
    ):
        assert words in said


def test_a_sheet_and_a_column_that_nobody_knows_are_told_beside_those_that_are_read(folder, capsys):
    strange = [["谁家", "口数", "备注"], ["王家", 3, "一"], ["李家", 2, "二"]]
    header = ["编号", "姓名", "身份证号", "死亡时间", "打卡单位"]
    known = [["死亡人员名单"], header, [1, "王建国", files.number(), "2026-09-24", "公安注销"]]
    (folder / "死亡人员名单.xlsx").write_bytes(files.xlsx({"名单": known, "另一张": strange, "说明": [["按季报送"]]}))
    report = cli.one(folder / "死亡人员名单.xlsx", yes=False)
    assert (report["sheets_unread"], report["unknown_columns"]) == (["另一张"], ["打卡单位"])
    cli.run([folder / "死亡人员名单.xlsx"])
    said = capsys.readouterr().out
    assert "没有读的表（表头不认识）：另一张" in said
    assert "没有读的列（表头不认识）：打卡单位" in said


def test_a_ledger_that_nobody_knows_is_said_to_be_unknown(folder, capsys):
    (folder / "采购.xlsx").write_bytes(files.xlsx({"账": [["品名", "数量", "单价"], ["大米", 3, 60]]}))
    cli.run([folder / "采购.xlsx"])
    said = capsys.readouterr().out
    assert "没认出是哪种台账，什么都没有读" in said
    assert "能导入的有户籍人口花名册" in said
    assert "死亡人员名单" in said
    assert "好的 0 行" not in said


def test_a_file_that_cannot_be_opened_does_not_stop_its_neighbours(folder, capsys):
    (folder / "坏.xlsx").write_bytes(b"PK\x03\x04 broken")
    with pytest.raises(typer.Exit) as ended:
        cli.run([folder], yes=True, as_json=True)
    report = json.loads(capsys.readouterr().out)
    assert ended.value.exit_code == 1
    assert report["坏.xlsx"]["problem"]["code"] == "broken_file"
    assert report["花名册.xlsx"]["created"] == 1


def test_nothing_to_read_is_said(tmp_path, capsys):
    with pytest.raises(typer.Exit):
        cli.run([tmp_path], as_json=True)
    said = capsys.readouterr()
    assert json.loads(said.out) == {}
    assert "没有找到" in said.err


def test_two_files_of_one_name_are_kept_apart(folder, capsys):
    other = folder / "旧"
    other.mkdir()
    (other / "花名册.xlsx").write_bytes(files.xlsx({"村": [["花名册"], HEADER, person(5, home=5)]}))
    cli.run([folder / "花名册.xlsx", other], as_json=True)
    assert set(json.loads(capsys.readouterr().out)) == {str(folder / "花名册.xlsx"), str(other / "花名册.xlsx")}


def test_who_stands_on_a_list_of_deaths_and_in_no_register_is_named(folder):
    cli.run([folder / "花名册.xlsx"], yes=True)
    header = ["编号", "姓名", "身份证号", "死亡日期", "信息来源"]
    known, stranger = person(1)[9], files.number("19320802", 433)
    police = [header, [1, "王建国", known, "2026-09-24", "公安注销"], [2, "周海", stranger, "2026-09-20", "公安注销"]]
    funeral = [header, [1, "王建国", known, "2026-09-24", "殡葬火化"]]
    (folder / "死亡人员名单.xlsx").write_bytes(files.xlsx({"公安注销": police, "殡葬火化": funeral}))
    assert "people_not_in_register" not in cli.one(folder / "死亡人员名单.xlsx", yes=False)
    report = cli.one(folder / "死亡人员名单.xlsx", yes=True)
    assert (report["people_not_in_register"], report["people_on_both_sheets"]) == ([stranger], 1)
    assert "people_not_in_register" not in cli.one(folder / "死亡人员名单.xlsx", yes=True)
    assert "people_not_in_register" not in cli.one(folder / "花名册.xlsx", yes=True)
