"""What only the office face needs: the masthead, tables, the pager, dialogs, fields of a form."""

from typing import Any

import reflex as rx

from components.button import button
from components.field import field
from components.icons import icon as draw
from components.link import load


def masthead(*entries: rx.Component, aside: list[rx.Component] | None = None, home: str = "/office") -> rx.Component:
    """The top of every office page: the sign, the pages, and who is working."""
    return rx.el.header(
        load("入户通", href=home, class_name="brand"),
        rx.el.nav(*entries, aria_label="主要页面"),
        rx.el.span(class_name="gap"),
        *(aside or []),
        class_name="mast",
    )


def mast_link(text: Any, *, href: str | rx.Var[str], current: bool = False, icon: str | None = None) -> rx.Component:
    """A page in the masthead."""
    here = {"aria_current": "page"} if current else {}
    mark = [draw(icon, small=True)] if icon else []
    return load(*mark, text, href=href, **here)


def office(head: rx.Component, *children: Any) -> rx.Component:
    """A whole office page."""
    return rx.el.div(
        head,
        rx.el.main(*children, id="content"),
        class_name="office",
    )


def sheet_page(title: Any, *children: Any, line: Any = None, actions: list[rx.Component] | None = None) -> rx.Component:
    """A page of one column: its title, what can be done with the whole, then the content."""
    small = [] if line is None else [rx.el.p(line)]
    head = rx.el.div(rx.el.div(rx.el.h1(title), *small), *(actions or []), class_name="head")
    return rx.el.div(head, *children, class_name="sheet")


def table(caption: str, columns: list[str], *rows: Any, **props: Any) -> rx.Component:
    """A table of at most fifty rows, read aloud by its caption."""
    return rx.el.div(
        rx.el.table(
            rx.el.caption(caption, class_name="vh"),
            rx.el.thead(rx.el.tr(*[rx.el.th(name, custom_attrs={"scope": "col"}) for name in columns])),
            rx.el.tbody(*rows),
            **props,
        ),
        class_name="group tablebox",
        tab_index=0,
        role="group",
        aria_label=caption,
    )


def line_of(columns: tuple[str, ...], *cells: Any, **props: Any) -> rx.Component:
    """A row of a table that becomes a small card on a phone: each cell knows the name of its column."""
    named = zip(columns, cells, strict=True)
    return rx.el.tr(*[rx.el.td(cell, custom_attrs={"data-label": name}) for name, cell in named], **props)


def card_table(caption: str, columns: tuple[str, ...], *rows: Any) -> rx.Component:
    """A table of `line_of` rows."""
    return table(caption, list(columns), *rows, class_name="cards")


def pager(line: Any, *, on_back: Any, on_next: Any, first: Any, last: Any) -> rx.Component:
    """第 1–50 条，共 400 条, with the two ways on."""
    return rx.el.nav(
        rx.el.p(line, class_name="soft-text"),
        rx.el.div(
            button("上一页", on_click=on_back, disabled=first, icon="chevron-left"),
            button("下一页", on_click=on_next, disabled=last, icon="chevron-right"),
            class_name="tags",
        ),
        class_name="pager",
        aria_label="翻页",
    )


def dialog(title: Any, *children: Any, actions: list[rx.Component], shown: Any) -> rx.Component:
    """Asked only where nothing brings it back; both answers say what they do."""
    return rx.cond(
        shown,
        rx.el.div(
            rx.el.div(
                rx.el.h2(title),
                *children,
                rx.el.div(*actions, class_name="halves"),
                class_name="dialog",
                role="alertdialog",
                aria_label=title,
                custom_attrs={"aria-modal": "true"},
            ),
            class_name="veil",
        ),
    )


def fields(*children: Any) -> rx.Component:
    """Fields of a form in as many columns as fit."""
    return rx.el.div(*children, class_name="fields")


def select_field(label: Any, /, *options: tuple[str, str], problem: Any = None, **props: Any) -> rx.Component:
    """One of a few named values."""
    return field(
        label, rx.el.select(*[rx.el.option(text, value=value) for value, text in options], **props), problem=problem
    )


def facts(*pairs: tuple[Any, Any]) -> rx.Component:
    """What is known about one thing, name and value."""
    return rx.el.dl(*[part for name, value in pairs for part in (rx.el.dt(name), rx.el.dd(value))], class_name="facts")


def crumbs(*entries: tuple[Any, str | None]) -> rx.Component:
    """Where one stands in the county; the last entry is here."""
    parts: list[Any] = []
    for text, href in entries:
        parts += [load(text, href=href), draw("chevron-right", small=True)] if href else [rx.el.b(text)]
    return rx.el.nav(*parts, class_name="crumbs", aria_label="地方")
