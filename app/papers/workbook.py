"""A ledger as Excel: heads and print settings by xlsxwriter, its many rows written straight into the sheet.

xlsxwriter needs about six microseconds a cell, which is seven seconds for fifty thousand rows of twenty-five columns;
in its constant-memory mode a sheet's rows lie in a file of their own, into which ours go as they come.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import xlsxwriter
from xlsxwriter.utility import xl_col_to_name

Cell = str | int | float
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_PLAIN = re.compile(r"[A-Za-z0-9\u4e00-\u9fff，。、（）：；\-*. ]*")
MOST_ROWS = 1_048_570
"""What one sheet can hold, less its heads."""


@dataclass(frozen=True)
class Head:
    """One column: its title and its width in characters."""

    title: str
    width: int = 12


def write(
    path: Path, title: str, heads: Sequence[Head], rows: Iterable[Sequence[Cell]], *, mark: str, notes: Sequence[str],
    plain: bool = False,
) -> int:  # fmt: skip
    """Write a workbook; returns the number of rows.

    Args:
        rows: one at a time; text is text, also where it looks like a formula or a number.
        mark: who took it out and when, on every printed page and above the heads.
        notes: a second sheet with what the reader should know.
        plain: the heads stand in the first row, as import templates want it; the mark then is on the second sheet only.
    """
    with xlsxwriter.Workbook(str(path), {"constant_memory": True, "strings_to_urls": False}) as book:
        book.set_properties({"title": title, "author": "入户通", "comments": mark})
        sheet = book.add_worksheet(_sheet_name(title))
        _print_settings(sheet, title, mark, heads, plain)
        first = _heads(book, sheet, title, heads, mark, plain)
        count = _rows(sheet, first, rows, [xl_col_to_name(at) for at in range(len(heads))])
        if count:
            sheet.autofilter(first - 1, 0, first - 1 + count, len(heads) - 1)
        about = book.add_worksheet("说明")
        about.set_column(0, 0, 80)
        for at, words in enumerate((title, mark, f"{count} 行", *notes)):
            about.write_string(at, 0, words)
    return count


def _sheet_name(title: str) -> str:
    return re.sub(r"[\[\]:*?/\\']", "", title)[:31] or "台账"


def _print_settings(sheet: Any, title: str, mark: str, heads: Sequence[Head], plain: bool) -> None:
    sheet.set_paper(9)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.set_margins(0.5, 0.5, 0.7, 0.7)
    safe = mark.replace("&", "&&")[:200]
    sheet.set_header(f"&L{safe}&R{_sheet_name(title)}")
    sheet.set_footer(f"&L{safe}&R第 &P 页，共 &N 页")
    for at, head in enumerate(heads):
        sheet.set_column(at, at, head.width)
    top = 0 if plain else 2
    sheet.repeat_rows(top)
    sheet.freeze_panes(top + 1, 0)


def _heads(book: Any, sheet: Any, title: str, heads: Sequence[Head], mark: str, plain: bool) -> int:
    """Title, mark and heads; returns the first row for data."""
    bold = book.add_format({"bold": True, "text_wrap": True, "valign": "vcenter", "bg_color": "#F2F2F2", "border": 1})
    top = 0
    if not plain:
        sheet.write_string(0, 0, title, book.add_format({"bold": True, "font_size": 16}))
        sheet.write_string(1, 0, mark, book.add_format({"font_color": "#707070"}))
        top = 2
    for at, head in enumerate(heads):
        sheet.write_string(top, at, head.title, bold)
    return top + 1


def _rows(sheet: Any, first: int, rows: Iterable[Sequence[Cell]], names: Sequence[str]) -> int:
    sheet._write_single_row(first)  # what xlsxwriter holds back goes out before ours
    out, at = sheet.row_data_fh, first
    for row in rows:
        number = str(at + 1)
        parts = [f'<row r="{number}">']
        plain = _PLAIN.fullmatch("".join([value for value in row if isinstance(value, str)]))
        for name, value in zip(names, row, strict=True):
            if value == "":
                continue
            if isinstance(value, str):
                text = f">{value}" if plain else _text(value)
                parts.append(f'<c r="{name}{number}" t="inlineStr"><is><t{text}</t></is></c>')
            else:
                parts.append(f'<c r="{name}{number}"><v>{value}</v></c>')
        parts.append("</row>")
        out.write("".join(parts))
        at += 1
    if at > first:
        sheet.dim_rowmax, sheet.dim_colmax = at - 1, max(sheet.dim_colmax or 0, len(names) - 1)
        sheet.previous_row = at
    return at - first


def _text(value: str) -> str:
    """The rest of a <t> element: most cells need no care."""
    if _PLAIN.fullmatch(value):
        return f">{value}"
    clean = escape(_CONTROL.sub("", value))
    return f' xml:space="preserve">{clean}'
