"""待上传: what has to be corrected first, then what is on its way, then what arrived today."""

from typing import TypedDict

import reflex as rx

from app.shell.page import main_bar, screen, waiting
from components import offline
from components.button import button, button_link
from components.group import group, group_list, label
from components.icons import icon
from components.message import empty, error, progress


class Item(TypedDict):
    """A record on its way, in words."""

    id: str
    name: str
    kind: str
    when: str
    icon: str
    tone: str
    words: str
    line: str
    parts: int
    sent: int
    percent: str
    sending: bool
    questions: list[str]
    stood_by: bool


class Fix(TypedDict):
    """A record to correct; without `href` there is nothing to write anew, only to know.

    One that is `asked` about has arrived: its author may also say that it is right as it stands.
    """

    id: str
    name: str
    line: str
    sentences: list[str]
    href: str
    act: str


class Empty(TypedDict):
    """Nothing is waiting."""

    title: str
    line: str


class Outbox(TypedDict):
    """The page, as `assets/offline/views/outbox.js` makes it."""

    phase: str
    fix: list[Fix]
    waiting: list[Item]
    done: list[Item]
    fix_title: str
    waiting_title: str
    done_title: str
    empty: Empty
    busy: bool


OUTBOX: rx.Var[Outbox] = offline.slice("outbox", Outbox)


def outbox_page() -> rx.Component:
    """`/outbox`"""
    send = button(
        rx.cond(OUTBOX["busy"], "正在上传", "现在上传"),
        kind="main",
        icon="cloud-upload",
        on_click=offline.action("sendNow"),
        aria_busy=OUTBOX["busy"],
    )
    content = rx.cond(OUTBOX["phase"] == "ready", _lists(), waiting())
    return screen(content, title="待上传", tab="outbox", main=main_bar(send, over_tabs=True))


def _lists() -> rx.Component:
    return rx.fragment(
        rx.cond(
            OUTBOX["fix"].length() > 0,
            rx.fragment(label(OUTBOX["fix_title"]), rx.foreach(OUTBOX["fix"], _fix)),
        ),
        rx.cond(
            OUTBOX["waiting"].length() > 0,
            rx.fragment(label(OUTBOX["waiting_title"]), group_list(rx.foreach(OUTBOX["waiting"], _item))),
        ),
        rx.cond(OUTBOX["waiting"].length() > 0, _to_file()),
        rx.cond(OUTBOX["empty"], _all_there()),
        rx.cond(
            OUTBOX["done"].length() > 0,
            rx.fragment(label(OUTBOX["done_title"]), group_list(rx.foreach(OUTBOX["done"], _item))),
        ),
    )


def _to_file() -> rx.Component:
    """The last way out of a phone without signal: one sealed file."""
    return rx.fragment(
        button("存成文件", on_click=offline.action("saveFile"), data_testid="outbox-save-file"),
        rx.el.p("一直没信号时，存成一个封好的文件，交给镇里或县里收。别人打不开。", class_name="soft-text"),
    )


def _fix(one: rx.Var[Fix]) -> rx.Component:
    change = button_link("去改", to=one["href"])
    stand_by = button("没写错", on_click=offline.action("standBy", one["id"]), kind="light")
    seen = button("知道了", on_click=offline.action("seen", one["id"]), kind="light")
    retake = button_link("去重拍", to=one["href"])
    answers = rx.match(
        one["act"],
        ("asked", rx.el.div(stand_by, change, class_name="halves third")),
        ("again", rx.el.div(seen, retake, class_name="halves third")),
        ("change", change),
        seen,
    )
    return group(
        rx.el.div(rx.el.div(rx.el.b(one["name"]), class_name="line"), rx.el.p(one["line"], class_name="soft-text")),
        rx.foreach(one["sentences"], lambda words: error(words, key=words)),
        answers,
        class_name="pad",
        key=one["id"],
        data_testid="outbox-fix",
    )


def _item(item: rx.Var[Item]) -> rx.Component:
    return rx.el.li(
        rx.el.div(rx.el.b(item["name"]), rx.el.span(item["when"]), class_name="line"),
        rx.cond(item["kind"], rx.el.p(item["kind"], class_name="soft-text")),
        rx.el.p(
            icon(item["icon"], small=True), item["words"], class_name=rx.Var.create("state ") + item["tone"].to(str)
        ),
        rx.cond(item["sending"], progress(item["words"], item["sent"], item["parts"], item["percent"])),
        rx.cond(item["line"], rx.el.p(item["line"], class_name="soft-text")),
        rx.foreach(item["questions"], lambda words: rx.el.p(icon("circle-help", small=True), words, class_name="hint")),
        rx.cond(item["stood_by"], rx.el.p("县里问过，你说没写错", class_name="soft-text")),
        class_name="pad tight",
        key=item["id"],
        data_testid="outbox-item",
    )


def _all_there() -> rx.Component:
    return empty(OUTBOX["empty"]["title"], OUTBOX["empty"]["line"], sign=("待传", "0"))
