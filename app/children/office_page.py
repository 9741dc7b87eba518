"""儿童 on the office face: the register, one child behind a reason, the survey of left-behind women."""

from typing import Any

import reflex as rx

from app.accounts.rules import Permission
from app.children import rules
from app.children.case_page import case_rows
from app.children.office_service import ONLY
from app.children.schemas import ChildRow, DoubtView, PaperView, ParentView, WomanRow
from app.children.state import ChildrenState, ChildState, WomenState
from app.contacts.office_page import contacts_section
from app.households.register_page import folded, found_list, people_filters, reason_form, taking_in, visit_link
from app.households.rules import LOOK_REASONS
from app.shell.list_page import listed, one_page
from app.shell.office_page import may, office_frame
from components.button import button
from components.choices import choice, choices, question
from components.field import text_area, text_field
from components.group import group, label, pad
from components.link import load
from components.message import bones, empty
from components.office import crumbs, facts, fields, line_of, select_field, sheet_page
from components.registers import print_link
from components.tag import state, tag, tags

HERE = "/office/children"
COLUMNS = ("姓名", "在哪", "哪一类", "风险", "最近看过", "该哪天看")
WOMAN_COLUMNS = ("姓名", "在哪", "哪天问的", "丈夫", "照顾谁", "难处", "想要什么")


def _row(row: rx.Var[ChildRow]) -> rx.Component:
    name = load(row.name, href=f"{HERE}/one?id={row.id}", data_testid="child-item")
    due = rx.cond(row.overdue, state(row.due, icon="clock", tone="due"), rx.cond(row.due != "", row.due, "没有定"))
    return line_of(
        COLUMNS,
        rx.fragment(name, rx.el.span(row.age, class_name="soft-text")),
        rx.el.span(row.place, " ", row.group),
        tags(rx.foreach(row.kinds, lambda text: tag(text))),
        rx.cond(row.risk != "", tag(row.risk, tone=row.tone), "没定"),
        rx.cond(row.last_visit != "", row.last_visit, "还没看过"),
        due,
        key=row.id,
    )


def _kinds(chosen: Any = None) -> rx.Component:
    boxes = [
        choice(words, many=True, name=code, value="on",
               default_checked=(code == "child_left_behind") if chosen is None else chosen.contains(code))
        for code, words in rules.KINDS.items()
    ]  # fmt: skip
    return question("是哪一类", choices(*boxes, shape="left"))


def children_page() -> rx.Component:
    """The register of an area; what is known of each child is behind a reason."""
    form = reason_form(ChildrenState.add, "登进名册", _kinds(), ask="为什么登进来", test="child-add")
    take_in = taking_in(
        on_search=ChildrenState.look_for, found=ChildrenState.found, on_pick=ChildrenState.pick,
        chosen=ChildrenState.chosen.name, form=form, test="child-add",
    )  # fmt: skip
    looking = (ChildrenState.text != "") | (ChildrenState.only != "") | (ChildrenState.village != "")
    nobody = rx.cond(looking, empty("没有这样的孩子", "换个写法，或者选“全部”看看。"),
                     empty("名册里还没有孩子", "从名册导入里放入儿童台账，或者在上面登进一个。"))  # fmt: skip
    writing = rx.cond(may(Permission.REGISTERS_WRITE), folded("登进一个孩子", take_in, test="child-add"), rx.fragment())
    danger = load("有危险的孩子", href=f"{HERE}/cases", class_name="btn")
    more = rx.el.div(
        rx.cond(may(Permission.CHILD_CASES), danger, rx.fragment()),
        load("留守妇女摸底", href=f"{HERE}/women", class_name="btn"),
        class_name="tags",
    )
    found = listed(ChildrenState, "儿童", COLUMNS, _row, nobody=nobody)
    body = rx.cond(ChildrenState.ready, rx.fragment(writing, found), bones(8))
    head = people_filters(ChildrenState, ONLY, test="child")
    return office_frame(HERE, sheet_page("儿童", more, head, body, line="点开一个孩子要说为什么，会记一笔。"))


