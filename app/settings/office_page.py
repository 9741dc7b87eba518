"""设置 on the office face."""

from typing import Any

import reflex as rx

from app.accounts.rules import ROLE_NAMES
from app.notices.rules import GATEWAYS
from app.settings.office_service import ParameterView
from app.settings.state import SettingsState
from app.shell.office_page import office_frame
from components.button import button
from components.choices import choice, choices
from components.field import text_field
from components.group import group, label, pad
from components.link import load
from components.message import bones, note
from components.office import card_table, facts, fields, line_of, select_field, sheet_page

HERE = "/office/settings"
COLUMNS = ("是什么", "现在", "从哪天起", "依据")


def _hotline(key: str, title: str, name: Any, number: Any) -> rx.Component:
    return rx.el.form(
        rx.el.input(type="hidden", name="key", value=key),
        fields(
            text_field(f"{title}叫什么", name="name", default_value=name, max_length=24),
            text_field("号码", name="number", default_value=number, input_mode="tel", max_length=20),
        ),
        button("存好", type="submit", kind="soft"),
        on_submit=SettingsState.save_hotline,
        class_name="stack",
    )


def _notices() -> rx.Component:
    view = SettingsState.view
    form = rx.el.form(
        choices(
            choice("有紧急情况、退回照片时发通知", many=True, name="on", value="on", default_checked=view.notice_on),
            shape="left one",
        ),
        fields(
            select_field("发到哪里", *GATEWAYS.items(), name="kind", default_value=view.notice_kind),
            text_field("地址", name="url", default_value=view.notice_url, input_mode="url", max_length=500,
                       placeholder="https://…"),
        ),
        rx.el.div(
            button("存好", type="submit", kind="soft"),
            button("试发一条", on_click=SettingsState.try_notice, icon="send"),
            class_name="tags",
        ),
        on_submit=SettingsState.save_notice, class_name="stack",
    )  # fmt: skip
    return pad(
        rx.el.p("通知里只说哪个村、什么事，不写任何群众的名字和号码。", class_name="soft-text"),
        form,
        rx.cond(SettingsState.trying != "", note(SettingsState.trying), rx.fragment()),
        rx.el.p(SettingsState.sent, class_name="soft-text"),
    )


def _factor() -> rx.Component:
    chosen = SettingsState.view.factor_roles
    boxes = [
        choice(name, many=True, name=str(role), value="on", default_checked=chosen.contains(str(role)))
        for role, name in ROLE_NAMES.items()
    ]
    return pad(
        rx.el.p("勾上的角色，登录时除了密码，还要写验证器上的 6 位数字。", class_name="soft-text"),
        rx.el.form(
            choices(*boxes, shape="left"),
            button("存好", type="submit", kind="soft"),
            on_submit=SettingsState.save_factor,
            class_name="stack",
        ),
    )


def _row(one: rx.Var[ParameterView]) -> rx.Component:
    what = rx.el.div(rx.el.b(one.label), rx.cond(one.coming != "", rx.el.p(one.coming, class_name="soft-text")))
    return line_of(COLUMNS, what, one.value, one.since, rx.el.span(one.source, class_name="was"), key=one.key)


def _change() -> rx.Component:
    return rx.el.form(
        fields(
            rx.el.label(
                rx.el.span("哪一项"),
                rx.el.select(
                    rx.foreach(SettingsState.rows, lambda one: rx.el.option(one.label, value=one.key)), name="key"
                ),
                class_name="field",
            ),
            text_field("改成", name="value", required=True, input_mode="numeric", max_length=6),
            text_field("从哪天起", name="from_on", type="date", required=True),
            text_field("依据", name="source", required=True, max_length=200, placeholder="哪份文件，或谁定的"),
        ),
        button("改", type="submit", kind="soft"),
        on_submit=SettingsState.set_number,
        reset_on_submit=True,
        class_name="stack",
    )


def settings_page() -> rx.Component:
    """Everything the county decides for itself."""
    view = SettingsState.view
    body = rx.fragment(
        label("求助电话", "每部手机的紧急页上都有，没信号也能拨"),
        group(
            pad(_hotline("hotline", "县里的电话", view.hotline_name, view.hotline)),
            pad(_hotline("hotline_child", "未成年人的电话", view.child_hotline_name, view.child_hotline)),
        ),
        label("通知"),
        group(_notices()),
        label("登录要验证码", "从下次登录起"),
        group(_factor()),
        label("系统的天数和次数", "每一项都有起止和依据"),
        card_table("参数", COLUMNS, rx.foreach(SettingsState.rows, _row)),
        group(pad(_change())),
        label("登录多久要重来", "在服务器上设"),
        group(
            pad(
                facts(
                    ("办公页没动", view.office_idle), ("办公页最长", view.office_whole),
                    ("手机没动", view.phone_idle), ("手机最长", view.phone_whole),
                    ("备份到", rx.cond(view.backup != "", view.backup, "还没备份过")),
                )
            )
        ),
    )  # fmt: skip
    policy = load("口径", href="/office/policy", class_name="btn")
    return office_frame(HERE, sheet_page("设置", rx.cond(SettingsState.ready, body, bones(6)), actions=[policy]))
