"""操作日志 on the office face: read only, for the auditor."""

import reflex as rx

from app.audit.office_service import AuditLine
from app.audit.rules import FILTERS
from app.audit.state import AuditState
from app.shell.office_page import office_frame
from components.button import button
from components.field import text_field
from components.message import bones, empty
from components.office import card_table, line_of, pager, select_field, sheet_page

HERE = "/office/audit"
COLUMNS = ("时间", "谁", "做了什么", "对什么", "改了什么")


def _row(one: rx.Var[AuditLine]) -> rx.Component:
    changed = rx.fragment(
        rx.cond(one.before != "", rx.el.p("原来　", one.before, class_name="was"), rx.fragment()),
        rx.cond(one.after != "", rx.el.p("后来　", one.after), rx.fragment()),
        rx.cond(one.reason != "", rx.el.p("原因　", one.reason), rx.fragment()),
    )
    who = rx.el.div(rx.el.b(one.who), rx.cond(one.device != "", rx.el.p("设备 ", one.device, class_name="was")))
    subject = rx.el.span(one.subject, class_name="was", title=one.subject_id)
    return line_of(COLUMNS, one.at, who, one.action, subject, rx.el.div(changed), key=one.id.to_string())


def audit_page() -> rx.Component:
    """Who did what to what, when, from which device, before and after."""
    filters = rx.el.form(
        text_field("谁", name="who", max_length=64, placeholder="姓名或用户名"),
        select_field("做了什么", *FILTERS.items(), name="action"),
        text_field("对谁、对什么", name="subject", max_length=64, placeholder="户编号、用户名"),
        text_field("从", name="since", type="date"),
        text_field("到", name="until", type="date"),
        button("找", type="submit", kind="soft", icon="search"),
        on_submit=AuditState.find,
        class_name="filters",
        role="search",
    )
    listing = rx.fragment(
        card_table("操作日志", COLUMNS, rx.foreach(AuditState.page.rows, _row)),
        pager(
            rx.cond(AuditState.trail.length() > 0, "更早的", "最新的"),
            on_back=AuditState.turn(-1),
            on_next=AuditState.turn(1),
            first=AuditState.trail.length() == 0,
            last=AuditState.page.next_id == 0,
        ),
    )
    found = rx.cond(AuditState.page.rows.length() > 0, listing, empty("没有这样的记录", "少写几个条件再找。"))
    return office_frame(
        HERE,
        sheet_page("操作日志", filters, rx.cond(AuditState.ready, found, bones(8)), line="只增不改，谁也删不掉。"),
    )