def _closed(child: Any) -> rx.Component:
    usual = [button(words, on_click=ChildState.look(code), data_testid=f"why-{code}")
             for code, words in LOOK_REASONS.items()]  # fmt: skip
    own = rx.el.form(
        text_field("别的原因", name="reason", min_length=2, max_length=200, required=True, data_testid="why-own"),
        button("打开", kind="soft", type="submit", icon="lock"),
        on_submit=ChildState.say,
        class_name="stack",
    )
    return group(pad(
        rx.el.h2("为什么要看"),
        rx.el.p("选一个就打开。谁、什么时候、为什么看，都会记下，这户的页面上看得到。"),
        rx.el.div(*usual, class_name="tags"),
        own,
    ))  # fmt: skip


def _doubt(one: rx.Var[DoubtView]) -> rx.Component:
    return rx.cond(one.grave, state(one.words, icon="triangle-alert", tone="alarm"),
                   state(one.words, icon="circle-help", tone="due"))  # fmt: skip


def _parent(one: rx.Var[ParentView]) -> rx.Component:
    since = rx.cond(one.since != "", rx.el.span("从 ", one.since, " 起"), rx.fragment())
    back = rx.cond(one.back_on != "", rx.el.span(one.back_on, " 又联系上了", class_name="why"), rx.fragment())
    return rx.el.li(
        rx.el.span(rx.el.b(one.who, " ", one.name), since, back, class_name="t"),
        rx.el.span(rx.cond(one.state != "", one.state, "没写"), class_name="v"),
        class_name="row answer",
    )


def _paper(one: rx.Var[PaperView]) -> rx.Component:
    return rx.el.li(
        rx.el.span(load(rx.el.b(one.kind), href=f"/office/agreements/one?id={one.id}"), rx.el.span(one.carer),
                   class_name="t"),
        rx.el.span(one.state, class_name="v"),
        class_name="row answer",
    )  # fmt: skip


def _form(child: Any) -> rx.Component:
    def parent(who: str, word: str, at: int) -> rx.Component:
        known = child.parents[at]
        states = [(text, text or "没写") for text in rules.PARENT_STATES]
        return group(pad(rx.el.h3(word), fields(
            text_field("姓名", name=f"{who}_name", max_length=64, default_value=known.name),
            select_field("现在怎么样", *states, name=f"{who}_state", default_value=known.state),
            text_field("从哪天起", name=f"{who}_since", type="date", default_value=known.since),
            text_field("又联系上", name=f"{who}_back_on", type="date", default_value=known.back_on),
        )))  # fmt: skip

    risks = (("", "没定"), *rules.RISKS.items())
    return rx.el.form(
        _kinds(child.kind_codes),
        fields(
            select_field("风险", *risks, name="risk", default_value=child.risk_code),
            select_field("基本生活补贴", ("", "没有"), *rules.SUPPORT.items(), name="support",
                         default_value=child.support_code),
            text_field("学校和年级", name="school_written", max_length=64, default_value=child.school),
            text_field("哪天告诉学校", name="school_told_on", type="date", default_value=child.school_told),
            text_field("哪天告诉村委会", name="village_told_on", type="date", default_value=child.village_told),
            text_field("父母最近联系", name="parent_contact_on", type="date", default_value=child.contact_on),
        ),
        text_area("孩子自己怎么想", name="wish", max_length=500, default_value=child.wish, rows="2"),
        parent("father", "父亲", 0),
        parent("mother", "母亲", 1),
        button("存", kind="soft", type="submit", data_testid="child-change-send"),
        on_submit=ChildState.change,
        class_name="stack",
    )  # fmt: skip


