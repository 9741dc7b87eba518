"""口径 on the office face: every amount, age, frequency and deadline, dated, with its document."""

from typing import Any

import reflex as rx

from app.settings.policy_service import EntryView, PastView, PolicyRow, PolicyTopic
from app.settings.policy_state import PolicyOneState, PolicyState
from app.settings.rules_values import TOPICS
from app.shell.office_page import office_frame
from components.button import button
from components.field import field, search_field, text_area, text_field
from components.group import group, label, pad
from components.link import load
from components.message import bones, empty, note
from components.office import card_table, crumbs, facts, fields, line_of, select_field, sheet_page
from components.registers import warning
from components.tag import tag

HERE, SETTINGS = "/office/policy", "/office/settings"
COLUMNS = ("是什么", "现在", "从哪天起", "依据")
P = PolicyOneState


def _row(one: rx.Var[PolicyRow]) -> rx.Component:
    coming = rx.cond(one.coming != "", rx.el.p("以后：", one.coming, class_name="soft-text"), rx.fragment())
    elsewhere = rx.cond(one.elsewhere != "", rx.el.p(one.elsewhere, class_name="soft-text"), rx.fragment())
    what = rx.el.div(load(one.label, href=f"{HERE}/one?key={one.key}", data_testid="policy-item"), coming, elsewhere)
    return line_of(COLUMNS, what, one.value, one.since, rx.el.span(one.source, class_name="was"), key=one.key)


def _topic(one: rx.Var[PolicyTopic]) -> rx.Component:
    return rx.fragment(
        label(one.title), card_table("口径", COLUMNS, rx.foreach(one.rows, _row)), key=one.code
    )


def policy_page() -> rx.Component:
    """The values that hold today, by programme."""
    search = rx.el.form(
        search_field("找一项", name="text", default_value=PolicyState.text, placeholder="低保、复核、几天"),
        select_field("哪一类", ("", "全部"), *TOPICS.items(), name="topic", default_value=PolicyState.topic),
        button("找", type="submit", kind="soft", icon="search"),
        on_submit=PolicyState.find, class_name="filters", role="search",
    )  # fmt: skip
    body = rx.fragment(
        rx.el.p("金额、年龄、天数、期限都在这里。改一项，要写从哪天起、依据哪份文件。", class_name="soft-text"),
        search,
        rx.cond(
            PolicyState.topics.length() > 0,
            rx.foreach(PolicyState.topics, _topic),
            empty("没找到", "换个词找，或选全部。"),
        ),
    )
    return office_frame("/office/policy", sheet_page("口径", rx.cond(PolicyState.ready, body, bones(10))))


def _part(one: rx.Var[EntryView]) -> rx.Component:
    return rx.el.label(
        rx.el.span(one.words, " ", rx.el.small(P.one.unit)),
        rx.el.input(name=f"part_{one.name}", default_value=one.text, required=True, auto_complete="off", max_length=64),
        class_name="field", key=one.name,
    )  # fmt: skip


def _value_field(one: Any) -> rx.Component:
    plain = text_field("改成", aside=one.unit, name="value", default_value=one.text, required=True, max_length=200)
    return rx.match(
        one.kind,
        ("yesno", select_field("改成", ("yes", "是"), ("no", "否"), name="value", default_value=one.text)),
        ("map", rx.fragment(rx.foreach(one.parts, _part))),
        ("list", text_field("改成", aside="用顿号隔开", name="value", default_value=one.text, max_length=500)),
        ("other", text_area("改成", aside="照原来的样子写", name="value", default_value=one.text, max_length=2000)),
        plain,
    )


def _form(one: Any) -> rx.Component:
    return rx.el.form(
        fields(
            _value_field(one),
            text_field("从哪天起", name="from_on", type="date", required=True),
            field(
                "哪里用",
                rx.el.select(
                    rx.el.option("全县", value=""),
                    rx.foreach(P.townships, lambda each: rx.el.option(each.label, value=each.value)), name="area",
                ),
            ),
            text_field("依据", name="source", required=True, max_length=200, placeholder="哪份文件，或谁定的"),
        ),
        button("先看会变什么", type="submit", kind="soft"),
        on_submit=P.look, class_name="stack",
    )  # fmt: skip


def _preview() -> rx.Component:
    seen = P.preview
    return note(
        rx.el.span(seen.place, "，", seen.days, "：", seen.before, " → ", rx.el.b(seen.after)),
        rx.foreach(seen.warnings, lambda text: warning(text)),
        title="会这样变",
        actions=[
            rx.el.div(
                button("就这样改", on_click=P.change, kind="soft", data_testid="policy-change"),
                button("不改了", on_click=P.drop, kind="plain"),
                class_name="tags",
            )
        ],
    )


def _past(one: rx.Var[PastView]) -> rx.Component:
    now = rx.cond(one.now, tag("现在", tone="done"), rx.fragment())
    who = rx.cond(one.who != "", rx.el.span("，", one.who, "改的"), rx.fragment())
    return rx.el.li(
        rx.el.span(
            rx.el.b(one.value, " ", now), rx.el.span(one.place, "，", one.days, who), rx.el.span(one.source),
            class_name="t",
        ),
        class_name="row",
    )  # fmt: skip


def policy_one_page() -> rx.Component:
    """One value: what it is now, a change, and its history."""
    one = P.one
    body = rx.fragment(
        crumbs(("设置", SETTINGS), ("口径", HERE), (one.label, None)),
        rx.el.div(rx.el.h1(one.label), class_name="head"),
        group(pad(facts(("现在", rx.el.b(one.value)), ("代号", one.key)))),
        label("改"),
        group(pad(_form(one), rx.cond(P.preview, _preview(), rx.fragment()))),
        label("历来"),
        rx.el.ul(rx.foreach(one.history, _past), class_name="group"),
    )
    gone = empty("没有这个口径", "", action=load("回口径", href=HERE, class_name="btn soft"))
    shown = rx.cond(P.one, body, rx.cond(P.problem != "", gone, bones(6)))
    return office_frame("/office/policy", rx.el.div(shown, class_name="sheet"))
