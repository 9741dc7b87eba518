"""五项禁止 自查 on the office face: for the county's own check and for the filing (备案)."""

import reflex as rx

from app.settings.prohibitions_service import Prohibition
from app.settings.prohibitions_state import ProhibitionsState
from app.shell.office_page import office_frame
from components.group import group, pad
from components.icons import icon
from components.message import bones
from components.office import sheet_page


def _one(row: rx.Var[Prohibition]) -> rx.Component:
    return group(
        pad(
            rx.el.h2(row.number, "、", row.title),
            rx.foreach(row.kept, lambda text: rx.el.p(text)),
            rx.foreach(row.facts, lambda text: rx.el.p(icon("check", small=True), text, class_name="state done")),
        ),
        key=row.number,
    )


def prohibitions_page() -> rx.Component:
    """The five prohibitions, and how the system keeps each."""
    shown = rx.cond(ProhibitionsState.rows.length() > 0, rx.foreach(ProhibitionsState.rows, _one), bones(5))
    return office_frame(
        "/office/prohibitions",
        sheet_page("五项禁止 自查", shown, line="国办函〔2026〕12号。数字是打开这一页时数出来的。"),
    )
