"""Draws the shipped templates from their layouts with python-docx: `python -m app.papers.drawing`."""

from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Cm, Pt, RGBColor

from app.papers.layouts import LAYOUTS, Grid, Lines, Part, Words
from app.papers.rules import FORMS

FOLDER = Path(__file__).parent / "templates"
SONG, FANGSONG = "宋体", "仿宋"
UNITS, WIDTH = 24, 9640
"""The columns of the one grid, and the width between the margins in twentieths of a point."""
SHADE = "F2F2F2"


def _run(text: str, font: str = FANGSONG, size: float = 10.5, bold: bool = False) -> str:
    weight = "<w:b/>" if bold else ""
    return (
        f'<w:r><w:rPr><w:rFonts w:ascii="Times New Roman" w:hAnsi="Times New Roman" w:eastAsia="{font}"/>{weight}'
        f'<w:sz w:val="{int(size * 2)}"/></w:rPr><w:t xml:space="preserve">{escape(text)}</w:t></w:r>'
    )


def _cell(text: str, span: int, *, label: bool = False, bold: bool = False, head: bool = False) -> str:
    shade = f'<w:shd w:val="clear" w:color="auto" w:fill="{SHADE}"/>' if label else ""
    align = '<w:jc w:val="center"/>' if label and len(text) <= 10 else ""
    stay = "<w:keepNext/>" if head else ""
    return (
        f'<w:tc><w:tcPr><w:tcW w:w="{WIDTH * span // UNITS}" w:type="dxa"/><w:gridSpan w:val="{span}"/>{shade}'
        f'<w:vAlign w:val="center"/></w:tcPr><w:p><w:pPr>{stay}<w:spacing w:before="40" w:after="40"/>{align}</w:pPr>'
        f"{_run(text, SONG if label else FANGSONG, bold=bold)}</w:p></w:tc>"
    )


def _row(cells: str, *, tall: bool = False, head: bool = False) -> str:
    height = 850 if tall else 420
    repeat = "<w:tblHeader/>" if head else ""
    return (
        f'<w:tr><w:trPr><w:cantSplit/><w:trHeight w:val="{height}" w:hRule="atLeast"/>{repeat}</w:trPr>{cells}</w:tr>'
    )


def _shares(weights: list[int]) -> list[int]:
    """Columns of the grid for each weight, all of them given away."""
    total, given, found = sum(weights), 0, []
    for place, _ in enumerate(weights):
        upto = UNITS * sum(weights[: place + 1]) // total
        found.append(max(2, upto - given))
        given += found[-1]
    found[-1] += UNITS - given
    return found


