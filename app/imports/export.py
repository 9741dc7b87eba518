"""The rows that could not be read, as a workbook to be put right and sent again."""

import io

import xlsxwriter

from app.imports import lines, schemas
from app.imports.ledgers import ledger
from app.imports.rules import shown
from models.imports import ImportLine


def workbook(code: str | None, rows: list[ImportLine]) -> bytes:
    """One sheet under the ledger's own headers, the cell that is lost marked; reason, sheet and row stand last."""
    known = ledger(code) if code else None
    shape = next((one for one in known.shapes if not one.reference), None) if known else None
    columns = [one for one in shape.columns if one.field != "serial"] if shape else []
    titles = [*(one.names.split()[0] for one in columns), "读不出的原因", "原来的表", "原来的行"]
    stream = io.BytesIO()
    with xlsxwriter.Workbook(
        stream, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    ) as book:
        sheet = book.add_worksheet("读不出的行")
        marked = book.add_format({"bg_color": "#FFE9C7", "num_format": "@"})
        plain, bold = book.add_format({"num_format": "@"}), book.add_format({"bold": True})
        sheet.write_row(0, 0, titles, bold)
        sheet.freeze_panes(1, 0)
        sheet.set_column(0, len(titles) - 1, 16)
        for at, row in enumerate(rows, start=1):
            detail = lines.unpack(row.detail)
            for across, column in enumerate(columns):
                lost = shape is not None and column.field == shape.subject and detail.why
                text = (
                    detail.shown
                    if lost and not detail.values.get(column.field)
                    else shown(detail.values.get(column.field))
                )
                sheet.write_string(at, across, text, marked if lost else plain)
            why = schemas.REASONS.get(detail.why or "", detail.why or "")
            for across, text in enumerate((why, row.sheet, str(row.row)), start=len(columns)):
                sheet.write_string(at, across, text)
    return stream.getvalue()
