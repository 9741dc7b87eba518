"""Whom to call, drawn inside a person's page: who first, when confirmed, one tap for what came of a call."""

import reflex as rx

from app.accounts.rules import Permission
from app.contacts.rules import KINDS, RESULTS
from app.contacts.schemas import ContactRow
from app.contacts.state import ContactsState
from app.households.register_page import folded
from app.shell.office_page import may
from components.button import button
from components.field import text_field
from components.group import group, label, pad
from components.message import empty, note
from components.office import fields, select_field
from components.tag import state, tag


def _last(one: rx.Var[ContactRow]) -> rx.Component:
    called = rx.cond(one.confirmed != "", rx.el.span(one.confirmed, "，到 ", one.expires, " 有效"), "还没有核实过")
    return rx.cond(
        one.expired,
        state(rx.el.span(rx.cond(one.result != "", rx.el.span("上次", one.result, "。"), rx.fragment()), called),
              icon="phone", tone="due"),
        state(called, icon="check", tone="done"),
    )  # fmt: skip


def _acts(one: rx.Var[ContactRow]) -> rx.Component:
    calls = [
        button(words, on_click=ContactsState.note(one.id, code), data_testid=f"call-{code}")
        for code, words in RESULTS.items()
    ]
    return rx.fragment(
        rx.el.p("打了吗", class_name="q"),
        rx.el.div(*calls, class_name="tags"),
        folded(
            "改",
            _form(one),
            rx.el.div(
                rx.cond(one.first, rx.fragment(), button("先打他", on_click=ContactsState.first(one.id))),
                button("去掉", kind="plain", on_click=ContactsState.remove(one.id)),
                class_name="tags",
            ),
        ),
    )


def _form(one: rx.Var[ContactRow] | None = None) -> rx.Component:
    known = {} if one is None else {"name": one.name, "relation": one.relation, "place": one.place}
    kinds = [] if one is not None else [select_field("哪一种", *KINDS.items(), name="kind")]
    hidden = [] if one is None else [rx.el.input(type="hidden", name="id", value=one.id),
                                     rx.el.input(type="hidden", name="kind", value=one.code)]  # fmt: skip
    return rx.el.form(
        *hidden,
        fields(
            *kinds,
            text_field("姓名", name="name", required=True, max_length=64, default_value=known.get("name", "")),
            text_field("关系", name="relation", max_length=24, default_value=known.get("relation", "")),
            text_field("电话", name="phone", required=one is None, max_length=32, data_testid="contact-phone",
                       aside=None if one is None else "不改就空着"),
            text_field("在哪里", name="place", max_length=64, default_value=known.get("place", "")),
            select_field("有没有赡养责任", ("", "看关系"), ("yes", "有"), ("no", "没有"), name="supports",
                         default_value="" if one is None else one.owes),
        ),
        button("存", kind="soft", type="submit", data_testid="contact-save"),
        on_submit=ContactsState.put,
        reset_on_submit=one is None,
        class_name="stack",
    )  # fmt: skip


def _number(one: rx.Var[ContactRow]) -> rx.Component:
    """Masked until somebody needs it to call; looking is written down."""
    open_ = ContactsState.shown_id == one.id
    look = rx.cond(
        may(Permission.REGISTER_UNMASK) & ~open_,
        button("看号码", kind="plain", on_click=ContactsState.reveal(one.id), data_testid="contact-number"),
        rx.fragment(),
    )
    return rx.el.p(rx.cond(open_, ContactsState.shown, one.phone), " ", look)


def _contact(one: rx.Var[ContactRow]) -> rx.Component:
    after = rx.cond(one.next_name != "", rx.el.p("打不通就打 ", rx.el.b(one.next_name)), rx.fragment())
    return group(
        pad(
            rx.el.div(rx.el.h3(one.name), rx.el.span(one.relation, " ", one.place, class_name="soft-text")),
            rx.el.div(tag(one.kind), rx.cond(one.supports != "", tag(one.supports), rx.fragment()), class_name="tags"),
            _number(one),
            _last(one),
            after,
            rx.cond(may(Permission.REGISTERS_WRITE), _acts(one), rx.fragment()),
        ),
        key=one.id,
    )


def contacts_section(hint: str = "至少要有一位赡养人、一位村里人。", *, of_elder: bool = True) -> rx.Component:
    """Whom to call for the person of this page, in order; of an elder it says who is still missing."""
    lacks = rx.cond(
        ContactsState.lacks.length() > 0,
        note("还缺：", ContactsState.lacks.join("、"), "。", tone="due", icon="phone"),
        rx.fragment(),
    )
    rows = rx.cond(
        ContactsState.rows.length() > 0,
        rx.el.div(rx.foreach(ContactsState.rows, _contact), class_name="twocol"),
        empty("还没有联系人", hint),
    )
    add = rx.cond(may(Permission.REGISTERS_WRITE), folded("加联系人", _form(), test="contact-add"), rx.fragment())
    return rx.fragment(label("有事找谁", "从上往下打"), lacks if of_elder else rx.fragment(), rows, add)
