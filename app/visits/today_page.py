"""今日: what came back, the next home on the plate, the others that are due."""

from typing import TypedDict

import reflex as rx

from app.shell.page import screen, waiting
from components import offline
from components.button import button_link
from components.group import group, group_list, label, row_link
from components.icons import icon
from components.message import empty
from components.photos import thumb
from components.plate import plaque, plate, plate_where


class Returned(TypedDict):
    """A picture that the county asks for once more."""

    id: str
    href: str
    url: str
    where: str
    note: str
    title: str
    returned: bool


class DueRow(TypedDict):
    """A home that is due."""

    id: str
    href: str
    group: str
    door: str
    name: str
    line: str
    why: str
    late: bool


class Next(TypedDict):
    """The next home, as its plate says it."""

    href: str
    visit: str
    where: str
    door: str
    name: str
    lines: list[str]
    started: bool


class Today(TypedDict):
    """The page, as `assets/offline/views/today.js` makes it."""

    phase: str
    date: str
    stale: str
    reviews: list[Returned]
    unfinished: int
    to_fix: int
    title: str
    next: Next
    rest: list[DueRow]
    soon: list[DueRow]
    more: int
    coming: bool


TODAY: rx.Var[Today] = offline.slice("today", Today)


def today_page() -> rx.Component:
    """`/`"""
    date = rx.el.p(TODAY["date"], class_name="nb date")
    return screen(rx.cond(TODAY["phase"] == "ready", _content(), waiting()), title="今日", tab="today", aside=[date])


def _content() -> rx.Component:
    return rx.fragment(
        rx.cond(TODAY["stale"], rx.el.p(TODAY["stale"], class_name="soft-text")),
        rx.foreach(TODAY["reviews"], _returned),
        rx.cond(TODAY["to_fix"] > 0, _to_fix()),
        rx.cond(TODAY["unfinished"] > 0, _unfinished()),
        rx.cond(TODAY["next"], _due(), _nothing()),
    )


def _returned(review: rx.Var[Returned]) -> rx.Component:
    return row_link(
        thumb(review["url"], "退回的照片"),
        rx.el.span(
            rx.el.b(icon(rx.cond(review["returned"], "undo-2", "circle-help"), small=True), review["title"]),
            rx.el.span(review["where"]),
            rx.el.span(review["note"]),
            class_name="t",
        ),
        to=review["href"],
        class_name=rx.cond(review["returned"], "group back-item", "group back-item asks"),
        data_testid=rx.cond(review["returned"], "returned-photo", "asked-photo"),
        key=review["id"],
    )


def _to_fix() -> rx.Component:
    return group(
        row_link(
            icon("circle-alert"),
            rx.el.span(
                rx.el.b("有 ", TODAY["to_fix"], " 条要改"), rx.el.span("在待上传里，改一下就行"), class_name="t"
            ),
            to="/outbox",
            class_name="plain",
        )
    )


def _unfinished() -> rx.Component:
    return group(
        row_link(
            icon("square-pen"),
            rx.el.span(
                rx.el.b("有 ", TODAY["unfinished"], " 户没写完"), rx.el.span("都存着，接着写就行"), class_name="t"
            ),
            to="/visit",
            class_name="plain",
        )
    )


def _due() -> rx.Component:
    return rx.fragment(
        label(TODAY["title"]),
        _plate(),
        rx.cond(TODAY["rest"].length() > 0, group_list(rx.foreach(TODAY["rest"], _row))),
        rx.cond(
            TODAY["more"] > 0,
            rx.el.p("还有 ", TODAY["more"], " 户，在农户里看。", class_name="soft-text"),
        ),
        rx.cond(
            TODAY["soon"].length() > 0,
            rx.fragment(label("这几天快到了"), group_list(rx.foreach(TODAY["soon"], _row))),
        ),
    )


def _plate() -> rx.Component:
    home = TODAY["next"]
    return plate(
        plate_where(home["where"], home["door"]),
        offline.link(home["name"], to=home["href"], class_name="name"),
        rx.el.div(rx.foreach(home["lines"], lambda words: rx.el.p(words, key=words))),
        button_link(
            icon("footprints"),
            rx.cond(home["started"], "接着写", "开始走访"),
            to=home["visit"],
            data_testid="start-visit",
        ),
    )


def _row(home: rx.Var[DueRow]) -> rx.Component:
    return rx.el.li(
        row_link(
            plaque(home["group"], home["door"]),
            rx.el.span(
                rx.el.b(home["name"]),
                rx.cond(home["line"], rx.el.span(home["line"])),
                rx.el.span(home["why"], class_name=rx.cond(home["late"], "why", "")),
                class_name="t",
            ),
            to=home["href"],
        ),
        key=home["id"],
        class_name="long",
    )


def _nothing() -> rx.Component:
    """Before all has come once nobody knows whether somebody is to be seen."""
    coming = empty("资料还没来齐", "来齐了，今天该去哪家，这里就写着。", sign=("今日", "…"))
    nobody = empty(
        "今天没有该去的",
        "想去哪家看看，从农户里找。",
        sign=("今日", "0"),
        action=button_link("找农户", to="/households", kind="soft"),
    )
    return rx.cond(TODAY["coming"], coming, nobody)
