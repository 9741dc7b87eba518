"""低收入人口库 on the office face: homes by tier, one home on one page, who has not been seen, numbers for leaders."""

from typing import Any

import reflex as rx

from app.accounts.rules import Permission
from app.households.register_page import filters
from app.households.schemas import PersonView
from app.lowincome.schemas import BenefitLine, HomeRow, Line, TownCount, UnseenRow
from app.lowincome.service import ONLY
from app.lowincome.state import LowIncomeState, TownCountsState, UnseenState, WholeHomeState
from app.shell.list_page import listed, one_page
from app.shell.office_page import may, office_frame
from components.field import place_field, search_form
from components.group import group, label, pad
from components.link import load
from components.message import bones, empty
from components.office import card_table, crumbs, line_of, sheet_page
from components.registers import figure, marks, warning
from components.tag import tag, tags

HERE = "/office/lowincome"
UNSEEN = f"{HERE}/unseen"
COUNTS = f"{HERE}/counts"
COLUMNS = ("谁家", "在哪", "几口人", "哪一类", "为什么", "要盯着的", "最近走访")
UNSEEN_COLUMNS = ("谁家", "在哪", "多久了", "为什么要去", "谁能去看看")
COUNT_COLUMNS = ("乡镇", "低保、特困", "低保边缘", "支出困难", "防返贫监测", "快到线的", "很久没人去看")


def _sentences(rows: Any) -> rx.Component:
    return rx.el.div(rx.foreach(rows, lambda text: rx.el.p(text)))


def _row(one: rx.Var[HomeRow]) -> rx.Component:
    name = load(one.name, href=f"{HERE}/one?id={one.id}", data_testid="lowincome-item")
    return line_of(
        COLUMNS, name, one.place, rx.el.span(one.people, " 人"), tag(one.tier), _sentences(one.reasons),
        marks(one.watched, "—"), one.last_visit, key=one.id,
    )  # fmt: skip


def _ways(*entries: tuple[str, str, Permission]) -> rx.Component:
    return rx.el.div(
        *[
            rx.cond(may(right), load(words, href=href, class_name="btn"), rx.fragment())
            for words, href, right in entries
        ],
        class_name="tags",
    )  # fmt: skip


def lowincome_page() -> rx.Component:
    """Homes of the low-income population by tier and village."""
    state = LowIncomeState
    nobody = empty("这里没有这样的户", "换个条件找。哪一类由名册和待遇算出来，不用填。")
    body = rx.fragment(filters(state, "找户", ONLY), listed(state, "低收入人口", COLUMNS, _row, nobody=nobody))
    ways = _ways(("很久没人去看的", UNSEEN, Permission.REGISTERS), ("各乡镇多少户", COUNTS, Permission.OVERVIEW))
    return office_frame(HERE, sheet_page("低收入人口", ways, rx.cond(state.ready, body, bones(8))))


def _helpers(rows: Any) -> rx.Component:
    none = rx.el.span("还没有写谁，请镇里安排", class_name="soft-text")
    return rx.cond(rows.length() > 0, _sentences(rows), none)


def _unseen_row(one: rx.Var[UnseenRow]) -> rx.Component:
    name = load(one.name, href=f"{HERE}/one?id={one.id}", data_testid="unseen-item")
    return line_of(
        UNSEEN_COLUMNS, name, one.place, one.since, marks(one.why, "—"), _helpers(one.helpers), key=one.id
    )


def unseen_page() -> rx.Component:
    """Who has not been looked at for too long, and who can step in."""
    state = UnseenState
    body = rx.fragment(
        rx.el.p("困难家庭，", state.page.days, " 天里没有人上门，也没有打过电话。最要紧的在前面。请能去的人去看看。",
                class_name="soft-text"),
        search_form(place_field("村", state.choices, default_value=state.village), on_find=state.find),
        listed(
            state, "很久没人去看的户", UNSEEN_COLUMNS, _unseen_row, nobody=empty("都有人去看过", "过几天再来看。")
        ),
    )  # fmt: skip
    head = crumbs(("低收入人口", HERE), ("很久没人去看的", None))
    return office_frame(HERE, rx.el.div(head, rx.el.h1("很久没人去看的"), rx.cond(state.ready, body, bones(8)),
                                        class_name="sheet"))  # fmt: skip


def _count_row(row: rx.Var[TownCount]) -> rx.Component:
    return line_of(
        COUNT_COLUMNS, rx.el.b(row.name), row.support, row.edge, row.spending, row.watched, row.near, row.unseen,
        key=row.code,
    )  # fmt: skip


