"""What the pages of registers share: a child's closed record, why a number is looked at, a figure with its words."""

from typing import Any

import reflex as rx

from components.button import button
from components.field import text_field
from components.icons import icon
from components.link import load
from components.message import error
from components.office import dialog
from components.tag import tag, tags


def marks(flags: Any, none: str = "") -> rx.Component:
    """What is to be done about a row, in a few words."""
    quiet = rx.el.span(none, class_name="soft-text") if none else rx.fragment()
    return rx.cond(flags.length() > 0, tags(rx.foreach(flags, lambda text: tag(text, tone="due"))), quiet)


def closed_record(reasons: dict[str, str], on_open: Any) -> rx.Component:
    """A child's record before it is opened: each reason opens it, and is written down."""
    why = [
        button(words, on_click=on_open(code), icon="lock", data_testid=f"open-{code}")
        for code, words in reasons.items()
    ]
    return rx.el.div(
        rx.el.p("孩子的资料，选一个原因才打开，会记一笔。", class_name="soft-text"),
        rx.el.div(*why, class_name="tags"),
        class_name="stack",
    )


def reason_dialog(
    title: Any, reasons: dict[str, str], *, shown: Any, own: Any, problem: Any, answer: Any, on_reason: Any,
    on_say: Any, on_close: Any,
) -> rx.Component:  # fmt: skip
    """Why somebody wants to see a number or a record; then the answer.

    Args:
        reasons: one tap each; the last stands for words of one's own.
        own: whether those are asked for.
        answer: what is shown; empty while it is asked.
        on_reason: called with the reason's code.
    """
    why = [
        button(words, on_click=on_reason(code), data_testid=f"why-{code}") for code, words in reasons.items()
    ]
    chosen = rx.fragment(
        rx.el.div(*why, class_name="choices two", role="group", aria_label="为什么要看"),
        button("不看了", kind="plain", on_click=on_close),
    )
    in_words = rx.el.form(
        text_field("为什么要看", name="reason", max_length=200, min_length=2, required=True, auto_focus=True,
                   data_testid="unmask-reason"),
        rx.el.div(
            button("不看了", on_click=on_close), button("看", kind="soft", type="submit", data_testid="unmask-look"),
            class_name="halves",
        ),
        on_submit=on_say,
    )  # fmt: skip
    noted = "谁、什么时候、为什么看，都会记下，这户的页面上看得到。"
    question = rx.fragment(
        rx.cond(own, rx.el.p(f"写一句就打开。{noted}"), rx.el.p(f"为什么要看？选一个就打开。{noted}")),
        rx.cond(problem != "", error(problem)),
        rx.cond(own, in_words, chosen),
    )
    told = rx.fragment(
        rx.el.p(answer, class_name="firstword", data_testid="unmasked"),
        button("盖上", kind="soft", on_click=on_close, auto_focus=True),
    )
    return dialog(title, rx.cond(answer != "", told, question), actions=[], shown=shown)


def print_link(household_id: Any, person_id: Any = None) -> rx.Component:
    """To the official forms that fit this home, or this person of it."""
    whose = "" if person_id is None else f"&person={person_id}"
    return load(
        icon("download", small=True), "打印表格", href=f"/office/papers?household={household_id}{whose}",
        class_name="btn plain", data_testid="print",
    )  # fmt: skip


def home_link(household_id: Any) -> rx.Component:
    """To the home that this is about."""
    return load("看这一户", href=f"/office/households/one?id={household_id}", class_name="btn")


def person_head(one: Any) -> rx.Component:
    """Whose page this is, with the way to their home and to paper."""
    return rx.el.div(
        rx.el.div(rx.el.h1(one.name), rx.el.p(one.about, " ", one.place)),
        print_link(one.household_id, one.person_id),
        home_link(one.household_id),
        class_name="head",
    )


def figure(number: Any, words: Any, *lines: Any) -> rx.Component:
    """One number that is looked at, and what it means."""
    return rx.el.div(
        rx.el.b(number, class_name="big"), rx.el.span(words),
        *[rx.el.p(line, class_name="soft-text") for line in lines], class_name="figure",
    )  # fmt: skip


def warning(text: Any) -> rx.Component:
    """A sentence that says it is time."""
    return rx.el.p(icon("triangle-alert", small=True), rx.el.span(text), class_name="state due")
