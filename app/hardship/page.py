"""特困 on the office face: the two rates, the list, one person, the quarterly roll of the care allowance."""

from typing import Any

import reflex as rx

from app.accounts.rules import Permission
from app.hardship import rules
from app.hardship.office_service import ONLY
from app.hardship.schemas import (
    AssessmentView,
    ClaimView,
    HardshipRow,
    IndicatorView,
    PaidView,
    RateView,
)
from app.hardship.state import FeesState, HardshipPersonState, HardshipState
from app.households.register_page import filters
from app.households.rules import LOOK_REASONS
from app.shell.list_page import listed, one_page
from app.shell.office_page import may, office_frame
from components.button import button
from components.choices import choice, choices, question
from components.field import field, place_field, text_field
from components.group import fold, group, label, pad
from components.link import load
from components.message import bones, empty, note
from components.office import crumbs, facts, fields, line_of, select_field, sheet_page
from components.registers import closed_record, figure, marks, person_head, warning

HERE = "/office/hardship"
COLUMNS = ("姓名", "在哪", "供养", "自理能力", "照料人", "最近去看", "要办的")
FEE_COLUMNS = ("姓名", "在哪", "供养", "自理能力", "月数", "应发", "发给谁", "发了没有")
WRITE = Permission.REGISTERS_WRITE


def _rate(one: rx.Var[RateView]) -> rx.Component:
    move = rx.cond(
        one.to_move > 0,
        warning(rx.el.span("还要再送 ", rx.el.b(one.to_move), " 人，才到 ", one.at_least)),
        rx.el.p("到 ", one.at_least, " 了", class_name="soft-text"),
    )
    asked = rx.cond(
        one.asked > 0,
        warning(rx.el.span("失能、想去、还在家的 ", rx.el.b(one.asked), " 人，应当是 0")),
        rx.el.p("失能想去的都去了", class_name="soft-text"),
    )
    return group(
        pad(
            rx.el.h2(one.place),
            figure(one.percent, "集中供养率"),
            rx.el.p("失能、半失能 ", one.unable, " 人，在机构 ", one.housed, " 人", class_name="soft-text"),
            move,
            asked,
        ),
        key=one.code,
    )


def _row(one: rx.Var[HardshipRow]) -> rx.Component:
    name = load(one.name, href=f"{HERE}/one?id={one.id}", data_testid="hardship-item")
    carer = rx.cond(one.carer != "", one.carer, "—")
    last = rx.cond(one.last_visit != "", one.last_visit, "还没去过")
    return line_of(COLUMNS, name, one.place, one.support, one.grade, carer, last, marks(one.flags, "—"), key=one.id)


def _support_fields(one: Any = None) -> rx.Component:
    def given(name: str, otherwise: str = "") -> Any:
        return getattr(one, name) if one is not None else otherwise

    return fields(
        select_field("供养形式", *rules.SUPPORT.items(), name="support", default_value=given("support_code", "home")),
        text_field("供养机构", aside="集中供养才写", name="institution", default_value=given("institution"),
                   max_length=120),
        select_field("愿意集中供养吗", *rules.WISH.items(), name="wish", default_value=given("wish_code", "not_asked")),
        text_field("哪天问的", name="asked_on", type="date", default_value=given("asked_on")),
        text_field("为什么不愿意", name="refused_why", default_value=given("refused_why"), max_length=200),
    )  # fmt: skip


def _take_in() -> rx.Component:
    form = rx.el.form(
        text_field("身份证号", name="number", required=True, max_length=24, input_mode="text"),
        _support_fields(),
        button("列入", type="submit", kind="soft"),
        on_submit=HardshipState.take_in, class_name="stack",
    )  # fmt: skip
    return rx.cond(may(WRITE), fold("列入一个人", group(pad(form))))


