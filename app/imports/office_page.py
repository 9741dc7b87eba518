"""名册导入 on the office face: put a file in, look through it first, take it in, undo it."""

from typing import Any

import reflex as rx

from app.imports.book import MAX_BYTES
from app.imports.schemas import ImportView, LineView, Tile
from app.imports.state import HERE, ImportsState
from app.shell.office_page import office_frame
from components.button import button
from components.group import group, pad
from components.icons import icon
from components.link import load
from components.message import bones, empty, error, progress
from components.office import dialog, pager, sheet_page, table
from components.sending import file_pick, tick

ACCEPT = ".xlsx,.xls,.csv"
LOW = {"margin_top": "auto"}
WIDE = {"min_width": "760px"}
"""On a phone a table keeps its width and is pushed sideways."""
WHOLE = {"white_space": "nowrap"}
PAIRS = {"grid_template_columns": "repeat(auto-fit, minmax(136px, 1fr))"}
"""On a phone two counts stand side by side, so that the table is not far."""
ONE = ImportsState.one
TAB = ImportsState.tab


def _entry(row: rx.Var[ImportView]) -> rx.Component:
    return rx.el.tr(
        rx.el.td(load(row.file_name, href=f"{HERE}?id={row.id}", data_testid="import-item")),
        rx.el.td(row.ledger),
        rx.el.td(row.state_words),
        rx.el.td(row.summary, class_name="was"),
        rx.el.td(row.at, rx.el.p(row.who, class_name="was")),
        key=row.id,
    )


def _list() -> rx.Component:
    put_in = group(
        pad(
            rx.el.h2("放入表格文件"),
            rx.el.p("能读 xlsx、xls 和 csv。先看一遍，再决定导不导。读不出的行会列出来，不会猜。"),
            file_pick("选一个文件", accept=ACCEPT, most=MAX_BYTES, on_sent=ImportsState.sent),
            class_name="stack",
        )
    )
    columns = ["文件", "台账", "到哪一步", "有什么", "什么时候"]
    listing = table("最近的导入", columns, rx.foreach(ImportsState.rows, _entry), style=WIDE)
    nothing = empty("还没有导入过", "放入户籍人口花名册，村、户、人就都有了。")
    found = rx.cond(ImportsState.rows.length() > 0, listing, nothing)
    return sheet_page("名册导入", put_in, rx.cond(ImportsState.ready, found, bones(4)))


def _tile(tile: rx.Var[Tile]) -> rx.Component:
    return rx.el.button(
        rx.el.b(tile.number),
        rx.el.span(icon(tile.icon, small=True), tile.words),
        rx.cond(tile.parts != "", rx.el.span(tile.parts), rx.fragment()),
        type="button",
        on_click=ImportsState.choose(tile.tab),
        class_name=tile.tone,
        custom_attrs={"aria-pressed": rx.cond(tile.tab == TAB, "true", "false")},
        data_testid=f"import-tab-{tile.tab}",
        key=tile.tab,
    )


def _line(row: rx.Var[LineView]) -> rx.Component:
    return rx.el.tr(
        rx.el.td(row.place, style=WHOLE),
        rx.el.td(row.kind),
        rx.el.td(
            rx.el.b(row.name), rx.cond(row.code != "", rx.el.p(row.code, class_name="was", style=WHOLE), rx.fragment())
        ),
        rx.el.td(row.what),
        rx.el.td(row.before, class_name="was"),
        rx.el.td(rx.el.b(row.after)),
    )


def _rows(caption: str, *columns: str) -> rx.Component:
    first = ["在哪一行", "户或人", "姓名"]
    return table(caption, [*first, *columns], rx.foreach(ImportsState.lines.rows, _line), style=WIDE)


def _table() -> rx.Component:
    listing = rx.match(
        TAB,
        ("repaired", _rows("自动修好的行", "怎么修的", "表里写的", "修成")),
        ("changed", _rows("有变化的户和人", "什么变了", "名册里的", "改成")),
        ("doubts", _rows("要核实的", "为什么", "写的是", "先这样导入")),
        ("unreadable", _rows("读不出的行", "为什么", "表里写的", "怎么办")),
        _rows("这些户和人", "要核实的", "户编号", "身份证号"),
    )
    kept = rx.cond(
        ImportsState.one.state == "done",
        empty("这里没有要说的", "已经导入的行，没有修过、没有疑点的不再列出。"),
        empty("这里没有", "看看别的格子。"),
    )
    more = pager(
        ImportsState.lines.line,
        on_back=ImportsState.turn(-1),
        on_next=ImportsState.turn(1),
        first=ImportsState.number == 0,
        last=(ImportsState.number + 1) * 50 >= ImportsState.lines.total,
    )
    return rx.cond(
        ImportsState.lines.rows.length() > 0,
        rx.fragment(listing, rx.cond(ImportsState.lines.total > 50, more, rx.fragment())),
        kept,
    )


