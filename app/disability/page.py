"""残疾人 on the office face: the list with both allowances, one holder's page."""

from typing import Any

import reflex as rx

from app.accounts.rules import Permission
from app.disability import rules
from app.disability.office_service import ONLY
from app.disability.schemas import AllowanceView, DisabilityRow, ServiceView
from app.disability.state import HERE, DisabilityPersonState, DisabilityState
from app.hardship.page import told_group
from app.households.register_page import filters
from app.households.rules import LOOK_REASONS
from app.shell.list_page import listed, one_page
from app.shell.office_page import may, office_frame
from components.button import button
from components.choices import choice, choices
from components.field import text_field
from components.group import fold, group, label, pad
from components.link import load
from components.message import bones, empty, error
from components.office import facts, fields, line_of, select_field, sheet_page
from components.registers import closed_record, figure, marks, person_head, warning
from components.tag import state

COLUMNS = ("姓名", "在哪", "类别等级", "有效期", "生活补贴", "护理补贴", "要办的")
WRITE = Permission.REGISTERS_WRITE
YES_NO = (("", "没问"), ("yes", "是"), ("no", "不是"))
P = DisabilityPersonState


def _row(one: rx.Var[DisabilityRow]) -> rx.Component:
    name = load(one.name, href=f"{HERE}/one?id={one.id}", data_testid="disability-item")
    return line_of(
        COLUMNS, name, one.place, one.kind, one.until, one.living, one.care, marks(one.flags, "—"), key=one.id
    )


def _certificate_fields(one: Any = None) -> rx.Component:
    def given(name: str, otherwise: Any = "") -> Any:
        return getattr(one, name) if one is not None else otherwise

    number = text_field(
        "残疾证号", aside="20 位，不改就空着" if one is not None else "20 位，换过证的带 B1", name="number",
        required=one is None, max_length=40,
    )  # fmt: skip
    kinds = [
        select_field(
            words, ("", "没有"), *((str(grade), text) for grade, text in rules.GRADES.items()), name=f"kind_{kind}",
            default_value=one.kinds[str(kind)] if one is not None else "",
        )
        for kind, words in rules.CATEGORIES.items()
        if kind != rules.MULTIPLE
    ]  # fmt: skip
    long = choice("长期有效", many=True, name="open_ended", value="on", default_checked=given("open_ended", False))
    return rx.fragment(
        fields(
            number,
            text_field("发证日期", name="issued_on", type="date", default_value=given("issued_on")),
            text_field("有效期至", name="valid_to", type="date", default_value=given("valid_to")),
            select_field("要长期照护吗", *YES_NO, name="care_needed", default_value=given("care_needed")),
            select_field("领工伤生活护理费吗", *YES_NO, name="injury_care", default_value=given("injury_care")),
        ),
        choices(long, shape="left one"),
        fold("多重残疾，每一类的等级", fields(*kinds), kind="plain"),
    )


def _take_in() -> rx.Component:
    form = rx.el.form(
        rx.el.p("证号前 18 位就是身份证号，类别和等级也在里面，不用另填。", class_name="soft-text"),
        _certificate_fields(), button("列入", type="submit", kind="soft"),
        on_submit=DisabilityState.take_in, class_name="stack",
    )  # fmt: skip
    return rx.cond(may(WRITE), fold("列入一个人", group(pad(form))))


def disability_page() -> rx.Component:
    """The list of certificates."""
    nobody = empty("这里没有人", "换个条件找，或从名册导入里放入残疾人持证名单。")
    body = rx.fragment(
        filters(DisabilityState, "找人", ONLY),
        listed(DisabilityState, "残疾人", COLUMNS, _row, nobody=nobody),
        _take_in(),
    )
    return office_frame(HERE, sheet_page("残疾人", rx.cond(DisabilityState.ready, body, bones(8))))


