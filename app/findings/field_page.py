"""要核实的: what comparisons found at a home, on its page on the phone; settled there without signal too."""

from typing import Any, TypedDict

import reflex as rx

from components import offline
from components.button import button
from components.choices import choice, choices, question
from components.field import text_field
from components.group import group_list, label
from components.icons import icon
from components.message import error


class Way(TypedDict):
    """One of the three ways to settle."""

    key: str
    label: str


class Doubt(TypedDict):
    """One finding, as `assets/offline/views/findings.js` makes it."""

    id: str
    why: str
    todo: str
    due: str
    ways: list[Way]
    problem: str


def doubts(rows: rx.Var[list[Doubt]]) -> rx.Component:
    """The section of a home's page; nothing where there is nothing to look at."""
    listed = rx.fragment(label("要核实的"), group_list(rx.foreach(rows, _doubt)))
    return rx.cond(rows.length() > 0, listed, rx.fragment())


def _doubt(one: rx.Var[Doubt]) -> rx.Component:
    head = rx.el.summary(
        rx.el.span(rx.el.b(one["why"]), rx.el.span(one["due"], class_name="why"), class_name="t"),
        icon("chevron-down"), class_name="row", data_testid="finding",
    )  # fmt: skip
    return rx.el.li(rx.el.details(head, _form(one)), key=one["id"])


def _form(one: rx.Var[Doubt]) -> rx.Component:
    def way(item: rx.Var[Way]) -> Any:
        return choice(item["label"], name="how", value=item["key"], key=item["key"])

    return rx.el.form(
        rx.el.p(one["todo"]),
        question("核实下来", choices(rx.foreach(one["ways"], way), shape="left one")),
        text_field("怎么办的，或为什么没问题", name="reason", max_length=400),
        text_field("依据", aside="（看了什么，问了谁；没有问题的要写）", name="evidence", max_length=200),
        rx.cond(one["problem"], error(one["problem"])),
        button("记下结论", type="submit", kind="soft", data_testid="settle-finding"),
        on_submit=offline.action("settleFinding", offline.EVENT, prevent_default=True),
        custom_attrs={"data-finding": one["id"]},
        class_name="pad stack",
    )
