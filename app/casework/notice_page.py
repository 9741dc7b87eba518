"""公示: public notices before they are hung up, and those that hang or hung."""

import reflex as rx

from app.casework.page import place_choice, seen
from app.casework.schemas import NoticeRow
from app.casework.state import HERE, PROGRAMME_CHOICES, NoticesState
from app.households.register_page import folded, reason_form
from app.shell.list_page import turning
from app.shell.office_page import office_frame
from components.button import button
from components.field import place_field, search_form, text_area, text_field
from components.group import fold, group, pad
from components.message import bones, empty
from components.office import fields, select_field, sheet_page
from components.tag import tag

S = NoticesState


def _new_notice() -> rx.Component:
    return rx.el.form(
        fields(
            place_choice(S.choices), select_field("哪个项目", *PROGRAMME_CHOICES, name="programme"),
            text_field("从哪天", name="from_on", type="date", required=True, default_value=S.on),
            text_field("到哪天", name="to_on", type="date", required=True),
        ),
        text_area("公示什么", name="text", required=True, max_length=2000, rows="3",
                  aside="（只写姓名、人数、金额；不写身份证号、电话、账号、病情）"),
        button("记下公示", type="submit", kind="main"),
        on_submit=S.post, class_name="stack", key=S.posted,
    )  # fmt: skip


def _down(one: rx.Var[NoticeRow]) -> rx.Component:
    form = reason_form(
        S.take_down, "撤下", rx.el.input(type="hidden", name="id", value=one.id), seen(one),
        text_field("哪天撤下的", name="on", type="date", required=True, default_value=S.on, min=one.earliest, max=S.on),
        ask="为什么撤下", test="notice-down",
    )  # fmt: skip
    return fold("撤下来", form, kind="plain")


def _notice(one: rx.Var[NoticeRow]) -> rx.Component:
    hangs = rx.cond(one.now, tag("正在公示", icon="check"), rx.fragment())
    head = rx.el.div(tag(one.programme), rx.cond(one.down != "", tag("撤下了"), hangs),
                     rx.el.span(one.place, "，", one.days, class_name="soft-text"), class_name="tags")  # fmt: skip
    down = rx.cond(one.down != "", rx.el.p("撤下了：", one.down), _down(one))
    return group(pad(head, rx.el.p(one.text, class_name="said"), down, class_name="stack"), key=one.id)


def notices_page() -> rx.Component:
    """The public notices of the area, the newest first."""
    nobody = rx.cond(S.village == "", empty("没有公示", "拟保障的名单要公示；孩子的事不公示。"),
                     empty("这里没有公示", "换个地方找。"))  # fmt: skip
    found = rx.fragment(rx.el.div(rx.foreach(S.page.rows, _notice), class_name="twocol"), turning(S))
    body = rx.fragment(
        folded("贴一张公示", _new_notice(), test="notice-new"),
        search_form(place_field("在哪", S.choices, default_value=S.village, key=S.village), on_find=S.find),
        rx.cond(S.page.rows.length() > 0, found, nobody),
    )
    waiting = rx.cond(S.problem != "", rx.fragment(), bones(6))
    return office_frame(f"{HERE}/notices", sheet_page("公示", rx.cond(S.ready, body, waiting)))