def _certificate(one: Any) -> rx.Component:
    due = rx.match(
        one.state,
        (rules.ENDED, warning(rx.el.span(one.until, "，已过期，请提醒换证"))),
        (rules.ENDING, warning(rx.el.span(one.until, "，快到期，请提醒换证"))),
        rx.el.span(one.until),
    )
    form = fold(
        "换证或改正",
        rx.el.form(
            _certificate_fields(one), button("存好", type="submit", kind="soft"), on_submit=P.save, class_name="stack"
        ),
    )
    return group(
        pad(
            figure(rx.cond(one.kind != "", one.kind, "没写类别"), "残疾类别和等级"),
            rx.cond(
                one.problems.length() > 0,
                rx.el.div(rx.foreach(one.problems, lambda text: error(text))),
                rx.fragment(),
            ),
            facts(
                ("证号", rx.cond(one.number != "", one.number, "没写")),
                ("名单上写的", rx.cond(one.written != "", one.written, "—")),
                ("发证", rx.cond(one.issued != "", one.issued, "没写")),
                ("有效期至", due),
                ("提醒换证", rx.cond(one.remind != "", rx.el.span(one.remind, "起"), "—")),
                ("要长期照护", rx.match(one.care_needed, ("yes", "是"), ("no", "不是"), "没问")),
                ("工伤护理费", rx.match(one.injury_care, ("yes", "在领"), ("no", "没有"), "没问")),
            ),
            rx.cond(may(WRITE), form, rx.fragment()),
        )
    )


def _allowance(one: rx.Var[AllowanceView]) -> rx.Component:
    words = rx.cond(
        one.missing | one.too_much,
        warning(one.words),
        state(one.words, icon="check", tone=""),
    )
    return group(
        pad(
            rx.el.h3(one.name),
            words,
            facts(
                ("为什么", one.why),
                ("在领", rx.cond(one.drawn != "", one.drawn, "没有记录")),
                ("标准", rx.cond(one.standard != "", one.standard, "—")),
            ),
        ),
        key=one.name,
    )


def _service(one: rx.Var[ServiceView]) -> rx.Component:
    stop = rx.cond(
        one.running & may(WRITE),
        button("今天结束", kind="plain", on_click=P.end_care(one.id)),
        rx.fragment(),
    )
    return rx.el.li(
        rx.el.span(
            rx.el.b(one.mode, " ", one.provider), rx.cond(one.extent != "", rx.el.span(one.extent), rx.fragment()),
            rx.el.span(one.days), class_name="t",
        ),
        stop, class_name="row", key=one.id,
    )  # fmt: skip


def _services(one: Any) -> rx.Component:
    form = fold(
        "记一项照护服务",
        rx.el.form(
            fields(
                select_field("怎么照护", *rules.MODES.items(), name="mode"),
                text_field("谁来服务", name="provider", max_length=120),
                text_field("每月几小时", name="hours_month", input_mode="numeric", max_length=3),
                text_field("每月多少钱", aside="元", name="fee", max_length=12),
                text_field("从哪天起", name="from_on", type="date", required=True),
                text_field("到哪天", name="to_on", type="date"),
            ),
            button("记下", type="submit", kind="soft"),
            on_submit=P.add_care, reset_on_submit=True, class_name="stack",
        ),
    )  # fmt: skip
    return group(
        rx.cond(
            one.services.length() > 0,
            rx.el.ul(rx.foreach(one.services, _service)),
            pad(rx.el.p("还没有照护服务。", class_name="soft-text")),
        ),
        rx.cond(may(WRITE), pad(form), rx.fragment()),
    )


def _leave() -> rx.Component:
    form = rx.el.form(
        text_field("为什么移出", name="why", required=True, min_length=2, max_length=200),
        button("移出残疾人名册", type="submit", kind="danger"),
        on_submit=P.leave, class_name="stack",
    )  # fmt: skip
    return rx.cond(may(WRITE), fold("证注销了", group(pad(form)), kind="plain"))


def disability_one_page() -> rx.Component:
    """One holder of a certificate."""
    one = P.one
    whole = rx.fragment(
        rx.el.div(
            rx.el.div(label("残疾证"), _certificate(one), class_name="stack"),
            rx.el.div(
                label("两项补贴"), rx.foreach(one.allowances, _allowance), label("照护服务"), _services(one),
                class_name="stack",
            ),
            class_name="twocol",
        ),
        label("走访说的"),
        told_group(one.told, one.told_visit_id, one.told_on),
        _leave(),
    )  # fmt: skip
    return one_page(
        HERE, "残疾人", one, one.name,
        person_head(one),
        rx.cond(one.closed, group(pad(closed_record(LOOK_REASONS, P.open_child))), whole),
        gone=("名册里没有这个人", "可能已迁走或移出。"),
    )  # fmt: skip