def counts_page() -> rx.Component:
    """Numbers of homes, township by township."""
    listing = card_table("低收入人口户数", COUNT_COLUMNS, rx.foreach(TownCountsState.rows, _count_row))
    found = rx.cond(
        TownCountsState.rows.length() > 0, listing, empty("还没有这样的户", "导入名册和各项台账以后再看。")
    )
    return office_frame(
        "/office/overview",
        sheet_page("低收入人口有多少户", rx.cond(TownCountsState.ready, found, bones(4)),
                   line="数的是户，看的是谁需要人，不看谁做了多少。"),
    )  # fmt: skip


def _line(one: rx.Var[Line]) -> rx.Component:
    title = rx.cond(one.href != "", load(one.title, href=one.href), rx.el.b(one.title))
    quiet = rx.cond(one.text != "", rx.el.span(one.text, class_name="soft-text"), rx.fragment())
    aside = rx.cond(
        one.alarm, tag(rx.cond(one.aside != "", one.aside, "急"), tone="alarm", icon="circle-alert"),
        rx.el.span(one.aside, class_name="v"),
    )  # fmt: skip
    return rx.el.li(rx.el.span(title, quiet, class_name="t"), aside, class_name="row answer")


def _lines(title: str, rows: Any, nothing: str) -> rx.Component:
    return rx.el.div(
        label(title),
        rx.cond(
            rows.length() > 0,
            rx.el.ul(rx.foreach(rows, _line), class_name="group"),
            group(pad(rx.el.p(nothing, class_name="soft-text"))),
        ),
        class_name="stack",
    )


def _person(one: rx.Var[PersonView]) -> rx.Component:
    known = rx.cond(one.tags.length() > 0, tags(rx.foreach(one.tags, lambda text: tag(text))), rx.fragment())
    locked = tags(tag("孩子的资料，在名册页打开", icon="lock"))
    return rx.el.li(
        rx.el.span(rx.el.b(one.name), rx.el.span(one.relation, " ", one.sex, " ", one.age, class_name="soft-text"),
                   rx.cond(one.closed, locked, known), class_name="t"),
        class_name="row answer", key=one.id,
    )  # fmt: skip


def _benefit(one: rx.Var[BenefitLine]) -> rx.Component:
    quiet = rx.el.span(one.amount, " ", one.since, " ", one.last_paid, class_name="soft-text")
    return rx.el.li(
        rx.el.span(rx.el.b(one.name, " ", one.programme), quiet, class_name="t"),
        rx.el.span(one.state, class_name="v"),
        class_name="row answer",
    )


def _benefits(rows: Any) -> rx.Component:
    return rx.el.div(
        label("在领什么"),
        rx.cond(
            rows.length() > 0,
            rx.el.ul(rx.foreach(rows, _benefit), class_name="group"),
            group(pad(rx.el.p("没有在领的。", class_name="soft-text"))),
        ),
        class_name="stack",
    )


def _tier(home: Any) -> rx.Component:
    return group(
        pad(
            figure(home.tier, "哪一类"),
            _sentences(home.reasons),
            rx.cond(home.unseen != "", warning(home.unseen), rx.fragment()),
            rx.cond(
                home.hidden,
                rx.el.p("有孩子的情况没有列出，打开孩子的资料才看得到。", class_name="soft-text"),
                rx.fragment(),
            ),
        )
    )


def lowincome_home_page() -> rx.Component:
    """One home on one page."""
    home = WholeHomeState.home
    watched = rx.cond(home.watched.length() > 0, _lines("要盯着的", home.watched, ""), rx.fragment())
    whole = rx.el.div(
        rx.el.div(
            _tier(home), watched,
            rx.el.div(label("家里人"), rx.el.ul(rx.foreach(home.people, _person), class_name="group"),
                      class_name="stack"),
            _benefits(home.benefits),
            _lines("在哪些名册", home.registers, "没有列入名册。"),
            class_name="stack",
        ),
        rx.el.div(
            _lines("没解决的困难", home.issues, "没有记下的困难。"),
            _lines("比对发现", home.findings, "没有要核实的。"),
            _lines("要办的", home.due, "没有到日子的事。"),
            _lines("帮扶责任人", home.officials, "没有结对。"),
            rx.el.div(label("谁能去看看"), group(pad(_helpers(home.helpers))), class_name="stack"),
            _lines("最近走访", home.visits, "还没有走访过。"),
            class_name="stack",
        ),
        class_name="twocol",
    )  # fmt: skip
    head = rx.el.div(
        rx.el.div(rx.el.h1(home.name), rx.el.p(home.place, "，户编号 ", home.code, "，最近 ", home.last_visit)),
        load("看这一户的名册", href=f"/office/households/one?id={home.id}", class_name="btn"),
        class_name="head",
    )
    gone = ("没有这一户", "可能转到别的村了。")
    return one_page(HERE, "低收入人口", home, home.name, head, whole, gone=gone)
