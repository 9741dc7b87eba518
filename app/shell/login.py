"""登录: the sign of the product, two fields, one button. It stands in place of every page that needs somebody."""

from typing import Literal, TypedDict

import reflex as rx

from components import offline
from components.button import button
from components.field import password_field, text_field
from components.frame import body, urgent_link
from components.message import error, note
from components.plate import plate


class Login(TypedDict):
    """What the login says."""

    busy: bool
    shown: bool
    code: bool
    problem: str
    gone: str
    copies: int
    stranded: bool
    asked: bool
    stage: str
    sure: bool


LOGIN: rx.Var[Login] = offline.slice("login", Login)
WHO: rx.Var[str] = offline.slice("who.phase", str)
"""Who holds the phone: unknown (until its store has been read), out, locked, in, office."""
USERNAME: rx.Var[str] = offline.slice("who.username", str)
"""Who works here and has to sign in again, or unlock."""
LOCKED: rx.Var[bool] = WHO == "locked"
ENROL: rx.Var[str] = offline.slice("route.query.enrol", str)
"""The one-time code that a picture brought along in the address."""


def login_body() -> rx.Component:
    """The middle of the login: the sign, two fields, one button.

    Drawn at build time, it is seen before the page is awake. Until then nothing can be sent: a browser left to itself
    would put the password into the address, and `method="dialog"` sends nowhere.
    """
    help_first = rx.el.header(rx.el.div(), urgent_link(), class_name="top")
    fields = body(
        plate(rx.el.h1("入户通"), rx.el.p(rx.cond(LOCKED, "锁着，用登录密码打开", "走一趟，记一次")), sign=True),
        rx.cond(LOGIN["gone"], note(LOGIN["gone"], icon="lock")),
        rx.cond(LOGIN["stranded"], _stranded(), _fields()),
        rx.cond(
            LOGIN["copies"] > 0,
            button(
                "没送出的存成文件", kind="plain", on_click=offline.action("saveFile"), data_testid="login-save-file"
            ),
        ),
        rx.el.p("不打卡\u2060·不排名\u2060·不统计时长", class_name="soft-text center"),
        class_name="middle",
    )
    return rx.fragment(help_first, fields)


def _fields() -> rx.Component:
    return rx.el.form(
        text_field(
            "用户名",
            name="username",
            default_value=USERNAME,
            key=USERNAME,
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
        rx.cond(
            LOGIN["code"],
            text_field(
                "验证码",
                name="code",
                aside="验证器上的 6 位数字，或备用码",
                input_mode="numeric",
                auto_complete="one-time-code",
                auto_focus=True,
                data_testid="login-code",
            ),
        ),
        rx.cond(ENROL, note("登记码扫好了，登录时就用上。", icon="check"), rx.fragment()),
        rx.cond(
            LOCKED | ENROL.bool(),
            rx.fragment(),
            rx.el.details(
                rx.el.summary("有登记码"),
                text_field(
                    "登记码",
                    name="enrol",
                    aside="镇里或县里给的，扫过码就不用写",
                    max_length=40,
                    auto_complete="off",
                    data_testid="login-enrol",
                ),
                class_name="soft-text",
            ),
        ),
        rx.cond(LOGIN["problem"] != "", error(LOGIN["problem"])),
        button(
            rx.cond(LOGIN["busy"], rx.cond(LOCKED, "正在打开", "正在登录"), rx.cond(LOCKED, "打开", "登录")),
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
    )


def _stranded() -> rx.Component:
    """The password was changed elsewhere: what there is to do, in the order in which it costs least."""
    old = rx.el.form(
        password_field(
            "以前的密码",
            shown=LOGIN["shown"],
            on_show=offline.action("showPassword"),
            name="old",
            auto_complete="off",
            data_testid="old-password",
        ),
        button("用以前的密码打开", kind="main", type="submit", aria_busy=LOGIN["busy"], data_testid="old-submit"),
        method="dialog",
        on_submit=offline.action("openWithOld", offline.EVENT, prevent_default=True),
        class_name="stack",
        custom_attrs={"noValidate": True},
    )

    def anew(words: str, kind: Literal["", "danger"]) -> rx.Component:
        return button(words, kind=kind, on_click=offline.action("beginAnew"), data_testid="begin-anew")

    lost = "没上传的走访和写了一半的都会从这部手机上清掉，资料重新下载。"
    return rx.el.div(
        note(
            "密码对了。可这部手机上的资料是用以前的密码锁的，用它再打开一次就好。", title="密码在别处改过", icon="lock"
        ),
        old,
        rx.cond(LOGIN["problem"] != "", error(LOGIN["problem"])),
        button(
            rx.cond(LOGIN["asked"], "看看好了没有", "想不起来，请县管理员帮忙"),
            kind="soft",
            on_click=offline.action("askForKey"),
            aria_busy=LOGIN["busy"],
            data_testid="ask-recovery",
        ),
        rx.cond(LOGIN["stage"] != "", rx.el.p(LOGIN["stage"], class_name="soft-text", role="status")),
        rx.cond(
            LOGIN["sure"],
            rx.fragment(error(lost), anew("再点一下，从头开始", "danger")),
            anew("不等了，从头开始", ""),
        ),
        button("返回", kind="plain", on_click=offline.action("notStranded")),
        class_name="stack",
    )
