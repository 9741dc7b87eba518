"""Makers of spreadsheets as county offices really send them, for the tests of this room."""

# A row of a sheet stands on one line, as it does there.
# ruff: noqa: E501

import csv
import io
from collections.abc import Sequence
from datetime import date
from typing import Any

import openpyxl
import xlwt

from app.households.rules import check_digit

HEADER = ["序号", "所在村", "组别", "户编号", "户属性", "户主", "与户主关系", "姓名", "性别", "身份证号", "户籍", "联系电话",
          "健康状况", "劳动能力", "居住状况", "外出务工", "特殊类别", "最近排查日期", "排查结论"]  # fmt: skip
VILLAGE = "349927100201"
Rows = Sequence[Sequence[Any]]


def number(born: str = "19600105", order: int = 101) -> str:
    """A sound ID number of the division that is nobody's."""
    first = f"349927{born}{order:03d}"
    return first + check_digit(first)


def person(
    order: int, *, home: int = 1, head: str = "王建国", name: str = "王建国", relation: str = "户主", **more: Any
) -> list[Any]:
    """A row of the roster, right in every cell; `more` replaces cells by their header."""
    row = [order, "毛安村", 4, f"{VILLAGE}{home:05d}", "一般户", head, relation, name, "男", number(order=2 * order + 1), "本县",
           "16173365764", "健康", "普通劳动力", "与家人同住", "在家", "", "", ""]  # fmt: skip
    for title, cell in more.items():
        row[HEADER.index(title)] = cell
    return row


def xlsx(sheets: dict[str, Rows], merges: dict[str, Sequence[str]] | None = None) -> bytes:
    """A workbook; dates become real Excel dates."""
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append([None if cell == "" else cell for cell in row])
        for area in (merges or {}).get(title, ()):
            sheet.merge_cells(area)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def xls(sheets: dict[str, Rows]) -> bytes:
    """A workbook of the old kind."""
    book = xlwt.Workbook()
    day = xlwt.easyxf(num_format_str="yyyy-mm-dd")
    for title, rows in sheets.items():
        sheet = book.add_sheet(title)
        for down, row in enumerate(rows):
            for across, cell in enumerate(row):
                if cell != "":
                    sheet.write(down, across, cell, *([day] if isinstance(cell, date) else []))
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def text(rows: Rows, encoding: str = "utf-8", delimiter: str = ",") -> bytes:
    """A csv file."""
    stream = io.StringIO(newline="")
    csv.writer(stream, delimiter=delimiter).writerows(rows)
    return stream.getvalue().encode(encoding)


def roster(*people: Sequence[Any], header: Sequence[str] = HEADER) -> bytes:
    """A roster of one village with its title, as a workbook."""
    return xlsx({"毛安村": [["高士镇毛安村户籍人口花名册"], list(header), *people]})


def family(**more: Any) -> bytes:
    """Three people in two homes; `more` replaces cells of the first."""
    return roster(
        person(1, **more),
        person(2, name="李娟", relation="配偶", 联系电话=""),
        person(3, home=2, head="周平", name="周平"),
    )
