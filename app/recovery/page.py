"""忘记密码 on the office face: who asks for the key of a phone, and the two who must agree."""

import reflex as rx

from app.recovery.schemas import RecoveryView
from app.recovery.state import RecoveryState
from app.shell.office_page import office_frame
from components.button import button
from components.group import group, pad
from components.message import bones, empty, note
from components.office import facts, sheet_page

HERE = "/office/recovery"


def _acts(one: rx.Var[RecoveryView]) -> rx.Component:
    no = button("不同意", kind="plain", on_click=RecoveryState.refuse(one.id), data_testid="recovery-refuse")
    yes = rx.match(
        one.step,
        ("approve", button("同意", kind="main", on_click=RecoveryState.agree(one.id), data_testid="recovery-approve")),
        ("confirm", button("确认", kind="main", on_click=RecoveryState.agree(one.id), data_testid="recovery-confirm")),
        rx.el.p("等另一个人来办。", class_name="soft-text"),
    )
    return rx.el.div(yes, no, class_name="tags")


def _request(one: rx.Var[RecoveryView]) -> rx.Component:
    return group(
        pad(
            rx.el.h2(one.name, "，", one.role_name),
            facts(
                ("用户名", one.username),
                ("手机", one.device),
                ("什么时候", one.asked),
                ("同意的人", rx.cond(one.approved != "", one.approved, "还没有")),
            ),
            _acts(one),
        ),
        key=one.id,
        data_testid="recovery-item",
    )


def recovery_page() -> rx.Component:
    """`/office/recovery`"""
    listing = rx.fragment(
        note(
            "先打电话给本人，问清楚是不是他自己忘了密码、手机在不在手里。一人同意，另一人确认，都会记下来。",
            icon="lock",
        ),
        rx.foreach(RecoveryState.rows, _request),
    )
    none = empty("没有人在等", "有人忘了密码、要打开手机上的资料，会出现在这里。")
    found = rx.cond(RecoveryState.rows.length() > 0, listing, none)
    return office_frame(HERE, sheet_page("忘记密码", rx.cond(RecoveryState.ready, found, bones(3))))
