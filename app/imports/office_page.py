"""名册导入 on the office face: put a file in, look through it first, take it in, undo it."""

from typing import Any

import reflex as rx

from app.imports.book import MAX_BYTES
from app.imports.mapping_service import Cell, Choice
from app.imports.schemas import ImportView, LineView, Tile
from app.imports.state import HERE, ImportsState
from app.limits import PAGE
from app.shell.office_page import office_frame
from components.button import button
from components.field import field
from components.group import group, pad
from components.icons import icon
from components.link import load
from components.message import bones, empty, error, progress
from components.office import card_table, dialog, fields, line_of, pager, sheet_page
from components.sending import file_pick, tick

ACCEPT = ".xlsx,.xls,.csv"
LOW = {"margin_top": "auto"}
FILES = ("文件", "台账", "到哪一步", "有什么", "什么时候")
WHOLE = {"white_space": "nowrap"}
PAIRS = {"grid_template_columns": "repeat(auto-fit, minmax(136px, 1fr))"}
"""On a phone two counts stand side by side, so that the table is not far."""
ONE = ImportsState.one
TAB = ImportsState.tab


def _entry(row: rx.Var[ImportView]) -> rx.Component:
    return line_of(
        FILES,
        load(row.file_name, href=f"{HERE}?id={row.id}", data_testid="import-item"),
        row.ledger,
        row.state_words,
        rx.el.span(row.summary, class_name="was"),
        rx.el.span(row.at, "・", rx.el.span(row.who, class_name="was")),
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
    listing = card_table("最近的导入", FILES, rx.foreach(ImportsState.rows, _entry))
    nothing = empty("还没有导入过", "放入户籍人口花名册，村、户、人就都有了。")
    found = rx.cond(ImportsState.rows.length() > 0, listing, nothing)
    waiting = load("没对上的人", href=f"{HERE}/waiting", class_name="btn", data_testid="imports-waiting")
    return sheet_page("名册导入", put_in, rx.cond(ImportsState.ready, found, bones(4)), actions=[waiting])


def _columns() -> rx.Component:
    """Columns that nobody knows: the office says once what they are."""
    asked = ImportsState.header

    def option(one: rx.Var[Choice], chosen: rx.Var[str]) -> rx.Component:
        return rx.el.option(one.words, value=one.code, selected=one.code == chosen, key=one.code)

    def cell(one: rx.Var[Cell], at: rx.Var[int]) -> rx.Component:
        choices = rx.foreach(asked.fields, lambda choice: option(choice, one.field))
        return field(one.text, rx.el.select(choices, name=at.to_string()), key=one.text)

    shapes = rx.el.select(
        rx.el.option("选一种", value="", selected=asked.shape == ""),
        rx.foreach(asked.shapes, lambda one: option(one, asked.shape)),
        on_change=ImportsState.read_as,
        data_testid="columns-shape",
    )
    cells = rx.el.form(
        fields(rx.foreach(asked.cells, cell)),
        button("记住这样读", kind="main", type="submit", data_testid="columns-remember"),
        on_submit=ImportsState.remember,
        key=asked.shape,
        class_name="stack",
    )
    words = rx.cond(
        ONE.state == "previewed",
        "对应一次就记住了。记住后再放一次这个文件，就按这样读。",
        "对应一次就记住了，下次放这样的文件，就按这样读。",
    )
    box = rx.el.details(
        rx.el.summary("有的列不认识，告诉它是什么", style={"padding": "12px 0"}),
        rx.el.div(
            rx.el.p(words, class_name="soft-text"),
            field("这是哪种台账", shapes),
            rx.cond(asked.shape != "", cells, rx.fragment()),
            class_name="stack",
        ),
        open=~asked.known,
        data_testid="columns-unknown",
    )
    return rx.cond(asked.print != "", group(pad(box)), rx.fragment())


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


def _rows(caption: str, *columns: str, where: str = "在哪一行") -> rx.Component:
    """A page of rows; on a phone each is a card under the place where it stands in the file."""
    named = (where, "户或人", "姓名", *columns)

    def line(row: rx.Var[LineView]) -> rx.Component:
        code = rx.el.p(row.code, class_name="was", style=WHOLE)
        return line_of(
            named,
            rx.el.span(row.place, style=WHOLE),
            row.kind,
            rx.el.span(rx.el.b(row.name), rx.cond(row.code != "", code, rx.fragment())),
            rx.el.span(row.what),
            rx.el.span(row.before, class_name="was"),
            rx.el.strong(row.after),
        )

    return card_table(caption, named, rx.foreach(ImportsState.lines.rows, line))


def _table() -> rx.Component:
    listing = rx.match(
        TAB,
        ("repaired", _rows("自动修好的行", "怎么修的", "表里写的", "修成")),
        ("changed", _rows("有变化的户和人", "什么变了", "名册里的", "改成")),
        ("doubts", _rows("要核实的", "为什么", "写的是", "先这样导入")),
        ("unmatched", _rows("名册里没有的人", "怎么办", "户编号或村", "身份证号")),
        ("left", _rows("名单里没有的户", "结对的是", "从哪天起", "先怎样", where="在哪个村")),
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
        last=(ImportsState.number + 1) * PAGE >= ImportsState.lines.total,
    )
    return rx.cond(
        ImportsState.lines.rows.length() > 0,
        rx.fragment(listing, rx.cond(ImportsState.lines.total > PAGE, more, rx.fragment())),
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
                style=WHOLE,
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
    """What would be taken in; where no row was read there is only why, and what the columns could be."""
    counts = rx.el.div(rx.foreach(ONE.tiles, _tile), class_name="counts", style=PAIRS)
    return rx.fragment(
        rx.cond(ONE.rows > 0, counts, rx.fragment()),
        rx.cond(
            ONE.notes.length() > 0,
            rx.el.div(rx.foreach(ONE.notes, lambda words: rx.el.p(words, class_name="soft-text"))),
            rx.fragment(),
        ),
        _columns(),
        rx.cond(ONE.rows > 0, _table(), rx.fragment()),
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
    settled = ((ONE.state == "previewed") | (ONE.state == "done")) & (ONE.rows > 0)
    return rx.fragment(page, rx.cond(settled, _foot(), rx.fragment()), sure)


def imports_page() -> rx.Component:
    """The list of imports with the way in, or one of them."""
    return office_frame(HERE, rx.cond(ONE.id != "", _one(), _list()))