def _grid(part: Grid) -> list[str]:
    rows = []
    each_row = [text.split() for text in part.rows]
    alike = {len(one): [row for row in each_row if len(row) == len(one)] for one in each_row}
    for words in each_row:
        longest = max(len(word.split("=")[0]) for row in alike[len(words)] for word in row)
        each = UNITS // len(words)
        head = min(each - 2, max(3 if len(words) > 2 else 4, -(-longest * 2 // 3) if len(words) < 3 else 4))
        cells = ""
        for place, word in enumerate(words):
            label, named, field = word.partition("=")
            whole = UNITS - each * (len(words) - 1) if place == len(words) - 1 else each
            value = "{{" + (field if named else label) + "}}" if field or not named else ""
            cells += _cell(label, head, label=True) + _cell(value, whole - head)
        rows.append(_row(cells, tall=part.tall))
    return rows


def _lines(part: Lines) -> list[str]:
    named = []
    for word in part.columns.split():
        left, _, weight = word.rpartition(":")
        title, is_named, field = left.partition("=")
        named.append((title, field if is_named else title, int(weight)))
    shares = _shares([weight for _, _, weight in named])
    spans = list(zip(named, shares, strict=True))
    heading = "".join(_cell(title, span, label=True, head=True) for (title, _, _), span in spans)
    line = "".join(_cell("{{行." + field + "}}" if field else "", span) for (_, field, _), span in spans)
    return [
        _row(_cell(part.title, UNITS, bold=True, head=True), head=True),
        _row(heading, head=True),
        _row(_cell("{%tr for 行 in " + part.of + " %}", UNITS)),
        _row(line),
        _row(_cell("{%tr endfor %}", UNITS)),
    ]


def _table(rows: list[str]) -> Any:
    edges = "".join(
        f'<w:{edge} w:val="single" w:sz="4" w:space="0" w:color="404040"/>'
        for edge in ("top", "left", "bottom", "right", "insideH", "insideV")
    )
    columns = f'<w:gridCol w:w="{WIDTH // UNITS}"/>' * UNITS
    return parse_xml(
        f'<w:tbl {nsdecls("w")}><w:tblPr><w:tblW w:w="{WIDTH}" w:type="dxa"/><w:tblBorders>{edges}</w:tblBorders>'
        f'<w:tblLayout w:type="fixed"/></w:tblPr><w:tblGrid>{columns}</w:tblGrid>{"".join(rows)}</w:tbl>'
    )


def _paragraph(text: str, *, size: float = 10.5, bold: bool = False, center: bool = False, font: str = FANGSONG) -> Any:
    align = '<w:jc w:val="center"/>' if center else ""
    return parse_xml(
        f'<w:p {nsdecls("w")}><w:pPr><w:keepNext/><w:spacing w:before="100" w:after="100"/>{align}</w:pPr>'
        f"{_run(text, font, size, bold)}</w:p>"
        if bold
        else f'<w:p {nsdecls("w")}><w:pPr><w:spacing w:before="100" w:after="100"/>{align}</w:pPr>'
        f"{_run(text, font, size, bold)}</w:p>"
    )


def _gap() -> Any:
    """What stands between two tables: without it Word takes them for one, and repeats no head."""
    return parse_xml(
        f'<w:p {nsdecls("w")}><w:pPr><w:spacing w:before="0" w:after="0" w:line="80" w:lineRule="exact"/></w:pPr></w:p>'
    )


def draw(title: str, parts: tuple[Part, ...]) -> Any:
    """One template as a document: grids that follow each other are one table, lines are always one of their own."""
    made = Document()
    section = made.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = Cm(2)
    section.top_margin, section.bottom_margin = Cm(1.8), Cm(1.8)
    style = made.styles["Normal"]
    style.font.name, style.font.size, style.font.color.rgb = "Times New Roman", Pt(10.5), RGBColor(0, 0, 0)
    style.element.rPr.rFonts.set(qn("w:eastAsia"), FANGSONG)
    body = made.element.body
    end = body[-1]
    end.addprevious(_paragraph(title, size=18, bold=True, center=True, font=SONG))
    rows: list[str] = []

    def close() -> None:
        if rows:
            if end.getprevious().tag == qn("w:tbl"):
                end.addprevious(_gap())
            end.addprevious(_table(rows))
            rows.clear()

    for part in parts:
        if isinstance(part, Grid):
            rows += _grid(part)
            continue
        close()
        if isinstance(part, Words):
            end.addprevious(_paragraph(part.text, bold=part.bold))
        else:
            rows += _lines(part)
            close()
    close()
    last = _paragraph("资料来源：{{来源走访}}", size=9)
    end.addprevious(last)
    made.paragraphs[0].alignment = WD_ALIGN_PARAGRAPH.CENTER
    made.core_properties.title, made.core_properties.author = title, "入户通"
    return made


def write(folder: Path = FOLDER) -> list[Path]:
    """Write every template anew."""
    folder.mkdir(exist_ok=True)
    found = []
    for name, parts in LAYOUTS.items():
        found.append(folder / f"{name}.docx")
        draw(FORMS[name].title, parts).save(str(found[-1]))
    return found


if __name__ == "__main__":
    write()
