"""Files: what opens, and what is refused with a sentence before anything is read."""

# A row of a sheet stands on one line, as it does there.
# ruff: noqa: E501

import io
import struct
import zipfile
import zlib
from datetime import date

import openpyxl
import pytest

from app.imports import book
from tests.imports import files

ROWS = [
    ["姓名", "身份证号", "日期"],
    ["王建国", "34992719350104110X", date(2026, 3, 5)],
    ["李㛃", "349927350104110", ""],
]
WORDS = [["姓名", "身份证号", "日期"], ["王建国", "34992719350104110X", "2026-03-05"], ["李㛃", "349927350104110", ""]]


def cells(opened: book.Book) -> list[list]:
    return [row for _, row in opened.sheets[0].rows()]


@pytest.mark.parametrize("make", [files.xlsx, files.xls])
def test_workbooks_new_and_old(make):
    opened = book.open_book("表.xlsx", make({"一": ROWS, "二": []}))
    assert [sheet.name for sheet in opened.sheets] == ["一", "二"]
    assert cells(opened) == ROWS
    assert list(opened.sheets[1].rows()) == []
    assert opened.encoding is None


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_csv_in_the_encodings_of_county_offices(encoding, delimiter):
    opened = book.open_book("表.csv", files.text(WORDS, encoding, delimiter))
    assert (opened.encoding, cells(opened)) == (encoding, WORDS)


def test_the_line_of_a_csv_row_is_where_an_editor_shows_it():
    data = '姓名,备注\n王建国,"两\n行"\n\n李四,="00123"\n'.encode("gb18030")
    assert list(book.open_book("表.csv", data).sheets[0].rows()) == [
        (1, ["姓名", "备注"]), (2, ["王建国", "两\n行"]), (4, []), (5, ["李四", "00123"]),
    ]  # fmt: skip


def test_rows_and_columns_that_begin_late_keep_their_places():
    made = openpyxl.Workbook()
    sheet = made.active
    assert sheet is not None
    sheet["C4"], sheet["D5"], sheet["C6"] = "村", 1.5, "x"
    sheet.merge_cells("C6:C8")
    stream = io.BytesIO()
    made.save(stream)
    found = book.open_book("表.xlsx", stream.getvalue()).sheets[0]
    assert [row for row in found.rows() if any(row[1])] == [
        (4, ["", "", "村", ""]), (5, ["", "", "", 1.5]), (6, ["", "", "x", ""]),
    ]  # fmt: skip
    assert found.merges == ((6, 8, 2),)


def refused(name: str, data: bytes) -> str:
    with pytest.raises(book.NotSpreadsheet) as caught:
        book.open_book(name, data)
    assert any("\u4e00" <= letter <= "\u9fff" for letter in caught.value.message)
    return caught.value.code


def workbook_with(name: str, content: bytes) -> bytes:
    stream = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(files.xlsx({"一": ROWS}))) as old,
        zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for entry in old.infolist():
            new.writestr(entry.filename, content if entry.filename == name else old.read(entry))
    return stream.getvalue()


def test_what_is_no_spreadsheet_is_refused_in_words():
    assert refused("表.xlsx", b"") == "empty_file"
    assert refused("表.csv", b" \r\n") == "empty_file"
    assert refused("表.xlsx", b"%PDF-1.7 whatever") == "not_spreadsheet"
    assert refused("图.png", b"\x89PNG\r\n\x1a\n") == "not_spreadsheet"
    assert refused("表.xlsx", files.xlsx({"一": ROWS})[:900]) == "broken_file"
    assert refused("表.xls", files.xls({"一": ROWS})[:700]) == "broken_file"
    assert refused("表.csv", b"\xff\xff\x00\x81 broken \xfe") == "unknown_encoding"
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as made:
        made.writestr("word/document.xml", "<w/>")
    assert refused("文.docx", archive.getvalue()) == "not_spreadsheet"


def test_a_locked_workbook_is_refused():
    locked = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504) + "EncryptedPackage".encode("utf-16-le") + bytes(512)
    assert refused("表.xlsx", locked) == "encrypted"
    data = bytearray(files.xlsx({"一": ROWS}))
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = data.find(signature)
        while at >= 0:
            data[at + offset] |= 1
            at = data.find(signature, at + 1)
    assert refused("表.xlsx", bytes(data)) == "encrypted"


def test_an_archive_that_would_fill_the_memory_is_refused(monkeypatch):
    monkeypatch.setattr(book, "MAX_INFLATED", 3_000_000)
    assert refused("表.xlsx", workbook_with("xl/theme/theme1.xml", b" " * 5_000_000)) == "zip_bomb"


def test_an_archive_that_lies_about_its_sizes_is_measured(monkeypatch):
    monkeypatch.setattr(book, "MAX_INFLATED", 3_000_000)
    data = bytearray(workbook_with("xl/theme/theme1.xml", b" " * 5_000_000))
    honest, small = struct.pack("<I", 5_000_000), struct.pack("<I", 100)
    assert honest in data
    assert refused("表.xlsx", bytes(data).replace(honest, small)) == "zip_bomb"


def test_one_cell_in_the_last_corner_does_not_make_a_grid_of_billions():
    corner = b'<worksheet><sheetData><row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData></worksheet>'
    assert refused("表.xlsx", workbook_with("xl/worksheets/sheet1.xml", corner)) == "sheet_too_big"


def test_a_file_over_the_cap_is_not_even_read(tmp_path, monkeypatch):
    monkeypatch.setattr(book, "MAX_BYTES", 10)
    path = tmp_path / "表.xlsx"
    path.write_bytes(bytes(11))
    with pytest.raises(book.NotSpreadsheet, match="分开再传"):
        book.read_path(path)
    assert refused("表.xlsx", b"PK\x03\x04 and more") == "file_too_big"
    with pytest.raises(book.NotSpreadsheet, match="打不开"):
        book.read_path(tmp_path / "没有.xlsx")


def test_a_folder_means_its_spreadsheets(tmp_path):
    for name in ("乙.csv", "甲.xlsx", "丙.XLS", "~$甲.xlsx", ".隐.xlsx", "说明.txt", "truth.json"):
        (tmp_path / name).write_bytes(b"x")
    assert {path.name for path in book.find_files([tmp_path])} == {"乙.csv", "甲.xlsx", "丙.XLS"}
    assert book.find_files([tmp_path / "说明.txt"]) == [tmp_path / "说明.txt"]


def test_every_byte_string_opens_or_is_refused():
    for data in (
        b"PK\x03\x04",
        b"PK\x03\x04" + bytes(200),
        zlib.compress(b"x"),
        bytes(5000),
        b"\xd0\xcf\x11\xe0" + bytes(4000),
    ):
        refused("表.xlsx", data)
