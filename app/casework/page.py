"""信访: the list of petitions, one of them with what comes next."""

from typing import Any

import reflex as rx

from app.casework.rules import NOT_WRITTEN
from app.casework.schemas import Event, PetitionRow
from app.casework.state import (
    CATEGORY_CHOICES,
    HERE,
    SOURCE_CHOICES,
    WHICH_CHOICES,
    CaseworkState,
    PetitionState,
)
from app.households.register_page import folded, reason_form
from app.shell.list_page import listed, one_page
from app.shell.office_page import office_frame
from components.button import button
from components.field import field, options_of, place_field, search_form, text_area, text_field
from components.group import group, label, pad
from components.link import load
from components.message import bones, empty
from components.office import facts, fields, line_of, select_field, sheet_page
from components.tag import state, tag

S = CaseworkState
COLUMNS = ("什么事", "哪一类", "在哪", "收到", "谁在办", "办到哪了", "最晚")


def _named(words: str, name: str, people: Any, nobody: str, **props: Any) -> rx.Component:
    """One account of those that can be chosen."""
    options = rx.foreach(people, lambda one: rx.el.option(one[1], value=one[0]))
    return field(words, rx.el.select(rx.el.option(nobody, value=""), options, name=name, **props))


def place_choice(choices: Any) -> rx.Component:
    """Where something new belongs."""
    return field("在哪", rx.el.select(
        rx.el.option("请选", value=""), options_of(choices), name="division", required=True,
    ))  # fmt: skip


def _new_petition() -> rx.Component:
    return rx.el.form(
        fields(
            place_choice(S.choices),
            select_field("怎么来的", ("", "请选"), *SOURCE_CHOICES, name="source", required=True),
            select_field("哪一类", *CATEGORY_CHOICES, name="category"),
            text_field("哪天收到", name="received_on", type="date", required=True, default_value=S.choosing.on,
                       max=S.choosing.on),
            _named("检举控告的是谁", "accused", S.choosing.accused, "没有，或不是这里的账号"),
            _named("交给谁办", "assignee", S.choosing.officers, "先不交"),
        ),
        text_area("说的什么事", name="text", required=True, max_length=2000, rows="3"),
        button("登记", type="submit", kind="main"),
        on_submit=S.receive, class_name="stack petition", key=S.received,
    )  # fmt: skip


def _filters() -> rx.Component:
    return search_form(
        select_field("办到哪了", *WHICH_CHOICES, name="which", default_value=S.which, key=S.which),
        place_field("在哪", S.choices, default_value=S.village, key=S.village),
        select_field("哪一类", ("", "全部"), *CATEGORY_CHOICES, name="category", default_value=S.category,
                     key=S.category),
        select_field("怎么来的", ("", "全部"), *SOURCE_CHOICES, (NOT_WRITTEN, NOT_WRITTEN), name="source",
                     default_value=S.source, key=S.source),
        on_find=S.find,
    )  # fmt: skip


def _due(one: Any) -> rx.Component:
    return rx.cond(one.late, state(rx.el.b(one.due, "，过了"), icon="clock", tone="alarm"), one.due)


def _row(one: rx.Var[PetitionRow]) -> rx.Component:
    what = load(one.brief, href=f"{HERE}/one?id={one.id}", data_testid="petition-item")
    kind = rx.el.span(one.category, "，", rx.cond(one.source != "", one.source, "来源没记"))
    return line_of(
        COLUMNS, what, kind, one.place, one.received, rx.cond(one.assignee != "", one.assignee, "还没交"),
        tag(one.state), _due(one), key=one.id,
    )  # fmt: skip


def casework_page() -> rx.Component:
    """The petitions of the area: what is not done first, and of that whoever has waited longest."""
    all_open = (S.which == "open") & (S.village == "") & (S.category == "") & (S.source == "")
    nobody = rx.cond(all_open, empty("没有在办的信访件", "来信来访来电都在上面登记。"),
                     empty("没有这样的信访件", "换个条件找。"))  # fmt: skip
    body = rx.fragment(
        folded("登记一件", _new_petition(), test="petition-new"), _filters(),
        listed(S, "信访件", COLUMNS, _row, nobody=nobody),
    )  # fmt: skip
    waiting = rx.cond(S.problem != "", rx.fragment(), bones(6))
    line = "检举控告件只有登记的人和承办的人看得到。"
    return office_frame(HERE, sheet_page("信访件", rx.cond(S.ready, body, waiting), line=line))