def hardship_page() -> rx.Component:
    """The list of the destitute, under the two rates."""
    nobody = empty("这里没有人", "换个条件找，或从名册导入里放入特困人员名单。")
    body = rx.fragment(
        rx.cond(
            HardshipState.rates.length() > 0,
            rx.el.div(rx.foreach(HardshipState.rates, _rate), class_name="twocol"),
            rx.fragment(),
        ),
        filters(HardshipState, "找人", ONLY),
        listed(HardshipState, "特困人员", COLUMNS, _row, nobody=nobody),
        _take_in(),
    )
    fees = load("照料护理补贴发放册", href=f"{HERE}/fees", class_name="btn")
    return office_frame(
        HERE, sheet_page("特困人员", rx.cond(HardshipState.ready, body, bones(8)), actions=[fees])
    )


P = HardshipPersonState


def _indicator(one: rx.Var[IndicatorView]) -> rx.Component:
    seen = rx.cond(one.seen != "", rx.el.span("走访看到：", one.seen, class_name="soft-text"), rx.fragment())
    return rx.el.li(
        rx.el.span(rx.el.b(one.words), class_name="t"),
        rx.el.span(rx.cond(one.able == "不能", rx.el.b(one.able), one.able), " ", seen, class_name="v"),
        class_name="row answer", key=one.name,
    )  # fmt: skip


def _past(one: rx.Var[AssessmentView]) -> rx.Component:
    who = rx.cond(one.who != "", rx.el.span("，", one.who), rx.fragment())
    visit = rx.cond(
        one.visit_id != "",
        load("看那次走访", href=f"/office/visits/one?id={one.visit_id}", class_name="tap"),
        rx.fragment(),
    )
    return rx.el.li(
        rx.el.span(rx.el.b(one.grade), rx.el.span("不能：", one.cannot), rx.el.span(one.on, who), class_name="t"),
        visit, class_name="row", key=one.id,
    )  # fmt: skip


def _assess_form() -> rx.Component:
    asked = [
        question(
            words,
            choices(
                choice("能", name=name, value="yes", required=True),
                choice("不能", name=name, value="no", tone="bad"),
                shape="two",
            ),
        )
        for name, words in rules.INDICATORS.items()
    ]
    form = rx.el.form(
        rx.el.p("六项自己能不能做，等级由系统算，不用填。", class_name="soft-text"),
        *asked,
        text_field("评估日期", name="on", type="date", required=True),
        button("记下评估", type="submit", kind="soft"),
        on_submit=P.assess, reset_on_submit=True, class_name="stack",
    )  # fmt: skip
    return fold("做一次评估", form)


def _grade(one: Any) -> rx.Component:
    said = rx.cond(one.grade != "", one.grade, "还没评估")
    return group(
        pad(
            figure(said, rx.cond(one.assessed != "", rx.el.span(one.assessed, "评估"), "六项问全才有等级")),
            rx.cond(
                one.differs,
                note("名单上写的是", rx.el.b(one.grade_written), "，和六项算出来的不一样。请核对六项。", tone="due"),
                rx.fragment(),
            ),
            rx.cond(one.change_due != "", note(one.change_due, tone="due"), rx.fragment()),
        ),
        rx.el.ul(rx.foreach(one.indicators, _indicator)),
        rx.cond(may(WRITE), pad(_assess_form()), rx.fragment()),
    )


def _history(one: Any) -> rx.Component:
    return rx.cond(
        one.history.length() > 0,
        rx.fragment(label("历次评估"), rx.el.ul(rx.foreach(one.history, _past), class_name="group")),
        rx.fragment(),
    )


def _support(one: Any) -> rx.Component:
    asked = rx.cond(one.asked_words != "", rx.el.span("，", one.asked_words, "问的"), rx.fragment())
    form = fold(
        "改",
        rx.el.form(
            _support_fields(one), button("存好", type="submit", kind="soft"), on_submit=P.save, class_name="stack"
        ),
    )
    return group(
        pad(
            facts(
                ("供养形式", one.support),
                ("供养机构", rx.cond(one.institution != "", one.institution, "—")),
                ("意愿", rx.el.span(one.wish, asked)),
                ("不愿意的原因", rx.cond(one.refused_why != "", one.refused_why, "—")),
            ),
            rx.cond(may(WRITE), form, rx.fragment()),
        )
    )


