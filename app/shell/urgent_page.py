"""紧急: whom to call when somebody is in danger, 110 first; only after the call a note, which never stands for it."""

from collections.abc import Callable
from typing import Any, TypedDict

import reflex as rx

from app.shell.page import CAME, WHO, main_bar, screen
from components import offline
from components.button import button, call_link
from components.choices import choice, choices, question
from components.field import UNKEPT, search_field, text_area, text_field
from components.group import group, pad, row_button
from components.message import error


class Call(TypedDict):
    """A number of the county."""

    name: str
    number: str


class Situation(TypedDict):
    """One of several to choose: what happened, who it is, whom one called."""

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
    open: bool
    who: str
    whos: list[Situation]
    situations: list[Situation]
    called: list[Situation]
    children: list[Situation]
    time: str
    home: Home
    unlisted: bool
    found: list[Home]
    saving: bool
    problem: str


URGENT: rx.Var[Urgent] = offline.slice("urgent", Urgent)


def urgent_page() -> rx.Component:
    """`/urgent`"""
    note_it = main_bar(
        button(
            rx.cond(URGENT["saving"], "正在存", "记下来"),
            kind="main",
            on_click=offline.action("saveUrgent"),
            data_testid="save-urgent",
        ),
        rx.el.p("只是留个底，不能代替打电话"),
    )
    writing = (WHO == "in") & URGENT["open"].bool()
    offer = button("电话打过了，记一笔", on_click=offline.action("openUrgent"), data_testid="open-urgent")
    return screen(
        [
            call_link(
                "拨打 110",
                number="110",
                kind="danger",
                class_name="call-110",
                on_click=offline.action("dialUrgent", "110"),
                data_testid="call-110",
            ),
            rx.el.div(rx.foreach(URGENT["calls"], _call), class_name="calls"),
            rx.el.p("没有信号也能试打。打不通，就把号码念给旁边的人打。", class_name="soft-text center"),
            rx.cond(writing, _note(), rx.cond(WHO == "in", offer)),
        ],
        title="有危险，先打电话",
        back=CAME,
        back_word="返回",
        urgent=False,
        open_to_all=True,
        main=rx.cond(writing, note_it),
    )


def _call(one: rx.Var[Call]) -> rx.Component:
    return call_link(
        rx.el.span(one["name"]),
        rx.el.span(one["number"]),
        number=one["number"],
        kind="",
        icon=None,
        on_click=offline.action("dialUrgent", one["number"]),
        key=one["number"],
    )


def _options(action: str, many: bool, test: str) -> Callable[[rx.Var[Situation]], rx.Component]:
    def draw(one: rx.Var[Situation]) -> rx.Component:
        return choice(
            one["label"],
            many=many,
            checked=one["on"],
            on_change=offline.action(action, one["value"]),
            key=one["value"],
            data_testid=test,
        )

    return draw


def _line(title: str, field: str, *, aside: str | None = None, longest: int = 64, **props: Any) -> rx.Component:
    write = offline.action("writeUrgent", field, offline.VALUE)
    return text_field(title, aside=aside, on_change=write, max_length=longest, data_testid=f"urgent-{field}", **props)


def _note() -> rx.Component:
    of_child = URGENT["who"] == "child"
    which = question(
        "哪个孩子",
        choices(rx.foreach(URGENT["children"], _options("childUrgent", True, "urgent-child")), shape="left two"),
        aside="不在这里就不点",
    )
    police = rx.fragment(
        _line("哪里接的警", "unit", aside="可以不写"),
        _line("接警编号", "number", aside="可以不写"),
    )
    return group(
        pad(
            rx.el.h2("打过了，记一笔"),
            question("谁有危险", choices(rx.foreach(URGENT["whos"], _options("whoUrgent", False, "urgent-who")),
                                     shape="left two")),
            rx.cond(URGENT["home"], _home(), rx.cond(URGENT["unlisted"], _elsewhere(), _find())),
            rx.cond(of_child & (URGENT["children"].length() > 0), which),
            question("什么情况", choices(rx.foreach(URGENT["situations"],
                                                _options("toggleSituation", True, "urgent-situation")),
                                     shape="left two")),
            question("打了谁", choices(rx.foreach(URGENT["called"], _options("toggleCalled", True, "urgent-called")),
                                    shape="left two")),
            _line("几点打的", "time", longest=40, default_value=URGENT["time"]),
            text_area(
                "看到什么",
                aside="可以不写",
                max_length=500,
                form=UNKEPT,
                on_change=offline.action("writeUrgent", "text", offline.VALUE),
                data_testid="urgent-text",
            ),
            rx.cond(of_child, police),
            rx.cond(URGENT["problem"], error(URGENT["problem"])),
        )
    )  # fmt: skip


def _home() -> rx.Component:
    home = URGENT["home"]
    return rx.el.div(
        rx.el.div(rx.el.b(home["name"], "家"), class_name="line"),
        rx.el.p(home["line"], class_name="soft-text"),
        button("换一家", kind="plain", on_click=offline.action("dropUrgent")),
        class_name="picked",
    )


def _elsewhere() -> rx.Component:
    return rx.el.div(
        _line("是谁、在哪里", "where", longest=200),
        button("在名单里找", kind="plain", on_click=offline.action("dropUrgent")),
    )


def _find() -> rx.Component:
    def found(home: rx.Var[Home]) -> rx.Component:
        return row_button(
            rx.el.span(rx.el.b(home["name"]), rx.el.span(home["line"]), class_name="t"),
            on_click=offline.action("pickUrgent", home["id"]),
            key=home["id"],
            data_testid="urgent-home",
        )

    unlisted = button(
        "不在名单里", kind="plain", on_click=offline.action("unlistedUrgent"), data_testid="urgent-unlisted"
    )
    return rx.el.div(
        rx.el.p("哪一家", class_name="q"),
        search_field(
            "找是哪一家",
            placeholder="姓名、后四位",
            auto_complete="off",
            on_change=offline.action("searchUrgent", offline.VALUE),
            data_testid="urgent-search",
        ),
        rx.foreach(URGENT["found"], found),
        rx.cond(URGENT["who"] == "child", unlisted),
    )
