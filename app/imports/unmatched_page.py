"""没对上的行 on the office face: rows of ledgers whose person the register does not have."""

import reflex as rx

from app.imports.state import HERE
from app.imports.unmatched_service import TABS, WaitingView
from app.imports.unmatched_state import WaitingState
from app.limits import PAGE
from app.shell.office_page import office_frame
from components.button import button
from components.group import group, pad
from components.link import load
from components.message import bones, empty
from components.office import pager, sheet_page

SEEN = WaitingState.seen


def _tabs() -> rx.Component:
    return rx.el.div(
        *(
            rx.el.button(
                rx.cond(SEEN.counts.length() > at, SEEN.counts[at], words),
                type="button",
                on_click=WaitingState.choose(code),
                custom_attrs={"aria-pressed": rx.cond(WaitingState.tab == code, "true", "false")},
                data_testid=f"waiting-tab-{code}",
                key=code,
            )
            for at, (code, words) in enumerate(TABS.items())
        ),
        class_name="counts",
        style={"grid_template_columns": "repeat(auto-fit, minmax(7.5em, 1fr))"},
    )


def _row(row: rx.Var[WaitingView]) -> rx.Component:
    asked = rx.cond(
        row.proposals.length() > 0,
        rx.fragment(
            rx.el.p("可能是：", class_name="soft-text"),
            rx.foreach(row.proposals, lambda one: rx.el.p(one.words, key=one.id)),
        ),
        rx.el.p("名册里没有同名同生日的人。导入花名册后，会自动对上。", class_name="soft-text"),
    )
    act = rx.el.div(
        rx.foreach(
            row.proposals,
            lambda one: button(
                one.choose, on_click=WaitingState.confirm(row.id, one.id), data_testid="waiting-confirm", key=one.id
            ),
        ),
        button("不用管", on_click=WaitingState.let_go(row.id), data_testid="waiting-let-go"),
        class_name="tags",
    )
    waits = rx.fragment(asked, act)
    settled = rx.fragment(
        rx.el.p(row.settled),
        button("改回来", icon="undo-2", on_click=WaitingState.take_back(row.id), data_testid="waiting-take-back"),
    )
    return group(
        pad(
            rx.el.h2(row.name),
            rx.el.p(row.ledger, "・", row.place),
            rx.el.p(row.number, rx.cond(row.about != "", "・" + row.about, ""), class_name="was"),
            rx.cond(row.settled != "", settled, waits),
            class_name="stack",
        ),
        key=row.id,
        custom_attrs={"data-testid": "waiting-row"},
    )


def waiting_page() -> rx.Component:
    """The rows, with who could be meant."""
    more = pager(
        SEEN.line,
        on_back=WaitingState.turn(-1),
        on_next=WaitingState.turn(1),
        first=WaitingState.number == 0,
        last=(WaitingState.number + 1) * PAGE >= SEEN.total,
    )
    listing = rx.cond(
        SEEN.rows.length() > 0,
        rx.fragment(rx.foreach(SEEN.rows, _row), rx.cond(SEEN.total > PAGE, more, rx.fragment())),
        empty("这里没有", "台账里的人都在名册里，或还没有导入台账。"),
    )
    page = sheet_page(
        "没对上的人",
        rx.el.p("台账里写着、名册里找不到的人。不会猜，由你来定。", class_name="soft-text"),
        _tabs(),
        rx.cond(WaitingState.ready, listing, bones(4)),
        actions=[load("名册导入", href=HERE, class_name="btn")],
    )
    return office_frame(HERE, page)