def seen(one: Any) -> rx.Component:
    """The version that a form was filled in from."""
    return rx.el.input(type="hidden", name="version", value=one.version.to_string())


def _stages(one: Any) -> rx.Component:
    def stage(words: rx.Var[str], at: rx.Var[int]) -> rx.Component:
        return rx.el.li(
            rx.cond(at == one.reached, rx.el.b(words), words),
            class_name=rx.cond(at < one.reached, "past", rx.cond(at == one.reached, "now", "")),
        )

    return rx.el.ol(rx.foreach(one.stages, stage), class_name="casepath")


def _next(one: Any) -> rx.Component:
    onward = rx.el.form(
        seen(one), rx.el.input(type="hidden", name="what", value=one.next),
        text_field("哪天", name="on", type="date", required=True, default_value=one.on, min=one.earliest, max=one.on),
        button(one.next_words, type="submit", kind="soft", data_testid="petition-step"),
        on_submit=PetitionState.step, class_name="filters", key=one.version,
    )  # fmt: skip
    hand = rx.el.form(
        seen(one), _named("交给谁办", "assignee", one.officers, "请选", required=True),
        button("交给他", type="submit", kind="soft"),
        on_submit=PetitionState.assign, class_name="filters", key=one.assignee,
    )  # fmt: skip
    longer = rx.el.form(
        seen(one),
        text_field("哪位负责人批准的", name="by", required=True, max_length=64),
        text_field("为什么", name="why", required=True, max_length=500),
        button("记下延期", type="submit", kind="soft"),
        on_submit=PetitionState.extend, class_name="stack", key=one.extended,
    )  # fmt: skip
    return rx.cond(
        one.next != "",
        rx.fragment(label("下一步"), group(pad(onward, hand, class_name="stack")), folded("办不完，要延期", longer)),
        rx.fragment(),
    )


def _old(one: Any) -> rx.Component:
    """Of petitions from before it was asked."""
    came = rx.el.form(
        seen(one), select_field("怎么来的", ("", "请选"), *SOURCE_CHOICES, name="source", required=True),
        button("补上", type="submit", kind="soft"),
        on_submit=PetitionState.say_source, class_name="filters",
    )  # fmt: skip
    return rx.cond(one.source == "", folded("当时没记怎么来的，补上", came), rx.fragment())


def _back(one: Any) -> rx.Component:
    slip = reason_form(PetitionState.step_back, "退回一步", seen(one), ask="为什么退回", test="petition-back")
    form = folded("记错了，退回一步", rx.fragment(slip, key=one.version), test="petition-slip")
    return rx.cond(one.reached > 0, form, rx.fragment())


def _event(one: rx.Var[Event]) -> rx.Component:
    return rx.el.li(rx.el.span(rx.el.b(one.what), rx.el.span(one.on), class_name="t"), class_name="row")


def petition_page() -> rx.Component:
    """One petition: what it says, how far it has come, what comes next, what was done."""
    one = PetitionState.one
    words = group(pad(
        rx.el.p(one.text, class_name="said"),
        facts(("怎么来的", rx.cond(one.source != "", one.source, NOT_WRITTEN)), ("谁登记的", one.author),
              ("谁在办", rx.cond(one.assignee != "", one.assignee, "还没有交给谁"))),
        rx.cond(one.next != "", facts(("下一步最晚", _due(one))), rx.fragment()),
        rx.cond(one.accused != "", rx.el.p("检举控告的是：", one.accused), rx.fragment()),
        rx.cond(one.extended != "", rx.el.p("延期了，", one.extended), rx.fragment()),
        class_name="stack",
    ))  # fmt: skip
    return one_page(
        HERE, "信访件", one, one.brief,
        rx.el.div(rx.el.div(rx.el.h1(one.category), rx.el.p(one.place)), class_name="owner"),
        _stages(one), words, _next(one), _old(one),
        label("办过什么"), rx.el.ul(rx.foreach(one.events, _event), class_name="group"), _back(one),
        gone=("没有这件信访", "或不归你看。"), whole=True,
    )  # fmt: skip