def _care(one: Any) -> rx.Component:
    return group(
        pad(
            rx.cond(one.agreement_problem != "", warning(one.agreement_problem), rx.fragment()),
            facts(
                ("照料人", rx.cond(one.carer != "", one.carer, "没有")),
                ("电话", rx.cond(one.carer_phone != "", one.carer_phone, "—")),
                ("协议", rx.cond(one.agreement != "", one.agreement, "还没签")),
                ("照料护理费", rx.cond(one.fee != "", rx.el.span(one.fee, "一个月"), "评估后才知道")),
            ),
            rx.cond(one.paid.length() > 0, rx.el.ul(rx.foreach(one.paid, _paid)), rx.fragment()),
        )
    )


def _paid(one: rx.Var[PaidView]) -> rx.Component:
    arrived = rx.cond(one.arrived, "发到了", rx.el.b("没发成"))
    return rx.el.li(rx.el.span(one.quarter, " ", one.amount, " ", one.payee, " ", arrived), key=one.quarter)


def _times(one: Any) -> rx.Component:
    form = rx.el.form(
        fields(text_field("年审日期", name="on", type="date", required=True)),
        button("记下年审", type="submit", kind="soft"),
        on_submit=P.review, reset_on_submit=True, class_name="stack",
    )  # fmt: skip
    seen = rx.cond(
        one.last_visit_id != "",
        load(one.last_visit, href=f"/office/visits/one?id={one.last_visit_id}", class_name="tap"),
        rx.cond(one.last_visit != "", rx.el.span(one.last_visit, "（名单上写的）"), "还没去过"),
    )
    return group(
        pad(
            facts(
                ("最近去看", seen),
                ("下次探视", rx.cond(one.look_in_late, warning(one.look_in), rx.el.span(one.look_in, "前"))),
                ("上次年审", rx.cond(one.reviewed != "", one.reviewed, "没写")),
                ("下次年审", rx.cond(one.review_late, warning(one.review_due), rx.el.span(one.review_due, "前"))),
            ),
            rx.cond(may(WRITE), form, rx.fragment()),
        )
    )


def _claim_form(one: Any = None) -> rx.Component:
    def given(name: str) -> Any:
        return getattr(one, name) if one is not None else ""

    hidden = [] if one is None else [
        rx.el.input(type="hidden", name="id", value=one.id),
        rx.el.input(type="hidden", name="version", value=one.version),
    ]  # fmt: skip
    return rx.el.form(
        *hidden,
        fields(
            text_field("入院", name="in_on", type="date", required=True, default_value=given("in_on")),
            text_field("出院", name="out_on", type="date", default_value=given("out_on")),
            text_field("保险公司", name="insurer", max_length=120, default_value=given("insurer")),
            text_field("保单号", name="policy", max_length=64, default_value=given("policy")),
            text_field("每天护理费", aside="元", name="per_day", max_length=12, default_value=given("per_day")),
            text_field("赔了多少", aside="元", name="paid", max_length=12, default_value=given("paid")),
            select_field(
                "到哪一步", *rules.CLAIM_STATES.items(), name="state",
                default_value=given("code") if one is not None else "open",
            ),
        ),
        button("存好", type="submit", kind="soft"),
        on_submit=P.claim, class_name="stack",
    )  # fmt: skip


def _claim(one: rx.Var[ClaimView]) -> rx.Component:
    change = fold("改", _claim_form(one), kind="plain")
    return rx.el.li(
        rx.el.span(
            rx.el.b(one.state), rx.el.span(one.days), rx.el.span(one.insurer, " ", one.policy),
            rx.cond(one.paid != "", rx.el.span("赔了 ", one.paid), rx.fragment()), class_name="t",
        ),
        rx.cond(may(WRITE), change, rx.fragment()),
        class_name="row", key=one.id,
    )  # fmt: skip


def _claims(one: Any) -> rx.Component:
    new = fold("记一次住院", _claim_form())
    by_grade = rx.el.p("按等级，一天护理费 ", one.day_fee, class_name="soft-text")
    hint = rx.cond(one.day_fee != "", by_grade, rx.fragment())
    return group(
        rx.cond(
            one.claims.length() > 0,
            rx.el.ul(rx.foreach(one.claims, _claim)),
            pad(rx.el.p("没有住院理赔。", class_name="soft-text")),
        ),
        rx.cond(may(WRITE), pad(hint, new), rx.fragment()),
    )


