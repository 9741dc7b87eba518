"""验证器: the second factor is set up here, by whose role asks for it."""

from typing import Any

import reflex as rx

from app.accounts.factor_state import CODES, SECRET, FactorState
from app.shell.office_page import office_frame
from components.button import button
from components.field import field, text_box, text_field
from components.group import group, pad
from components.link import load
from components.office import sheet_page

HERE = "/office/factor"


def _step(name: str, *parts: Any) -> rx.Component:
    return rx.el.div(group(pad(*parts)), hidden=FactorState.step != name)


def _scan() -> rx.Component:
    source = rx.Var.create("/api/session/factor/picture?n=") + FactorState.picture.to_string()
    return _step(
        "scan",
        rx.el.h2("用验证器扫一下"),
        rx.cond(
            FactorState.step == "scan",
            rx.el.img(src=source, alt="给验证器扫的二维码", class_name="qr"),
        ),
        field("扫不了，就把这串字写进验证器", text_box(id=SECRET, read_only=True)),
        rx.el.form(
            text_field("验证器上的 6 位数字", name="code", required=True, max_length=12, input_mode="numeric",
                       auto_complete="one-time-code", data_testid="factor-code"),
            button("设好", kind="main", type="submit", data_testid="factor-confirm"),
            on_submit=FactorState.confirm, reset_on_submit=True, class_name="stack",
        ),
    )  # fmt: skip


def factor_page() -> rx.Component:
    """Four steps, one at a time; all are drawn, so that what is shown once has a place to be written into."""
    return office_frame(
        HERE,
        sheet_page(
            "验证器",
            _step(
                "begin",
                rx.el.h2("登录时多一道验证码"),
                rx.el.p("密码被人看去了，没有你的验证器也进不来。", class_name="soft-text"),
                rx.el.p("先在自己手机上装一个验证器，任何一种都行。", class_name="soft-text"),
                button("开始设", kind="main", on_click=FactorState.begin, data_testid="factor-begin"),
            ),
            _scan(),
            _step(
                "codes",
                rx.el.h2("备用码，只显示这一次"),
                rx.el.p(
                    "手机丢了，用一个备用码代替验证码，每个用一次。抄下来，放在安全的地方。", class_name="soft-text"
                ),
                field("备用码", text_box(id=CODES, read_only=True, rows="8", data_testid="factor-codes")),
                button("抄好了", kind="main", on_click=FactorState.noted, data_testid="factor-noted"),
            ),
            _step(
                "set",
                rx.el.h2("验证器设好了"),
                rx.el.p("手机换了或丢了，请另一位管理员清掉，再重新设。", class_name="soft-text"),
                load("去做事", href="/", class_name="btn soft", data_testid="factor-done"),
            ),
        ),
    )
