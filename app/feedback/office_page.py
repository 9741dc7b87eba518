"""投诉建议 on the office face: one tap away from every page."""

from typing import Any

import reflex as rx

from app.accounts.rules import Permission
from app.feedback.schemas import FeedbackView
from app.feedback.service import ABOUT
from app.feedback.state import FeedbackState
from app.shell.office_page import may, office_frame
from components.button import button
from components.choices import choice, choices
from components.field import text_area
from components.group import group, label, pad
from components.message import bones, empty
from components.office import pager, select_field, sheet_page
from components.tag import tag

HERE = "/office/feedback"


def _write() -> rx.Component:
    return rx.el.form(
        text_area("想说什么", name="text", required=True, max_length=2000, rows="4", data_testid="feedback-text"),
        select_field("关于什么", *ABOUT.items(), name="about"),
        choices(choice("不写我的名字", many=True, name="hide", value="on"), shape="left one"),
        button("送出去", kind="main", type="submit", data_testid="feedback-send"),
        on_submit=FeedbackState.send,
        reset_on_submit=True,
        class_name="stack",
    )


def _entry(one: rx.Var[FeedbackView], tail: Any = None) -> rx.Component:
    answered = rx.fragment(rx.el.p(rx.el.b("回复："), one.reply), rx.el.p(one.replied_at, class_name="soft-text"))
    waiting = tail if tail is not None else rx.el.p("还没有回复。", class_name="soft-text")
    return group(
        pad(
            rx.el.div(tag(one.about), rx.el.span(one.who, "　", one.at, class_name="soft-text"), class_name="tags"),
            rx.el.p(one.text),
            rx.cond(one.reply != "", answered, waiting),
        ),
        key=one.id,
    )


def _answer(one: rx.Var[FeedbackView]) -> rx.Component:
    form = rx.el.form(
        rx.el.input(type="hidden", name="id", value=one.id),
        text_area("回复", name="text", required=True, max_length=2000),
        button("回复", kind="soft", type="submit"),
        on_submit=FeedbackState.reply,
        class_name="stack",
    )
    return _entry(one, form)


def _everybody() -> rx.Component:
    listing = rx.fragment(
        rx.el.div(rx.foreach(FeedbackState.rows, _answer), class_name="twocol"),
        pager(
            "", on_back=FeedbackState.turn(-1), on_next=FeedbackState.turn(1),
            first=FeedbackState.trail.length() == 0, last=~FeedbackState.more,
        ),
    )  # fmt: skip
    return rx.fragment(
        label("大家说的"), rx.cond(FeedbackState.rows.length() > 0, listing, empty("还没有人写", "有了会列在这里。"))
    )


def feedback_office_page() -> rx.Component:
    """Say something; read the answers; for the administrator, answer."""
    mine = rx.fragment(
        label("我说过的"),
        rx.cond(
            FeedbackState.mine.length() > 0,
            rx.el.div(rx.foreach(FeedbackState.mine, lambda one: _entry(one)), class_name="twocol"),
            rx.el.p("还没有。不写名字的不列在这里。", class_name="soft-text"),
        ),
    )
    everybody = rx.cond(may(Permission.FEEDBACK_REPLY), _everybody(), rx.fragment())
    return office_frame(
        HERE,
        sheet_page(
            "投诉建议",
            group(pad(_write())),
            rx.cond(FeedbackState.ready, rx.fragment(everybody, mine), bones(3)),
            line="对软件、对工作安排、对人，都可以说。",
        ),
    )
