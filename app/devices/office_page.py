"""手机 on the office face: who carries which, codes to enrol one, stopping one, and files that a phone has saved."""

import reflex as rx

from app.accounts.rules import Permission
from app.devices.office_service import MODES
from app.devices.schemas import DeviceView
from app.devices.state import DevicesState
from app.limits import PAGE
from app.shell.list_page import turning
from app.shell.office_page import may, office_frame
from components.button import button
from components.field import search_field, search_form, text_field
from components.group import fold, group, label, pad
from components.link import load
from components.message import bones, empty
from components.office import facts, fields, select_field, sheet_page
from components.sending import file_pick
from components.tag import tag

HERE = "/office/devices"
MOST = 100_000_000


def _code() -> rx.Component:
    code = DevicesState.code
    shown = group(
        pad(
            rx.el.h2("登记码，只显示这一次"),
            rx.el.p(code.person, "，", code.until, " 前用，只能用一次"),
            rx.el.img(src=code.qr, alt="登记码的二维码", class_name="qr"),
            rx.el.p(code.code, class_name="firstword", data_testid="device-code"),
            rx.el.p("请本人用手机扫一扫，或打开登录页把它输进去。", class_name="soft-text"),
            button("交给本人了", kind="soft", on_click=DevicesState.noted),
        )
    )
    form = rx.el.form(
        fields(text_field("给谁：用户名", name="username", required=True, max_length=64, auto_complete="off",
                          data_testid="device-username")),
        button("发登记码", kind="main", type="submit", data_testid="device-make-code"),
        on_submit=DevicesState.make_code, reset_on_submit=True, class_name="stack",
    )  # fmt: skip
    ask = fold("给一部手机登记", group(pad(form)), kind="")
    return rx.cond(code.code != "", shown, ask)


def _mode() -> rx.Component:
    form = rx.el.form(
        fields(
            select_field("手机怎么登记", *MODES.items(), name="mode", default_value=DevicesState.mode),
            text_field("依据", name="source", required=True, max_length=200, aside="哪份文件，或谁定的"),
        ),
        button("存好", kind="soft", type="submit"),
        on_submit=DevicesState.set_mode, class_name="stack", key=DevicesState.mode,
    )  # fmt: skip
    return rx.cond(may(Permission.SETTINGS), rx.fragment(label("登记办法"), group(pad(form))), rx.fragment())


def _rescue() -> rx.Component:
    return rx.fragment(
        label("手机存出来的文件"),
        group(
            pad(
                rx.el.p("手机上点「存成文件」得到的文件，在这里收。收几次都只算一次。", class_name="soft-text"),
                file_pick("选一个文件", accept=".rht", most=MOST, on_sent=DevicesState.rescued, to="/api/rescue",
                          kind="soft"),
            )
        ),
    )  # fmt: skip


def _kept() -> rx.Component:
    link = load("看打不开的", href="/office/devices/kept", class_name="btn", data_testid="kept-link")
    return rx.cond(may(Permission.SEALED_KEPT), rx.fragment(label("送来打不开的"), link), rx.fragment())


def _stop(one: rx.Var[DeviceView]) -> rx.Component:
    form = rx.el.form(
        rx.el.input(type="hidden", name="user_id", value=one.user_id),
        rx.el.input(type="hidden", name="id", value=one.id),
        text_field("为什么", name="reason", required=True, max_length=200, aside="比如：手机丢了"),
        button("停用这部手机", type="submit", data_testid="device-revoke"),
        on_submit=DevicesState.revoke,
        class_name="stack",
    )
    stopped = rx.el.div(
        rx.el.p("停用：", one.revoked, "，", one.reason),
        button("恢复", kind="soft", on_click=DevicesState.restore(one.user_id, one.id)),
        class_name="stack",
    )
    return rx.cond(one.revoked != "", stopped, fold("停用", form, kind=""))


def _phone(one: rx.Var[DeviceView]) -> rx.Component:
    state = rx.cond(
        one.revoked != "", tag("已停用", tone="due"), tag(one.how, tone=rx.cond(one.how == "还没登记", "due", "done"))
    )
    return group(
        pad(
            rx.el.div(rx.el.b(one.person, "（", one.username, "）"), state, class_name="tags"),
            facts(
                ("手机", rx.el.span(one.name, " ", one.tail)),
                ("最后联系", one.seen),
                ("没送出的", one.waiting),
                ("版本", one.version),
                ("存储", one.storage),
            ),
            _stop(one),
        ),
        key=one.id,
    )


def devices_page() -> rx.Component:
    """Everybody's phones, those with work still waiting first."""
    filters = search_form(
        search_field("找手机：姓名或用户名", name="text", default_value=DevicesState.text, placeholder="姓名或用户名"),
        on_find=DevicesState.find,
    )
    listing = rx.fragment(
        rx.el.div(rx.foreach(DevicesState.page.rows, _phone), class_name="twocol"),
        turning(DevicesState, last=DevicesState.offset + PAGE >= DevicesState.page.total),
    )
    found = rx.cond(DevicesState.page.rows.length() > 0, listing, empty("没有这样的手机", "登录过的手机都在这里。"))
    return office_frame(
        HERE,
        sheet_page(
            "手机", _code(), filters, rx.cond(DevicesState.ready, found, bones(6)), _rescue(), _kept(), _mode()
        ),
    )
