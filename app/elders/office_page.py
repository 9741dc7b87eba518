"""留守老人 on the office face: who needs somebody, and the page of one."""

from typing import Any

import reflex as rx

from app.accounts.rules import Permission
from app.contacts.office_page import contacts_section
from app.elders.office_service import ONLY
from app.elders.rules import ELDER_TAGS, TIERS
from app.elders.schemas import AgreementLine, ChildOf, ElderRow
from app.elders.state import CHILDREN, EldersState, ElderState
from app.households.register_page import folded, found_list, people_filters, reason_form, taking_in, visit_link
from app.households.tags import TAGS
from app.shell.list_page import listed, one_page
from app.shell.office_page import may, office_frame
from components.button import button
from components.choices import choice, choices, question
from components.field import text_field
from components.group import group, label, pad
from components.link import load
from components.message import bones, empty
from components.office import facts, fields, line_of, select_field, sheet_page
from components.registers import print_link
from components.tag import state, tag, tags

HERE = "/office/elders"
COLUMNS = ("姓名", "在哪", "怎么住", "探访类别", "最近看过", "该哪天看", "还缺")


def _row(row: rx.Var[ElderRow]) -> rx.Component:
    name = load(row.name, href=f"{HERE}/one?id={row.id}", data_testid="elder-item")
    due = rx.cond(row.overdue, state(row.due, icon="clock", tone="due"), rx.cond(row.due != "", row.due, "没有定"))
    return line_of(
        COLUMNS,
        rx.fragment(name, rx.el.span(row.age, class_name="soft-text")),
        rx.el.span(row.place, " ", row.group),
        rx.cond(row.living != "", row.living, "没写"),
        tag(row.tier, tone=row.tone),
        rx.cond(row.last_visit != "", row.last_visit, "还没看过"),
        due,
        rx.cond(row.lacks != "", rx.el.span(row.lacks, class_name="why"), "都有"),
        key=row.id,
    )


def _marks(chosen: Any = None) -> rx.Component:
    boxes = [
        choice(TAGS[code], many=True, name=code, value="on",
               default_checked=(code == "elder_left_behind") if chosen is None else chosen.contains(code))
        for code in ELDER_TAGS
    ]  # fmt: skip
    return question("是哪一种", choices(*boxes, shape="left"))


def _take_in() -> rx.Component:
    form = reason_form(EldersState.add, "登进名册", _marks(), ask="为什么登进来", test="elder-add")
    body = taking_in(
        on_search=EldersState.look_for, found=EldersState.found, on_pick=EldersState.pick,
        chosen=EldersState.chosen.name, form=form, test="elder-add",
    )  # fmt: skip
    return rx.cond(may(Permission.REGISTERS_WRITE), folded("登进一位老人", body, test="elder-add"), rx.fragment())


def elders_page() -> rx.Component:
    """The register of an area."""
    looking = (EldersState.text != "") | (EldersState.only != "") | (EldersState.village != "")
    nobody = rx.cond(
        looking,
        empty("没有这样的老人", "换个写法，或者选“全部”看看。"),
        empty("名册里还没有老人", "从名册导入里放入留守老人台账，或者在上面登进一位。"),
    )
    head = people_filters(EldersState, ONLY, test="elder")
    found = listed(EldersState, "留守老人", COLUMNS, _row, nobody=nobody)
    body = rx.cond(EldersState.ready, rx.fragment(_take_in(), found), bones(8))
    return office_frame(HERE, sheet_page("留守老人", head, body, line="谁需要人去看，一眼看得到。"))


def _child(one: rx.Var[ChildOf]) -> rx.Component:
    where = rx.cond(one.place != "", rx.fragment("在", one.place), "没写在哪里")
    return rx.el.li(
        rx.el.span(
            rx.el.b(one.name, " ", one.relation),
            rx.el.span(where, rx.cond(one.since != "", rx.fragment("，", one.since, "起"), rx.fragment())),
            rx.el.span(rx.cond(one.returns != "", rx.fragment(one.returns, "回来 "), rx.fragment()), one.able),
            class_name="t",
        ),
        rx.el.span(one.phone, class_name="v"),
        class_name="row answer",
    )