def told_group(pairs: Any, visit_id: Any, on: Any) -> rx.Component:
    """What visits told, with the visit that it comes from."""
    visit = rx.cond(
        visit_id != "", load(on, "的走访", href=f"/office/visits/one?id={visit_id}", class_name="tap"), rx.fragment()
    )
    rows = rx.foreach(
        pairs,
        lambda pair: rx.el.li(
            rx.el.span(rx.el.b(pair[0]), class_name="t"), rx.el.span(pair[1], class_name="v"), class_name="row answer"
        ),
    )
    return rx.cond(
        pairs.length() > 0,
        group(pad(visit), rx.el.ul(rows)),
        group(pad(rx.el.p("走访还没问过这些。", class_name="soft-text"))),
    )


def _leave() -> rx.Component:
    form = rx.el.form(
        text_field("为什么移出", name="why", required=True, min_length=2, max_length=200),
        button("移出特困名册", type="submit", kind="danger"),
        on_submit=P.leave, class_name="stack",
    )  # fmt: skip
    return rx.cond(may(WRITE), fold("不再是特困", group(pad(form)), kind="plain"))


def _whole(one: Any) -> rx.Component:
    return rx.fragment(
        rx.el.div(
            rx.el.div(label("自理能力"), _grade(one), _history(one), class_name="stack"),
            rx.el.div(
                label("供养"), _support(one), label("照料"), _care(one), label("探视和年审"), _times(one),
                label("住院护理保险"), _claims(one), class_name="stack",
            ),
            class_name="twocol",
        ),
        label("走访说的"),
        told_group(one.told, one.told_visit_id, one.told_on),
        _leave(),
    )  # fmt: skip


def hardship_one_page() -> rx.Component:
    """One destitute person."""
    one = P.one
    shut = group(pad(closed_record(LOOK_REASONS, P.open_child)))
    return one_page(
        HERE, "特困人员", one, one.name, person_head(one), rx.cond(one.closed, shut, _whole(one)),
        gone=("名册里没有这个人", "可能已迁走或移出。"),
    )  # fmt: skip


def _fee(one: Any) -> rx.Component:
    payee = rx.cond(one["why_not"] != "", warning(one["payee"]), one["payee"])
    return line_of(
        FEE_COLUMNS, one["name"], one["place"], one["support"], one["grade"], one["months"], one["amount"], payee,
        one["state"], key=one["id"],
    )  # fmt: skip


def fees_page() -> rx.Component:
    """The quarterly roll of the care allowance."""
    roll = FeesState.page
    asked = rx.el.form(
        field(
            "季度",
            rx.el.select(
                rx.foreach(FeesState.quarters, lambda one: rx.el.option(one, value=one)), name="quarter",
                default_value=FeesState.quarter,
            ),
        ),
        place_field("村", FeesState.choices),
        button("看", type="submit", kind="soft"),
        on_submit=FeesState.find, class_name="filters",
    )  # fmt: skip
    sums = rx.el.div(
        group(pad(figure(roll.amount, "应发一共"))), group(pad(figure(roll.people, "人算得出"))),
        group(pad(figure(roll.waiting, "人还缺照料人或评估"))), class_name="figures",
    )  # fmt: skip
    nobody = empty("这个季度没有人", "换个季度看看。")
    body = rx.fragment(
        asked,
        rx.el.p(roll.days, "，按季度末的评估等级和标准算，每人一行。", class_name="soft-text"),
        sums,
        listed(
            FeesState, "照料护理补贴发放册", FEE_COLUMNS, _fee, nobody=nobody,
            line=rx.el.span("一共 ", roll.total, " 人"),
        ),
    )
    head = crumbs(("特困人员", HERE), ("照料护理补贴发放册", None))
    return office_frame(
        HERE, sheet_page("照料护理补贴发放册", head, rx.cond(FeesState.ready, body, bones(8)))
    )
