"""Parts that the office pages of all registers share: filters, what visits found, taking somebody in."""

from typing import Any

import reflex as rx

from app.households.register_schemas import FoundPerson, FoundView
from components.button import button
from components.field import place_field, search_field, search_form, text_field
from components.group import fold, group, pad, row_button
from components.link import load
from components.message import empty
from components.office import select_field

VISIT = "/office/visits/one?id="


def filters(
    here: Any, search: str, options: dict[str, str], *, placeholder: str = "姓名、户编号", which: str = "看哪些",
    test: str = "register-text",
) -> rx.Component:
    """Find by name, village and what is to be seen to, in a `RegisterListState`."""
    return search_form(
        search_field(search, name="text", default_value=here.text, placeholder=placeholder, data_testid=test),
        place_field("村", here.choices, default_value=here.village),
        select_field(which, *options.items(), name="only", default_value=here.only),
        on_find=here.find,
    )  # fmt: skip


def people_filters(here: Any, options: dict[str, str], *, test: str) -> rx.Component:
    """The same where people are looked for as on a phone."""
    return filters(
        here, "找人：姓名、拼音首字母、后四位", options, placeholder="刘桂英、lgy、0019", which="哪些",
        test=f"{test}-search",
    )  # fmt: skip


def visit_link(visit_id: rx.Var[str], text: Any) -> rx.Component:
    """A day that leads to the visit it comes from, where there is one."""
    return rx.cond(visit_id != "", load(text, href=f"{VISIT}{visit_id}", class_name="tap"), rx.el.span(text))


def _found(one: rx.Var[FoundView]) -> rx.Component:
    listed = rx.cond(one.listed != "", rx.el.span("台账写的是：", one.listed, class_name="why"), rx.fragment())
    day = rx.cond(one.on != "", rx.el.span(one.on, " 走访", class_name="soft-text"), rx.fragment())
    return rx.el.li(
        rx.el.span(rx.el.b(one.name), rx.cond(one.visit_id != "", load(day, href=f"{VISIT}{one.visit_id}"), day),
                   listed, class_name="t"),
        rx.el.span(one.value, class_name="v"),
        class_name="row answer",
    )  # fmt: skip


def found_list(rows: rx.Var[list[FoundView]]) -> rx.Component:
    """What visits found, each with its visit."""
    return rx.cond(
        rows.length() > 0,
        rx.el.ul(rx.foreach(rows, _found), class_name="group"),
        empty("走访还没有写到这些", "下次走访时会问，问到就在这里。"),
    )


def folded(title: Any, *children: Any, test: str = "") -> rx.Component:
    """Something that is done now and then: its form opens on a tap."""
    return fold(title, group(pad(*children)), kind="", **({"data_testid": test} if test else {}))


def reason_form(on_submit: Any, text: str, *fields: Any, ask: str = "为什么", test: str = "") -> rx.Component:
    """A form whose act needs a reason."""
    return rx.el.form(
        *fields,
        text_field(ask, name="reason", max_length=200, min_length=2, required=True, data_testid=f"{test}-reason"),
        button(text, kind="soft", type="submit", data_testid=f"{test}-send"),
        on_submit=on_submit,
        class_name="stack",
    )


def taking_in(
    *, on_search: Any, found: rx.Var[list[FoundPerson]], on_pick: Any, chosen: rx.Var[str], form: rx.Component,
    test: str,
) -> rx.Component:
    """Find somebody of the area and take them into a register."""
    look = rx.el.form(
        search_field("找人：姓名、拼音、后四位", name="text", placeholder="姓名、后四位", data_testid=f"{test}-find"),
        button("找", type="submit", kind="soft", icon="search"),
        on_submit=on_search,
        class_name="filters",
    )
    people = rx.el.div(
        rx.foreach(
            found,
            lambda one: row_button(
                rx.el.span(rx.el.b(one.name), rx.el.span(one.line), class_name="t"),
                on_click=on_pick(one.id), key=one.id, data_testid=f"{test}-pick",
            ),
        )
    )  # fmt: skip
    return rx.fragment(look, rx.cond(chosen != "", rx.fragment(rx.el.p(rx.el.b(chosen)), form), people))
