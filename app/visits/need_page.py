"""需要人去看的 on the office face: who needs somebody, why, and who could step in; no cadre is counted."""

import reflex as rx

from app.shell.list_page import listed
from app.shell.office_page import office_frame
from app.visits.need_service import NeedRow
from app.visits.need_state import NeedState
from components.field import place_field, search_form
from components.link import load
from components.message import bones, empty
from components.office import line_of, sheet_page
from components.tag import tag

HERE = "/office/needs"
COLUMNS = ("谁", "在哪", "为什么", "多久了", "上次有人去", "谁能补上")


def _row(row: rx.Var[NeedRow]) -> rx.Component:
    since = rx.cond(row.urgent, tag(row.since, tone="alarm", icon="circle-alert"), rx.el.span(row.since))
    helpers = rx.cond(
        row.step_in.length() > 0,
        rx.el.span(rx.foreach(row.step_in, lambda name: rx.fragment(name, rx.el.br(), key=name))),
        rx.el.span("请镇里派人"),
    )
    return line_of(
        COLUMNS, load(row.name, href=f"/office/households/one?id={row.household_id}"), row.place, row.why, since,
        row.last, helpers, key=row.id,
    )  # fmt: skip


def needs_page() -> rx.Component:
    """The list of people who need somebody."""
    filters = search_form(place_field("地方", NeedState.areas, name="area"), on_find=NeedState.find)
    nobody = empty("都有人去过了", "到日子没人去的，会在这里。")
    found = listed(NeedState, "需要人去看的", COLUMNS, _row, nobody=nobody, line="")
    return office_frame(
        HERE,
        sheet_page(
            "需要人去看的", filters, rx.cond(NeedState.ready, found, bones(8)),
            line="看的是谁需要人，谁能补上；不看谁欠了多少。",
        ),
    )  # fmt: skip
