"""有危险的孩子 on the office face: cases with their clocks, one case and its next step, a report after the call."""

from typing import Any

import reflex as rx

from app.accounts.rules import Permission
from app.children import rules
from app.children.case_state import CasesState, CaseState, ReportState
from app.children.schemas import CaseRow, Choice, StepView
from app.shell.list_page import listed
from app.shell.office_page import may, office_frame
from components.button import button, call_link
from components.choices import choice, choices, question
from components.field import field, text_area, text_field
from components.group import group, label, pad
from components.link import load
from components.message import bones, empty, note
from components.office import card_table, crumbs, facts, fields, line_of, sheet_page
from components.tag import state, tag

REGISTER = "/office/children"
HERE = f"{REGISTER}/cases"
COLUMNS = ("谁", "在哪", "到哪一步", "哪天报的", "最晚")


def _row(row: rx.Var[CaseRow]) -> rx.Component:
    name = load(row.title, href=f"{REGISTER}/case?id={row.id}", data_testid="case-item")
    secret = rx.cond(row.restricted, tag("只给三个人看", icon="lock"), rx.fragment())
    clock = rx.cond(
        row.closed, "结了",
        rx.cond(row.late, state(rx.el.span(row.due, "，过了"), icon="clock", tone="alarm"), row.due),
    )  # fmt: skip
    return line_of(COLUMNS, rx.fragment(name, secret), row.place, tag(row.stage), row.reported, clock, key=row.id)


def case_rows(rows: Any) -> rx.Component:
    """Cases as a table."""
    return card_table("有危险的孩子", COLUMNS, rx.foreach(rows, _row))


def cases_page() -> rx.Component:
    """The cases that one may see, the most urgent first."""
    switch = rx.el.div(
        button("正在办的", on_click=CasesState.choose("open"), aria_pressed=CasesState.which == "open"),
        button("结了的", on_click=CasesState.choose("closed"), aria_pressed=CasesState.which == "closed",
               data_testid="closed-cases"),
        load("写报告", href=f"{REGISTER}/report", class_name="btn danger"),
        class_name="tags",
    )  # fmt: skip
    nobody = empty("没有正在办的", "有人在手机上报了，就在这里。")
    found = listed(CasesState, "有危险的孩子", COLUMNS, _row, nobody=nobody)
    body = rx.cond(CasesState.ready, found, bones(6))
    way = crumbs(("儿童", REGISTER), ("有危险的孩子", None))
    return office_frame(REGISTER, rx.el.div(way, rx.el.h1("有危险的孩子"), switch, body, class_name="sheet"))


def _step(one: rx.Var[StepView]) -> rx.Component:
    return rx.el.li(
        rx.el.span(rx.el.b(one.stage), rx.el.span(one.at, " ", one.who), rx.el.span(one.text), class_name="t"),
        class_name="row answer",
    )


def _stages(case: Any) -> rx.Component:
    def one(words: rx.Var[str], at: rx.Var[int]) -> rx.Component:
        return rx.el.li(
            rx.cond(at == case.reached, rx.el.b(words), words),
            class_name=rx.cond(at < case.reached, "past", rx.cond(at == case.reached, "now", "")),
        )

    return rx.el.ol(rx.foreach(case.stages, one), class_name="casepath")


def _next(case: Any) -> rx.Component:
    def option(one: rx.Var[Choice]) -> rx.Component:
        return rx.el.option(one.label, value=one.value)

    # Made anew with each version: what somebody else did must not turn the stage that was chosen into the one after it.
    stage = rx.el.select(rx.foreach(case.next, option), name="stage", data_testid="case-stage", key=case.version)
    form = rx.el.form(
        rx.el.input(type="hidden", name="version", value=case.version.to_string()),
        field("到哪一步", stage),
        text_area("做了什么", aside=case.asks, name="text", required=True, max_length=2000, data_testid="case-text"),
        button("记下来", kind="soft", type="submit", data_testid="case-step"),
        on_submit=CaseState.step,
        class_name="stack",
        key=CaseState.saved,
    )
    return rx.cond(
        may(Permission.CHILD_CASES) & ~case.closed,
        rx.fragment(label("下一步"), group(pad(form))),
        rx.fragment(),
    )


def _case() -> rx.Component:
    case = CaseState.case
    secret = rx.cond(
        case.restricted,
        note("能看的：", case.seers, "。每看一次都会记下。", title="只给三个人看。", icon="lock"),
        rx.fragment(),
    )
    clock = rx.cond(
        case.closed, "结了",
        rx.cond(case.late, state(rx.el.span(case.due, "，已经过了"), icon="clock", tone="alarm"), case.due),
    )  # fmt: skip

    def said(text: Any) -> rx.Component:
        return rx.cond(text != "", text, "没写")

    about = facts(
        ("情形", case.situations), ("哪天报的", rx.fragment(case.reported, " ", case.author)),
        ("打了谁", said(case.called)), ("警察", said(case.police)), ("看到什么", said(case.seen)),
        ("下一步最晚", clock),
    )  # fmt: skip
    return rx.fragment(
        crumbs(("儿童", REGISTER), ("有危险的孩子", HERE), (case.whom, None)),
        rx.el.div(rx.el.div(rx.el.h1(case.whom), rx.el.p(case.place)), class_name="owner"),
        secret,
        _stages(case),
        group(pad(about)),
        _next(case),
        label("做过什么"),
        rx.el.ul(rx.foreach(case.steps, _step), class_name="group"),
    )


def case_page() -> rx.Component:
    """One case: stage, clock, what comes next, everything that was done."""
    gone = empty("没有这一件", "或者不由你办。", action=load("回列表", href=HERE, class_name="btn soft"), whole=True)
    body = rx.cond(CaseState.case, _case(), rx.cond(CaseState.problem != "", gone, bones(6)))
    return office_frame(REGISTER, rx.el.div(body, class_name="sheet"))


def report_page() -> rx.Component:
    """A report from the desk: first the call."""
    boxes = [choice(words, many=True, name=code, value="on") for code, words in rules.SITUATIONS.items()]
    calls = [choice(f"打了 {number}", many=True, name=f"called_{number}", value="on") for number in ("110", "12345")]
    form = rx.el.form(
        question("什么情况", choices(*boxes, shape="left two")),
        text_field("是谁、在哪里", aside="从孩子的页面进来就不用写", name="where", max_length=200),
        text_area("看到什么", name="seen", max_length=2000),
        question("打了谁", choices(*calls, shape="left two")),
        fields(
            text_field("几点打的", name="called_at", max_length=40),
            text_field("接警单位", name="police_unit", max_length=64),
            text_field("接警编号", name="police_number", max_length=64),
        ),
        button("记下来", kind="main", type="submit", data_testid="report-save"),
        on_submit=ReportState.save,
        class_name="stack",
    )
    first = rx.el.div(call_link("先打 110", number="110", kind="danger"), class_name="tags")
    body = rx.cond(ReportState.ready, group(pad(form)), bones(4))
    page = sheet_page("报告", first, body, line="先打电话，再写。写下的不能代替打电话。")
    return office_frame(REGISTER, page)
