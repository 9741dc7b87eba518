"""概况 on the office face: where somebody needs looking after."""

import reflex as rx

from app.shell.office_page import office_frame
from app.visits.overview_service import TownRow
from app.visits.overview_state import OverviewState
from components.message import bones, empty
from components.office import sheet_page, table
from components.tag import tag

HERE = "/office/overview"


def _row(row: rx.Var[TownRow]) -> rx.Component:
    urgent = rx.cond(row.urgent > 0, tag(row.urgent, tone="alarm", icon="circle-alert"), rx.el.span("没有"))
    return rx.el.tr(
        rx.el.td(rx.el.b(row.name)),
        rx.el.td(row.homes, class_name="num"),
        rx.el.td(row.due, class_name="num"),
        rx.el.td(row.issues, class_name="num"),
        rx.el.td(urgent),
        key=row.code,
    )


def overview_page() -> rx.Component:
    """Citizens at risk, township by township."""
    listing = table("概况", ["乡镇", "户数", "该去看的", "没解决的问题", "紧急"], rx.foreach(OverviewState.rows, _row))
    found = rx.cond(OverviewState.rows.length() > 0, listing, empty("名册里还没有农户", "导入户籍人口花名册以后再看。"))
    return office_frame(
        HERE, sheet_page("概况", rx.cond(OverviewState.ready, found, bones(4)), line="看的是谁需要人，不看谁做了多少。")
    )
