"""导出: a ledger as Excel, with a reason; 报送格式: the orders of columns for national systems."""

from typing import Any

import reflex as rx

from app.accounts.rules import Permission
from app.accounts.state import Choice
from app.papers.export_state import ExportsState, MappingsState
from app.papers.facts import PROGRAMMES
from app.papers.ledgers import BY_HAND, LEDGERS, NOT_KEPT
from app.papers.mapping_service import LONGEST, MappingView
from app.papers.report_service import ReportView
from app.papers.schemas import ExportView
from app.shell.office_page import may, office_frame
from components.button import button
from components.field import text_field
from components.group import fold, group, label, pad
from components.icons import icon
from components.link import load
from components.message import bones, empty
from components.office import card_table, fields, line_of, select_field, sheet_page
from components.sending import file_pick, tick

HERE = "/office/exports"
MAPPINGS = "/office/papers/mappings"
S = ExportsState
COLUMNS = ("哪个台账", "什么时候", "为什么", "到哪一步", "文件")
REPORTED = ("哪一天", "哪个台账", "有多少", "格式", "不算了")
ORDERS = ("格式", "哪个台账", "几列", "用的是", "看一看")


_NOT_KEPT = "、".join(LEDGERS[name].title for name in sorted(BY_HAND)) + "：" + NOT_KEPT


def _select(name: str, code: str, first: str | None, values: Any) -> rx.Component:
    def option(one: rx.Var[Choice]) -> rx.Component:
        return rx.el.option(one.label, value=one.value)

    head = [] if first is None else [rx.el.option(first, value="")]
    chosen = rx.el.select(*head, rx.foreach(values, option), name=code, data_testid=f"export-{code}")
    return rx.el.label(rx.el.span(name), chosen, class_name="field")


def _tick(name: str, words: str) -> rx.Component:
    return rx.el.label(rx.el.input(type="checkbox", name=name, value="1"), words, class_name="tick")


def _ask() -> rx.Component:
    """What is to be exported, and why."""
    more = fold(
        "更多",
        fields(
            _select("报送格式", "mapping", "官方的列", S.mappings),
            text_field("月份或季度", aside="发放册用：2026-10、2026Q3", name="period", max_length=7),
            select_field("哪种待遇", ("", "全部"), *PROGRAMMES.items(), name="programme"),
        ),
        _tick("changed", "只要上次报送以后有变化的"),
        rx.cond(may(Permission.REGISTERS_WRITE), _tick("report", "这份就拿去报送，记下来"), rx.fragment()),
        rx.cond(may(Permission.REGISTER_UNMASK), _tick("full", "要身份证、电话的全号"), rx.fragment()),
        kind="plain",
    )
    form = rx.el.form(
        fields(
            _select("台账", "ledger", None, S.ledgers),
            _select("地方", "area", "我管的全部", S.areas),
            text_field("为什么要导出", aside="会记下", name="reason", required=True, min_length=2, max_length=200,
                       data_testid="export-reason"),
        ),
        rx.cond(may(Permission.REGISTERS), rx.el.p(_NOT_KEPT, class_name="soft-text"), rx.fragment()),
        rx.cond(S.ledgers.length() > 1, more, rx.fragment()),
        button("导出", kind="main", type="submit", disabled=S.busy, data_testid="export-ask"),
        on_submit=S.ask,
        class_name="stack",
    )  # fmt: skip
    return group(pad(form))


def _row(one: rx.Var[ExportView]) -> rx.Component:
    under_way = rx.el.span(
        one.words, rx.cond(one.state == "running", rx.el.progress(value=one.done, max=one.total), rx.fragment())
    )
    file = rx.cond(
        one.state == "done",
        load(icon("download", small=True), "下载", href=f"/api/papers/exports/{one.id}", class_name="btn",
             custom_attrs={"download": ""}, data_testid="export-file"),
        rx.fragment(),
    )  # fmt: skip
    return line_of(COLUMNS, rx.el.b(one.title), one.at, one.why, under_way, file, key=one.id)


def _report(one: rx.Var[ReportView]) -> rx.Component:
    back = rx.cond(one.can_withdraw, button("没报成，不算", on_click=S.withdraw(one.id)), rx.fragment())
    last = rx.cond(one.withdrawn, rx.el.span("已经不算了", class_name="was"), back)
    return line_of(REPORTED, one.on, one.ledger, one.counts, one.mapping, last, key=one.id)


def exports_page() -> rx.Component:
    """Ask for a ledger, see how far it is, fetch it."""
    listing = rx.cond(
        S.rows.length() > 0,
        card_table("我导出过的", COLUMNS, rx.foreach(S.rows, _row)),
        empty("还没有导出过", "选一个台账，写上为什么，点导出。"),
    )
    reports = rx.cond(
        S.reports.length() > 0,
        rx.fragment(label("报送过的"), card_table("报送过的", REPORTED, rx.foreach(S.reports, _report))),
        rx.fragment(),
    )
    page = sheet_page(
        "导出台账", _ask(), label("我导出过的"), listing, reports, rx.cond(S.busy, tick(S.look), rx.fragment()),
        line="号码默认遮住。谁、为什么、导了多少，都会记下；文件留一天。",
    )  # fmt: skip
    return office_frame(HERE, rx.cond(S.ready, page, bones(6)))


def _order(one: rx.Var[MappingView]) -> rx.Component:
    used = rx.cond(one.own, rx.el.span("县里的 ", rx.el.span(one.at, class_name="was")), "原来的")
    look = load(icon("download", small=True), "下载", href=f"/api/papers/mappings/{one.code}", class_name="btn",
                custom_attrs={"download": ""})  # fmt: skip
    back = rx.cond(one.own, button("用回原来的", on_click=MappingsState.revert(one.code)), rx.fragment())
    acts = rx.el.div(look, back, class_name="tags")
    return line_of(ORDERS, rx.el.b(one.title), one.ledger, one.columns, used, acts, key=one.code)


def mappings_page() -> rx.Component:
    """The orders of columns: download one, change it, put it back."""
    how = rx.el.p(
        "上级系统的导入模板改了，就下载一份格式，改列名、顺序、代码，再传上来。写错的地方会说出来。",
        class_name="soft-text",
    )
    put = group(pad(file_pick("传一份 .toml", accept=".toml", most=LONGEST, kind="soft", on_sent=MappingsState.sent,
                              to="/api/papers/mappings")))  # fmt: skip
    listing = card_table("报送格式", ORDERS, rx.foreach(MappingsState.rows, _order))
    return office_frame(
        "/office/forms", rx.cond(MappingsState.ready, sheet_page("报送格式", how, listing, put), bones(5))
    )