def _foot() -> rx.Component:
    lost = rx.cond(
        ONE.unreadable > 0,
        rx.fragment(
            rx.el.p(
                icon("triangle-alert", small=True),
                rx.el.span(rx.el.b(ONE.unreadable, " 行读不出，不会导入，也不会猜。"), "可以下载下来，改好再传。"),
            ),
            load(
                icon("download", small=True),
                "下载 ",
                ONE.unreadable,
                " 行",
                href=f"/api/imports/{ONE.id}/unreadable",
                class_name="btn",
                custom_attrs={"download": ""},
            ),
        ),
        rx.el.p("没有读不出的行。"),
    )
    take = button("导入 ", ONE.to_take_words, " 行", kind="main", on_click=ImportsState.take, data_testid="import-take")
    back = button("撤销这次导入", icon="undo-2", on_click=ImportsState.ask(True), data_testid="import-undo")
    act = rx.cond(ONE.can_take, take, rx.cond(ONE.can_undo, back, rx.fragment()))
    return rx.el.div(lost, act, class_name="foot", style=LOW)


def _under_way() -> rx.Component:
    seen = ImportsState.progress
    words = rx.cond(ONE.state == "running", "正在写进名册", "正在读这个文件")
    return group(
        pad(
            rx.el.h2(words),
            progress(words, seen.done, seen.total, seen.percent),
            rx.el.p(seen.done, " / ", seen.total, " 步", aria_live="polite"),
            rx.el.p("可以先去做别的，回来还在这里。", class_name="soft-text"),
            tick(ImportsState.look),
            class_name="stack",
        )
    )


def _preview() -> rx.Component:
    return rx.fragment(
        rx.el.div(rx.foreach(ONE.tiles, _tile), class_name="counts", style=PAIRS),
        rx.cond(
            ONE.notes.length() > 0,
            rx.el.div(rx.foreach(ONE.notes, lambda words: rx.el.p(words, class_name="soft-text"))),
            rx.fragment(),
        ),
        _table(),
    )


def _heading() -> Any:
    words = {"reading": "正在读", "running": "正在导入", "done": "已导入", "undone": "已撤销", "failed": "这次没有成"}
    return rx.match(ONE.state, *words.items(), "导入前，先看一遍")


def _one() -> rx.Component:
    other = button("换一个文件", on_click=ImportsState.discard, data_testid="import-other")
    failed = group(
        pad(error(ONE.problem), rx.el.p("名册没有变。"), load("再选一个文件", href=HERE, class_name="btn main"))
    )
    body = rx.match(
        ONE.state,
        ("reading", _under_way()),
        ("running", _under_way()),
        ("failed", failed),
        _preview(),
    )
    page = sheet_page(
        _heading(),
        body,
        line=rx.fragment(ONE.file_name, "・", ONE.ledger, rx.cond(ONE.rows > 0, rx.fragment("・", ONE.size))),
        actions=[rx.cond(ONE.state == "previewed", other, load("所有导入", href=HERE, class_name="btn"))],
    )
    sure = dialog(
        "撤销这次导入？",
        rx.el.p("新加的户和人会去掉，改过的改回去。要再导入，得再放一次文件。"),
        actions=[
            button("不撤销", on_click=ImportsState.ask(False)),
            button("撤销", kind="danger", on_click=ImportsState.undo, data_testid="import-undo-sure"),
        ],
        shown=ImportsState.asking,
    )
    settled = (ONE.state == "previewed") | (ONE.state == "done")
    return rx.fragment(page, rx.cond(settled, _foot(), rx.fragment()), sure)


def imports_page() -> rx.Component:
    """The list of imports with the way in, or one of them."""
    return office_frame(HERE, rx.cond(ONE.id != "", _one(), _list()))
