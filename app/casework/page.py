"""信访和公示: petitions with who works on them and what comes next; public notices before they are hung up."""

from typing import Any

import reflex as rx

from app.casework.schemas import NoticeRow, PetitionRow
from app.casework.state import CATEGORY_CHOICES, PROGRAMME_CHOICES, SOURCE_CHOICES, CaseworkState
from app.shell.office_page import office_frame
from components.button import button
from components.field import field, text_area, text_field
from components.group import group, label, pad
from components.icons import icon
from components.message import bones, empty
from components.office import fields, select_field, sheet_page
from components.tag import tag

HERE = "/office/casework"
S = CaseworkState


def _choose(words: str, name: str, choices: Any, nobody: str, **props: Any) -> rx.Component:
    return field(words, rx.el.select(
        rx.el.option(nobody, value=""),
        rx.foreach(choices, lambda one: rx.el.option(one.label, value=one.value)), name=name, **props,
    ))  # fmt: skip


def _place() -> rx.Component:
    return _choose("在哪", "division", S.choices, "请选", required=True)


def _opens(words: str, form: rx.Component) -> rx.Component:
    head = rx.el.summary(rx.el.span(rx.el.b(words), class_name="t"), icon("chevron-down"), class_name="row")
    return group(rx.el.details(head, pad(form)))


def _new_petition() -> rx.Component:
    return rx.el.form(
        fields(
            _place(),
            select_field("怎么来的", ("", "请选"), *SOURCE_CHOICES, name="source", required=True),
            select_field("哪一类", *CATEGORY_CHOICES, name="category"),
            text_field("哪天收到", name="received_on", type="date", required=True, default_value=S.on, max=S.on),
            _choose("检举控告的是谁", "accused", S.accused, "没有，或不是这里的账号"),
            _choose("交给谁办", "assignee", S.officers, "先不交"),
        ),
        text_area("说的什么事", name="text", required=True, max_length=2000, rows="3"),
        button("登记", type="submit", kind="main"),
        on_submit=S.receive, class_name="stack", key=S.received,
    )  # fmt: skip


def _seen(one: rx.Var[PetitionRow]) -> list[rx.Component]:
    """Which petition a form is about, as it was seen."""
    said = (("id", one.id), ("version", one.version.to_string()))
    return [rx.el.input(type="hidden", name=name, value=value) for name, value in said]


def _petition(one: rx.Var[PetitionRow]) -> rx.Component:
    hand = rx.el.form(
        *_seen(one),
        _choose("交给谁办", "assignee", S.officers, "请选", required=True),
        button("交给他", type="submit", kind="soft"),
        on_submit=S.assign, class_name="filters",
    )  # fmt: skip
    onward = button("今天", one.next_words, on_click=S.step(one.id, one.next, one.version), kind="light")
    longer = rx.el.details(
        rx.el.summary("办不完，要延期"),
        rx.el.form(
            *_seen(one),
            text_field("哪位负责人批准的", name="by", required=True, max_length=64),
            text_field("为什么", name="why", required=True, max_length=500),
            button("记下延期", type="submit", kind="soft"),
            on_submit=S.extend, class_name="stack",
        ),
    )
    return group(
        pad(
            rx.el.div(tag(one.category), tag(one.state), rx.el.span(one.place, "，", one.received, "收到",
                                                                    class_name="soft-text"), class_name="tags"),
            rx.el.p(one.text),
            rx.el.p("在办：", one.assignee, class_name="soft-text"),
            rx.cond(one.next != "", rx.fragment(hand, onward, longer), rx.fragment()), class_name="stack",
        ),
        key=one.id,
    )  # fmt: skip


def _new_notice() -> rx.Component:
    return rx.el.form(
        fields(
            _place(), select_field("哪个项目", *PROGRAMME_CHOICES, name="programme"),
            text_field("从哪天", name="from_on", type="date", required=True, default_value=S.on),
            text_field("到哪天", name="to_on", type="date", required=True),
        ),
        text_area("公示什么", name="text", required=True, max_length=2000, rows="3",
                  aside="（只写姓名、人数、金额；不写身份证号、电话、账号、病情）"),
        button("记下公示", type="submit", kind="main"),
        on_submit=S.post, class_name="stack", key=S.posted,
    )  # fmt: skip


def _notice(one: rx.Var[NoticeRow]) -> rx.Component:
    head = rx.el.div(tag(one.programme), rx.el.span(one.place, "，", one.days, class_name="soft-text"),
                     class_name="tags")  # fmt: skip
    return group(pad(head, rx.el.p(one.text)), key=one.id)


def casework_page() -> rx.Component:
    """Petitions, then public notices."""
    body = rx.fragment(
        label("信访件"), _opens("登记一件", _new_petition()),
        rx.cond(S.petitions.length() > 0, rx.el.div(rx.foreach(S.petitions, _petition), class_name="twocol"),
                empty("没有信访件", "来信来访来电都在上面登记。")),
        label("公示"), _opens("贴一张公示", _new_notice()),
        rx.cond(S.notices.length() > 0, rx.el.div(rx.foreach(S.notices, _notice), class_name="twocol"),
                empty("没有公示", "拟保障的名单要公示满 7 天；孩子的事不公示。")),
    )  # fmt: skip
    waiting = rx.cond(S.problem != "", rx.fragment(), bones(6))
    line = "检举控告件只有登记的人和承办的人看得到。"
    return office_frame(HERE, sheet_page("信访和公示", rx.cond(S.ready, body, waiting), line=line))
