"""紧急: whom to call when somebody is in danger, 110 first; then a note, which never stands for the call."""

from typing import TypedDict

import reflex as rx

from app.shell.page import CAME, WHO, main_bar, screen
from components import offline
from components.button import button, call_link
from components.choices import choice, choices, question
from components.field import search_field, text_area, text_field
from components.group import group, pad, row_button
from components.message import error


class Call(TypedDict):
    """A number of the county."""

    name: str
    number: str


class Situation(TypedDict):
    """What happened."""

    value: str
    label: str
    on: bool


class Home(TypedDict):
    """The home it is about."""

    id: str
    name: str
    line: str


class Urgent(TypedDict):
    """The page, as `assets/offline/views/urgent.js` makes it."""

    calls: list[Call]
    situations: list[Situation]
    time: str
    home: Home
    found: list[Home]
    saving: bool
    problem: str


URGENT: rx.Var[Urgent] = offline.slice("urgent", Urgent)


def urgent_page() -> rx.Component:
    """`/urgent`"""
    note_it = main_bar(
        button(rx.cond(URGENT["saving"], "正在存", "记下来"), kind="main", on_click=offline.action("saveUrgent")),
        rx.el.p("只是留个底，不能代替打电话"),
    )
    inside = WHO == "in"
    return screen(
        [
            call_link("拨打 110", number="110", kind="danger", class_name="call-110"),
            rx.el.div(rx.foreach(URGENT["calls"], _call), class_name="calls"),
            rx.el.p("没有信号也能试打。打不通，就把号码念给旁边的人打。", class_name="soft-text center"),
            rx.cond(inside, _note()),
        ],
        title="有危险，先打电话",
        back=CAME,
        back_word="返回",
        urgent=False,
        open_to_all=True,
        main=rx.cond(inside, note_it),
    )


def _call(one: rx.Var[Call]) -> rx.Component:
    return call_link(
        rx.el.span(one["name"]), rx.el.span(one["number"]), number=one["number"], kind="", icon=None, key=one["number"]
    )


def _note() -> rx.Component:
    def situation(one: rx.Var[Situation]) -> rx.Component:
        return choice(
            one["label"],
            many=True,
            checked=one["on"],
            on_change=offline.action("toggleSituation", one["value"]),
            key=one["value"],
        )

    return group(
        pad(
            rx.el.h2("打过了，记一笔"),
            rx.cond(URGENT["home"], _home(), _find()),
            question("什么情况", choices(rx.foreach(URGENT["situations"], situation), shape="left two")),
            text_field(
                "几点打的",
                default_value=URGENT["time"],
                on_change=offline.action("timeUrgent", offline.VALUE),
                max_length=40,
            ),
            text_area(
                "还有什么要说", aside="可以不写", max_length=500, on_change=offline.action("writeUrgent", offline.VALUE)
            ),
            rx.cond(URGENT["problem"], error(URGENT["problem"])),
        )
    )


def _home() -> rx.Component:
    home = URGENT["home"]
    return rx.el.div(
        rx.el.div(rx.el.b(home["name"], "家"), class_name="line"),
        rx.el.p(home["line"], class_name="soft-text"),
        button("换一家", kind="plain", on_click=offline.action("dropUrgent")),
        class_name="picked",
    )


def _find() -> rx.Component:
    def found(home: rx.Var[Home]) -> rx.Component:
        return row_button(
            rx.el.span(rx.el.b(home["name"]), rx.el.span(home["line"]), class_name="t"),
            on_click=offline.action("pickUrgent", home["id"]),
            key=home["id"],
        )

    return rx.el.div(
        rx.el.p("哪一家", class_name="q"),
        search_field(
            "找是哪一家",
            placeholder="姓名、后四位",
            auto_complete="off",
            on_change=offline.action("searchUrgent", offline.VALUE),
        ),
        rx.foreach(URGENT["found"], found),
    )
