"""登录: the sign of the product, two fields, one button. It stands in place of every page that needs somebody."""

from typing import TypedDict

import reflex as rx

from components import offline
from components.button import button
from components.field import password_field, text_field
from components.frame import body, urgent_link
from components.message import error
from components.plate import plate


class Login(TypedDict):
    """What the login says."""

    busy: bool
    shown: bool
    problem: str


LOGIN: rx.Var[Login] = offline.slice("login", Login)
WHO: rx.Var[str] = offline.slice("who.phase", str)
"""Who holds the phone: unknown (until its store has been read), out, in, office."""
USERNAME: rx.Var[str] = offline.slice("who.username", str)
"""Who works here and has to sign in again."""


def login_body() -> rx.Component:
    """The middle of the login: the sign, two fields, one button.

    Drawn at build time, it is seen before the page is awake. Until then nothing can be sent: a browser left to itself
    would put the password into the address, and `method="dialog"` sends nowhere.
    """
    help_first = rx.el.header(rx.el.div(), urgent_link(), class_name="top")
    fields = body(
        plate(rx.el.h1("入户通"), rx.el.p("走一趟，记一次"), sign=True),
        rx.el.form(
            text_field(
                "用户名",
                name="username",
                default_value=USERNAME,
                auto_complete="username",
                custom_attrs={"autoCapitalize": "none", "spellCheck": False},
                data_testid="login-username",
            ),
            password_field(
                "密码",
                shown=LOGIN["shown"],
                on_show=offline.action("showPassword"),
                name="password",
                auto_complete="current-password",
                data_testid="login-password",
            ),
            rx.cond(LOGIN["problem"] != "", error(LOGIN["problem"])),
            button(
                rx.cond(LOGIN["busy"], "正在登录", "登录"),
                kind="main",
                type="submit",
                aria_busy=LOGIN["busy"],
                disabled=WHO == "unknown",
                data_testid="login-submit",
            ),
            method="dialog",
            on_submit=offline.action("signIn", offline.EVENT, prevent_default=True),
            class_name="stack",
            custom_attrs={"noValidate": True},
        ),
        rx.el.p("不打卡\u2060·不排名\u2060·不统计时长", class_name="soft-text center"),
        class_name="middle",
    )
    return rx.fragment(help_first, fields)