def _known(child: Any) -> rx.Component:
    carer = rx.cond(child.carer != "", rx.fragment(child.carer, "，", visit_link(child.carer_visit, child.carer_on)),
                    "走访还没有问到")  # fmt: skip
    doubts = rx.cond(
        child.doubts.length() > 0,
        rx.el.div(rx.foreach(child.doubts, _doubt)),
        state("没有发现不对的地方", icon="check", tone="done"),
    )
    due = rx.cond(child.overdue, state(child.due, icon="clock", tone="due"), child.due)

    def said(text: Any) -> rx.Component:
        return rx.cond(text != "", text, "没写")

    about = facts(
        ("风险", rx.cond(child.risk != "", tag(child.risk, tone=child.tone), "没定")),
        ("补贴", said(child.support)), ("学校", said(child.school)), ("告诉了学校", said(child.school_told)),
        ("告诉了村委会", said(child.village_told)), ("父母最近联系", said(child.contact_on)),
        ("孩子自己说", said(child.wish)), ("最近看过", visit_link(child.visit_id, child.last_visit)),
        ("该哪天看", due),
        ("家", load("看这一户", href=f"/office/households/one?id={child.household_id}", class_name="tap")),
    )  # fmt: skip
    papers = rx.cond(child.papers.length() > 0, rx.el.ul(rx.foreach(child.papers, _paper), class_name="group"),
                     empty("还没有委托监护责任确认书"))  # fmt: skip
    acts = rx.cond(
        may(Permission.REGISTERS_WRITE),
        rx.el.div(
            load("登记委托监护确认书", href=f"/office/agreements/new?person={child.person_id}&kind=guardianship",
                 class_name="btn"),
            folded("改资料", _form(child), test="child-change"),
            folded("移出名册", reason_form(ChildState.end, "移出", test="child-end")),
            class_name="acts",
        ),
        rx.fragment(),
    )  # fmt: skip
    danger = rx.cond(
        may(Permission.CHILD_CASES),
        rx.el.div(load("有危险，写报告", href=f"{HERE}/report?person={child.person_id}", class_name="btn danger"),
                  class_name="tags"),
        rx.fragment(),
    )  # fmt: skip
    return rx.fragment(
        tags(rx.foreach(child.tags, lambda text: tag(text))),
        label("今天谁在照看"),
        group(pad(rx.el.p(rx.el.b(carer)), doubts)),
        group(pad(about)),
        label("父母"), rx.el.ul(rx.foreach(child.parents, _parent), class_name="group"),
        label("委托照护"), papers,
        label("走访看到的"), found_list(child.found),
        contacts_section("写上爸妈和照看的人。", of_elder=False),
        rx.cond(child.cases.length() > 0, rx.fragment(label("有危险的记录"), case_rows(child.cases)), rx.fragment()),
        danger, acts,
    )  # fmt: skip


def child_page() -> rx.Component:
    """One child: behind a reason; then who guards it in fact, and what is wrong about that."""
    child = ChildState.child
    return one_page(
        HERE, "儿童", child, child.name,
        rx.el.div(rx.el.div(rx.el.h1(child.name), rx.el.p(child.age, "，", child.place)), class_name="owner"),
        print_link(child.household_id, child.person_id),
        rx.cond(child.closed, _closed(child), _known(child)),
        gone=("名册里没有这个孩子", "可能移出了，或者迁走了。"),
    )  # fmt: skip


def _woman(row: rx.Var[WomanRow]) -> rx.Component:
    def said(text: Any) -> rx.Component:
        return rx.cond(text != "", text, "没写")

    return line_of(WOMAN_COLUMNS, rx.el.span(rx.el.b(row.name), " ", row.age), row.place, row.on, said(row.husband),
                   said(row.cares), said(row.difficulties), said(row.needs), key=row.id)  # fmt: skip


def women_page() -> rx.Component:
    """留守妇女摸底: who was asked, and one more."""
    boxes = [choice(words, many=True, name=code, value="on") for code, words in rules.WOMAN_DIFFICULTIES.items()]
    form = rx.el.form(
        fields(*[text_field(words, name=name, max_length=200) for name, words in rules.WOMAN_FIELDS.items()]),
        question("有什么难处", choices(*boxes, shape="left")),
        button("存", kind="soft", type="submit", data_testid="woman-save"),
        on_submit=WomenState.save,
        class_name="stack",
    )
    one_more = taking_in(
        on_search=WomenState.look_for, found=WomenState.found, on_pick=WomenState.pick,
        chosen=WomenState.chosen.name, form=form, test="woman",
    )  # fmt: skip
    nobody = empty("还没有问过谁", "在上面记一份。")
    found = listed(WomenState, "留守妇女摸底", WOMAN_COLUMNS, _woman, nobody=nobody)
    writing = rx.cond(may(Permission.REGISTERS_WRITE), folded("记一份", one_more, test="woman-add"), rx.fragment())
    body = rx.cond(WomenState.ready, rx.fragment(writing, found), bones(6))
    return office_frame(HERE, rx.el.div(crumbs(("儿童", HERE), ("留守妇女摸底", None)), rx.el.h1("留守妇女摸底"), body,
                                        class_name="sheet"))  # fmt: skip
