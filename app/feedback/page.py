"""投诉建议: one tap away on every page, without signal too, without a name where one likes."""

from typing import TypedDict

import reflex as rx

from app.shell.page import CAME, WHO, main_bar, screen
from components import offline
from components.button import button, button_link, call_link
from components.choices import choice, choices, question
from components.field import UNKEPT, switch, text_area
from components.group import group, pad, row, row_text
from components.message import empty, error


class About(TypedDict):
    """What it is about."""

    value: str
    label: str
    on: bool


class Feedback(TypedDict):
    """The page, as `assets/offline/screens/feedback.js` keeps it."""

    about: str
    abouts: list[About]
    anonymous: bool
    saved: bool
    saving: bool
    problem: str


FEEDBACK: rx.Var[Feedback] = offline.slice("feedback", Feedback)


def feedback_page() -> rx.Component:
    """`/feedback`"""
    inside = WHO == "in"
    content = rx.cond(inside, rx.cond(FEEDBACK["saved"], _thanks(), _form()), _outside())
    send = main_bar(
        button(
            rx.cond(FEEDBACK["saving"], "正在存", "交上去"),
            kind="main",
            on_click=offline.action("sendFeedback"),
            data_testid="send-feedback",
        ),
        rx.el.p("没有信号也能写"),
    )
    shown = rx.cond(inside & ~FEEDBACK["saved"].bool(), send)
    return screen(content, title="投诉建议", back=CAME, back_word="返回", main=shown, open_to_all=True)


def _form() -> rx.Component:
    def about(one: rx.Var[About]) -> rx.Component:
        return choice(
            one["label"],
            name="about",
            checked=one["on"],
            on_change=offline.action("aboutFeedback", one["value"]),
            key=one["value"],
        )

    return rx.fragment(
        group(
            pad(
                question("关于什么", choices(rx.foreach(FEEDBACK["abouts"], about), shape="left two")),
                text_area(
                    "想说什么",
                    aside="什么都可以说",
                    rows="4",
                    form=UNKEPT,
                    max_length=2000,
                    on_change=offline.action("writeFeedback", offline.VALUE),
                    data_testid="feedback-text",
                ),
                rx.cond(FEEDBACK["problem"], error(FEEDBACK["problem"])),
            )
        ),
        group(
            row(
                row_text("不留名", "看的人不知道是谁写的"),
                switch("不留名", checked=FEEDBACK["anonymous"], on_change=offline.action("hideName", offline.CHECKED)),
            )
        ),
    )


def _thanks() -> rx.Component:
    return empty(
        "写好了",
        "已存在手机，有信号自己传给县里。",
        action=rx.el.div(
            button("再写一条", on_click=offline.action("moreFeedback")),
            button_link("回今日", to="/", kind="soft"),
            class_name="tags",
        ),
    )


def _outside() -> rx.Component:
    return empty(
        "登录后可以写",
        "不想登录，可以打政务热线。",
        action=rx.el.div(call_link("打 12345", number="12345"), button_link("去登录", to="/"), class_name="tags"),
    )
