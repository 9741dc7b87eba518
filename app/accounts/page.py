"""我的: how the app looks on this phone, what it keeps, who is signed in, what it never does."""

from typing import TypedDict

import reflex as rx

from app.shell.page import screen
from components import offline
from components.button import button
from components.choices import choice, choices, question
from components.field import switch, text_field
from components.group import group, label, pad, row, row_button, row_link, row_text
from components.icons import icon
from components.message import error, note

PROMISES = ("不打卡，不签到", "不排名，不打分", "不统计在线时长", "不强制拍照、定位")


class Size(TypedDict):
    """One size of the text."""

    value: str
    label: str
    on: bool


class Room(TypedDict):
    """How much of the phone is used."""

    words: str
    line: str
    short: bool
    open: bool
    sentence: str


class Update(TypedDict):
    """A new version, or why there is none."""

    title: str
    line: str
    word: str


class Password(TypedDict):
    """Changing the password, which needs signal."""

    open: bool
    busy: bool
    problem: str
    first: bool


class Me(TypedDict):
    """The page 我的, as `assets/offline/views/me.js` makes it."""

    line: str
    sizes: list[Size]
    dark: bool
    homes: str
    room: Room
    update: Update
    kept: str
    office: bool
    password: Password
    leaving: bool
    sure: bool
    late: str


ME: rx.Var[Me] = offline.slice("me", Me)


def me_page() -> rx.Component:
    """`/me`"""
    return screen(_content(), title="我的", line=ME["line"], tab="me")


def _content() -> list[rx.Component]:
    return [
        _update(),
        _look(),
        group(
            row_link(
                icon("message-square"),
                rx.el.span(rx.el.b("投诉建议"), rx.el.span("什么都可以说，可以不留名"), class_name="t"),
                to="/feedback?from=/me",
            )
        ),
        label("这部手机"),
        _phone(),
        _password(),
        group(
            pad(
                rx.el.h2("这个应用不做的事"),
                rx.el.p("本应用不设打卡、排名、时长统计。", class_name="soft-text"),
                rx.el.ul(*[rx.el.li(icon("ban", small=True), words) for words in PROMISES], class_name="not"),
            )
        ),
        rx.cond(ME["office"], rx.el.a("去办公页", href="/office", class_name="btn wide")),
        rx.cond(ME["late"], pad(error(ME["late"]))),
        button(
            rx.cond(ME["sure"], "再点一下，退出登录", "退出登录"),
            icon="log-out",
            class_name="wide",
            on_click=offline.action("leave"),
            aria_busy=ME["leaving"],
        ),
        rx.el.p(ME["kept"], class_name="soft-text center"),
    ]


def _update() -> rx.Component:
    act = rx.cond(
        ME["update"]["word"], button(ME["update"]["word"], on_click=offline.action("applyUpdate")), rx.fragment()
    )
    return rx.cond(
        ME["update"],
        note(ME["update"]["line"], title=ME["update"]["title"], icon="download", actions=[act]),
    )


def _look() -> rx.Component:
    def size(one: rx.Var[Size]) -> rx.Component:
        return choice(
            one["label"],
            name="size",
            checked=one["on"],
            on_change=offline.action("setSize", one["value"]),
            key=one["value"],
        )

    return group(
        pad(question("大字", choices(rx.foreach(ME["sizes"], size), shape="sizes"))),
        row(
            row_text("黑底白字", "晚上用"),
            switch("黑底白字", checked=ME["dark"], on_change=offline.action("setDark", offline.CHECKED)),
        ),
    )


def _phone() -> rx.Component:
    room = ME["room"]
    help_lines = rx.el.div(
        rx.el.p("先点「现在上传」。传完的照片过些天会自己清掉。"),
        rx.el.p("还不够，就删掉手机里不用的照片和视频。写的字一定存得下。"),
        class_name="pad soft-text",
    )
    return group(
        row(icon("circle-check"), row_text("没有信号也能用", ME["homes"])),
        row_button(
            icon("smartphone"),
            rx.el.span(rx.el.b(room["words"]), rx.cond(room["line"], rx.el.span(room["line"])), class_name="t"),
            on_click=offline.action("toggleRoom"),
            arrow="chevron-down",
            aria_expanded=room["open"],
        ),
        rx.cond(room["sentence"], pad(error(room["sentence"]))),
        rx.cond(room["open"], help_lines),
    )


def _password() -> rx.Component:
    def one(name: str, code: str, complete: str) -> rx.Component:
        return text_field(name, name=code, type="password", auto_complete=complete)

    form = rx.el.form(
        rx.el.p("新密码至少 10 位。小写字母、大写字母、数字、符号，要有三种。", class_name="soft-text"),
        one("现在的密码", "old", "current-password"),
        one("新密码", "new", "new-password"),
        one("再写一次新密码", "again", "new-password"),
        rx.cond(ME["password"]["problem"], error(ME["password"]["problem"])),
        button(rx.cond(ME["password"]["busy"], "正在改", "改密码"), type="submit", aria_busy=ME["password"]["busy"]),
        on_submit=offline.action("changePassword", offline.EVENT, prevent_default=True),
        class_name="pad",
    )
    return rx.el.div(
        row_button(
            icon("lock"),
            rx.el.span(rx.el.b("改密码"), rx.el.span("要有信号"), class_name="t"),
            on_click=offline.action("togglePassword"),
            arrow="chevron-down",
            aria_expanded=ME["password"]["open"],
        ),
        rx.cond(ME["password"]["open"], form),
        class_name=rx.cond(ME["password"]["first"], "group before-all", "group"),
    )
