"""打印: the official forms that fit a home; 表格模板: how they look."""

from typing import Any

import reflex as rx

from app.households.rules import LOOK_REASONS
from app.papers.schemas import FittingForm, OneFit
from app.papers.state import PrintState, TemplatesState
from app.papers.template_service import MAX_BYTES, TemplateView
from app.shell.office_page import office_frame
from components.button import button
from components.group import group, pad
from components.icons import icon
from components.link import load
from components.message import bones, empty
from components.office import card_table, crumbs, line_of, sheet_page
from components.review import file_form
from components.sending import file_pick

HOMES = "/office/households"
TEMPLATES = "/office/papers/templates"
FORMS = "/office/forms"


def _why(needed: Any) -> rx.Component:
    """For whom a reason is asked, one is chosen; it is written down."""
    reasons = [rx.el.option(words, value=words) for words in LOOK_REASONS.values()]
    return rx.cond(
        needed,
        rx.el.label(
            rx.el.span("为什么要打", rx.el.small("（会记下）")),
            rx.el.select(rx.el.option("选一个", value=""), *reasons, name="reason", required=True),
            class_name="field",
        ),
        rx.fragment(),
    )


def _whom(one: rx.Var[FittingForm]) -> rx.Component:
    def option(who: rx.Var[OneFit]) -> rx.Component:
        return rx.el.option(who.name, value=who.id)

    several = rx.el.label(
        rx.el.span("打谁的"),
        rx.el.select(rx.el.option("每人一页", value=""), rx.foreach(one.people, option), name="person"),
        class_name="field",
    )
    single = rx.foreach(
        one.people, lambda who: rx.el.input(type="hidden", name="person", value=who.id, read_only=True)
    )
    return rx.cond(one.people.length() > 1, several, single)


def _form(one: rx.Var[FittingForm]) -> rx.Component:
    names = rx.foreach(one.people, lambda who: rx.el.span(who.name, " "))
    ask = file_form(
        rx.el.input(type="hidden", name="household", value=PrintState.page.id, read_only=True),
        _whom(one),
        _why(one.child),
        rx.el.div(
            button("Word", icon="download", type="submit", data_testid=f"print-{one.name}"),
            rx.cond(
                PrintState.page.pdf,
                rx.el.button("PDF", type="submit", name="pdf", value="1", class_name="btn"),
                rx.fragment(),
            ),
            class_name="tags",
        ),
        action=f"/api/papers/forms/{one.name}",
        class_name="stack",
    )
    whole = rx.el.details(
        rx.el.summary("要全号的", class_name="soft-text"),
        file_form(
            rx.el.input(type="hidden", name="household", value=PrintState.page.id, read_only=True),
            rx.el.input(type="hidden", name="full", value="1", read_only=True),
            _whom(one),
            _why(True),
            button("Word，带全号", icon="download", type="submit"),
            action=f"/api/papers/forms/{one.name}",
            class_name="stack",
        ),
    )
    return group(
        pad(
            rx.el.h3(one.title),
            rx.cond(one.people.length() > 0, rx.el.p(names, class_name="soft-text"), rx.fragment()),
            ask,
            rx.cond(one.full, whole, rx.fragment()),
        ),
        key=one.name,
    )


def print_page() -> rx.Component:
    """The forms that fit a home or one of its people."""
    page = PrintState.page
    no_pdf = rx.cond(
        page.pdf, rx.fragment(), rx.el.p("这台服务器没有装 PDF 转换，给的是 Word。", class_name="soft-text")
    )
    body = rx.fragment(
        rx.el.div(crumbs(("农户名册", HOMES), (page.name, None)), class_name="above"),
        sheet_page(
            rx.cond(page.of != "", f"打印 · {page.of}", f"打印 · {page.name}"),
            rx.el.p("表里的内容来自：", page.source, class_name="soft-text"),
            no_pdf,
            rx.el.div(rx.foreach(page.forms, _form), class_name="twocol"),
            actions=[load("回这一户", href=f"{HOMES}/one?id={page.id}", class_name="btn")],
        ),
    )
    back = load("回农户名册", href=HOMES, class_name="btn soft")
    none = empty("没有能打的", "这一户没有找到，或没有登记在台账里的人。", action=back, whole=True)
    found = rx.cond(page.id != "", body, none)
    missing = rx.cond(PrintState.problem != "", none, bones(6))
    return office_frame(HOMES, rx.cond(PrintState.ready, found, missing))


COLUMNS = ("表", "用的模板", "看一看", "换成县里的")


def _template(one: rx.Var[TemplateView]) -> rx.Component:
    own = rx.el.span("县里的：", one.file_name, rx.el.br(), rx.el.span(one.at, class_name="was"))
    look = load(
        icon("download", small=True), "下载", href=f"/api/papers/templates/{one.form}", class_name="btn",
        custom_attrs={"download": ""},
    )  # fmt: skip
    change = rx.fragment(
        file_pick(
            "选 .docx", accept=".docx", most=MAX_BYTES, kind="soft", on_sent=TemplatesState.sent,
            to=f"/api/papers/templates/{one.form}",
        ),
        rx.cond(one.own, button("用回原来的", on_click=TemplatesState.revert(one.form)), rx.fragment()),
    )  # fmt: skip
    return line_of(COLUMNS, rx.el.b(one.title), rx.cond(one.own, own, "原来的"), look, change, key=one.form)


def templates_page() -> rx.Component:
    """How the forms look: download one, change it in Word, put it back."""
    how = rx.el.p(
        "下载一张，在 Word 里改字、改排版，占位符（像 {{姓名}}）留着，再传上来。"
        "传的时候试填一遍，不认识的占位符会说出来。每页的页脚由系统写上来源走访和用途，模板里不用写。",
        class_name="soft-text",
    )
    listing = card_table("表格模板", COLUMNS, rx.foreach(TemplatesState.rows, _template))
    page = sheet_page("表格模板", how, listing)
    return office_frame(FORMS, rx.cond(TemplatesState.ready, page, bones(6)))
