"""未安置 on the office face: records that need a person to say where they belong, or who is right."""

import reflex as rx

from app.accounts.rules import Permission
from app.accounts.state import Choice
from app.limits import PAGE
from app.shell.list_page import turning
from app.shell.office_page import may, office_frame
from app.sync.state import UnplacedState, Waiting
from components.button import button
from components.field import text_field
from components.group import group, pad
from components.link import load
from components.message import bones, empty
from components.office import sheet_page
from components.tag import tag

HERE = "/office/unplaced"


def _place(one: rx.Var[Waiting]) -> rx.Component:
    return rx.el.form(
        rx.el.input(type="hidden", name="key", value=one.key),
        text_field(
            "放到哪一户", name="where", aside=rx.cond(one.household != "", "不写就放回原来那户", "姓名或身份证号"),
            max_length=80,
        ),
        button("放好", type="submit", kind="soft"),
        on_submit=UnplacedState.place, class_name="filters",
    )  # fmt: skip


def _decide(one: rx.Var[Waiting]) -> rx.Component:
    def answer(choice: rx.Var[Choice]) -> rx.Component:
        return button(
            rx.cond(choice.value == "ours", "留现在的：", "改成："),
            choice.label,
            on_click=UnplacedState.decide(one.key, choice.value),
        )

    return rx.cond(
        may(Permission.CONFLICT_DECIDE), rx.el.div(rx.foreach(one.choices, answer), class_name="tags"), rx.fragment()
    )


def _line(one: rx.Var[Waiting]) -> rx.Component:
    home = rx.cond(
        one.household_id != "",
        load(
            rx.cond(one.household != "", one.household, "看这一户"),
            href=f"/office/households/one?id={one.household_id}",
        ),
        rx.fragment(),
    )
    action = rx.match(
        one.state, ("orphaned", _place(one)), ("held", _place(one)), ("field", _decide(one)), rx.fragment()
    )
    return group(
        pad(
            rx.el.div(tag(one.state_words, tone="due", icon="clock"), tag(one.kind), home, class_name="tags"),
            rx.el.p(one.why),
            rx.el.p(one.author, rx.cond(one.author != "", "，", ""), one.since, class_name="soft-text"),
            action,
        ),
        key=one.key,
    )


def unplaced_page() -> rx.Component:
    """Nothing that reached the county is thrown away; here is what waits for a person."""
    listing = rx.fragment(
        rx.el.div(rx.foreach(UnplacedState.rows, _line), class_name="twocol"),
        turning(
            UnplacedState, f"共 {UnplacedState.total} 条", last=UnplacedState.offset + PAGE >= UnplacedState.total
        ),
    )  # fmt: skip
    nothing = empty("没有要安置的", "收到的记录都有地方放。")
    found = rx.cond(UnplacedState.rows.length() > 0, listing, nothing)
    return office_frame(
        HERE,
        sheet_page(
            "未安置", rx.cond(UnplacedState.ready, found, bones(5)), line="收到的一条都不会丢，等你说放在哪里。"
        ),
    )