def _agreement(one: rx.Var[AgreementLine]) -> rx.Component:
    return rx.el.li(
        rx.el.span(load(rx.el.b(one.kind), href=f"/office/agreements/one?id={one.id}"),
                   rx.el.span(one.inspection), class_name="t"),
        rx.el.span(one.state, class_name="v"),
        class_name="row answer",
    )  # fmt: skip


def _children_form(elder: Any) -> rx.Component:
    def known(at: int, name: str) -> Any:
        there = elder.children.length() > at
        return rx.cond(there, getattr(elder.children[at], name), "")

    def one(number: int) -> rx.Component:
        at = number - 1
        text = (
            ("name", "姓名", 64), ("relation", "关系", 24), ("place", "在哪里做事", 120),
            ("since", "哪年出去的", 24), ("returns", "多久回来", 24), ("able", "能不能赡养", 24),
        )  # fmt: skip
        parts = [
            text_field(title, name=f"{name}_{number}", max_length=most, default_value=known(at, name))
            for name, title, most in text
        ]
        phone = text_field("电话", aside="不改就空着", name=f"phone_{number}", max_length=32)
        return group(pad(rx.el.h3(f"第 {number} 个儿女"), fields(*parts, phone)))

    return rx.el.form(
        _marks(elder.marks),
        text_field("儿女几个", name="children_count", max_length=2, default_value=elder.children_count.to_string()),
        *[one(number) for number in range(1, CHILDREN + 1)],
        button("存", kind="soft", type="submit", data_testid="elder-change-send"),
        on_submit=ElderState.change,
        class_name="stack",
    )


def _acts(elder: Any) -> rx.Component:
    tiers = select_field("探访类别", ("", "按现在的情况"), *TIERS.items(), name="tier", data_testid="elder-tier")
    return rx.cond(
        may(Permission.REGISTERS_WRITE),
        rx.el.div(
            folded("改探访类别", reason_form(ElderState.tier, "定下", tiers, test="elder-tier"), test="tier-open"),
            folded("改标签和儿女", _children_form(elder)),
            folded("移出名册", reason_form(ElderState.end, "移出", test="elder-end")),
            class_name="acts",
        ),
        rx.fragment(),
    )


def _elder() -> rx.Component:
    elder = ElderState.elder
    due = rx.cond(elder.overdue, state(elder.due, icon="clock", tone="due"), elder.due)
    band = rx.cond(elder.band != "", tag(elder.band), rx.fragment())
    about = facts(
        ("探访类别", rx.fragment(tag(elder.tier_name, tone=elder.tone), " ", elder.tier_why)),
        ("多久看一次", elder.every),
        ("最近看过", visit_link(elder.visit_id, elder.last_visit)),
        ("该哪天看", due),
        ("身份证号", rx.cond(elder.id_masked != "", elder.id_masked, "没有登记")),
        ("电话", rx.cond(elder.phone != "", elder.phone, "没有登记")),
        ("家", load("看这一户", href=f"/office/households/one?id={elder.household_id}", class_name="tap")),
    )
    children = rx.cond(
        elder.children.length() > 0,
        rx.el.ul(rx.foreach(elder.children, _child), class_name="group"),
        empty("还没写儿女", "在下面“改标签和儿女”里写。"),
    )
    agreements = rx.cond(
        elder.agreements.length() > 0,
        rx.el.ul(rx.foreach(elder.agreements, _agreement), class_name="group"),
        empty("还没有协议"),
    )
    sign = load("登记赡养协议", href=f"/office/agreements/new?person={elder.person_id}&kind=support",
                class_name="btn", data_testid="new-agreement")  # fmt: skip
    return rx.fragment(
        rx.el.div(rx.el.div(rx.el.h1(elder.name), rx.el.p(elder.age, "，", elder.place)), class_name="owner"),
        print_link(elder.household_id, elder.person_id),
        tags(rx.foreach(elder.tags, lambda text: tag(text)), band),
        group(pad(about)),
        label("走访看到的"), found_list(elder.found),
        contacts_section(),
        label("儿女"), children,
        label("协议"), agreements,
        rx.cond(may(Permission.REGISTERS_WRITE), sign, rx.fragment()),
        _acts(elder),
    )  # fmt: skip


def elder_page() -> rx.Component:
    """One elder: tier and why, what visits found, whom to call, children, agreements."""
    gone = ("名册里没有这位老人", "可能移出了，或者迁走了。")
    return one_page(HERE, "留守老人", ElderState.elder, ElderState.elder.name, _elder(), gone=gone)
