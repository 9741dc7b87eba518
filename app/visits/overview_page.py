"""概况 on the office face: where somebody needs looking after."""

import reflex as rx

from app.shell.office_page import office_frame
from app.visits.overview_service import TownRow
from app.visits.overview_state import OverviewState
from components.link import load
from components.message import bones, empty
from components.office import card_table, line_of, sheet_page
from components.tag import tag

HERE = "/office/overview"
COLUMNS = ("乡镇", "户数", "该去看的", "没解决的问题", "紧急")


def _row(row: rx.Var[TownRow]) -> rx.Component:
    urgent = rx.cond(row.urgent > 0, tag(row.urgent, tone="alarm", icon="circle-alert"), rx.el.span("没有"))
    return line_of(COLUMNS, rx.el.b(row.name), row.homes, row.due, row.issues, urgent, key=row.code)


def overview_page() -> rx.Component:
    """Citizens at risk, township by township."""
    listing = card_table("概况", COLUMNS, rx.foreach(OverviewState.rows, _row))
    found = rx.cond(OverviewState.rows.length() > 0, listing, empty("名册里还没有农户", "导入户籍人口花名册以后再看。"))
    more = load("低收入人口有多少户", href="/office/lowincome/counts", class_name="btn")
    return office_frame(
        HERE,
        sheet_page("概况", rx.cond(OverviewState.ready, found, bones(4)), line="看的是谁需要人，不看谁做了多少。",
                   actions=[more]),
    )  # fmt: skip
