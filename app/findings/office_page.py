"""疑点 on the office face: what comparisons found, one of them, the rules, who needs looking at."""

from typing import Any

import reflex as rx

from app.accounts.rules import Permission
from app.findings.office_schemas import (
    ApplicationRow,
    Count,
    CoverageRow,
    EventView,
    FindingCounts,
    FindingRow,
    HomesRate,
    MonthRow,
    RuleView,
    ValueView,
)
from app.findings.state import (
    HOW_CHOICES,
    PROGRAMME_CHOICES,
    RULE_CHOICES,
    ApplicationsState,
    FindingsOverviewState,
    FindingsState,
    FindingState,
    RulesState,
)
from app.papers.schemas import FilledPart
from app.shell.list_page import listed
from app.shell.office_page import may, office_frame
from components.button import button
from components.choices import choice, choices, question
from components.field import place_field, search_form, switch, text_field
from components.group import group, label, pad
from components.icons import icon
from components.link import load
from components.message import bones, empty, note
from components.office import card_table, crumbs, facts, line_of, select_field, sheet_page
from components.registers import print_link
from components.tag import tag

HERE = "/office/findings"
COLUMNS = ("谁", "看起来", "在哪", "最晚", "办到哪了")
WRITE = Permission.REGISTERS_WRITE


def _due(tone: Any, words: Any) -> rx.Component:
    sign = rx.match(tone, ("alarm", icon("circle-alert", small=True)), ("due", icon("clock", small=True)),
                    icon("calendar", small=True))  # fmt: skip
    return rx.cond(words != "", rx.el.span(sign, words, class_name=f"tag {tone}"), "—")


def _row(one: rx.Var[FindingRow]) -> rx.Component:
    box = rx.el.label(
        rx.el.input(type="checkbox", name=f"pick_{one.id}", form="several"),
        rx.el.span("选", one.who, class_name="vh"),
        class_name="pickbox",
    )
    who = rx.el.span(
        rx.cond(FindingsState.picking, box, rx.fragment()),
        load(one.who, href=f"{HERE}/one?id={one.id}", data_testid="finding-item"),
    )
    seen = rx.el.span(rx.el.b(one.rule), rx.el.br(), rx.el.span(one.facts, class_name="soft-text"))
    return line_of(COLUMNS, who, seen, one.place, _due(one.tone, one.due), one.state, key=one.id)


def _filters() -> rx.Component:
    S = FindingsState
    return search_form(
        place_field("在哪", S.choices, default_value=S.village, key=S.village),
        select_field("哪个项目", ("", "全部"), *PROGRAMME_CHOICES, name="programme", default_value=S.programme,
                     key=S.programme),
        select_field("哪种情况", ("", "全部"), *RULE_CHOICES, name="rule", default_value=S.rule, key=S.rule),
        select_field("办到哪了", ("open", "没办完"), ("closed", "办完了"), name="state", default_value=S.shown,
                     key=S.shown),
        on_find=S.find,
    )  # fmt: skip


def _count(one: rx.Var[Count]) -> rx.Component:
    here = FindingsState.severity == one.code
    return rx.el.button(
        rx.cond(here, icon("check", small=True), rx.fragment()), one.label, " ", rx.el.b(one.number),
        type="button", class_name=rx.cond(here, "btn soft", "btn light"), key=one.code,
        on_click=FindingsState.narrow(one.code), custom_attrs={"aria-pressed": rx.cond(here, "true", "false")},
    )  # fmt: skip


def _how() -> rx.Component:
    options = [choice(words, name="how", value=code, required=True) for code, words in HOW_CHOICES]
    return question("核实下来", choices(*options, shape="left"))


def _decision(on_submit: Any, words: str, **props: Any) -> rx.Component:
    return rx.el.form(
        _how(),
        text_field("怎么办的，或为什么没问题", name="reason", required=True, max_length=400),
        text_field("依据", aside="（看了什么，问了谁；核实无误要写）", name="evidence", max_length=200),
        button(words, type="submit", kind="main"),
        on_submit=on_submit, class_name="stack", **props,
    )  # fmt: skip


def _several() -> rx.Component:
    start = button("几条一起办", on_click=FindingsState.pick, kind="light")
    form = group(pad(_decision(FindingsState.settle_many, "勾上的都这样办", id="several")))
    both = rx.fragment(start, rx.cond(FindingsState.picking, form, rx.fragment()))
    return rx.cond(may(WRITE) & (FindingsState.shown == "open"), both, rx.fragment())


def findings_page() -> rx.Component:
    """What has to be looked at, the gravest first."""
    S = FindingsState
    nothing = empty("这里没有要核实的", "换个条件找。每天夜里和每次导入以后都会重新比对。")
    body = rx.fragment(
        rx.el.div(rx.foreach(S.page.counts, _count), class_name="tags"),
        _filters(),
        listed(S, "疑点", COLUMNS, _row, _several(), nobody=nothing),
    )
    whole = load("看全县", href=f"{HERE}/overview", class_name="btn light")
    actions = [
        rx.cond(may(Permission.OVERVIEW), whole, rx.fragment()),
        load("开始的申请", href=f"{HERE}/applications", class_name="btn light"),
    ]
    waiting = rx.cond(S.problem != "", rx.fragment(), bones(8))
    page = sheet_page("这些要核实一下", rx.cond(S.ready, body, waiting), actions=actions)
    return office_frame(HERE, page)


def _event(one: rx.Var[EventView]) -> rx.Component:
    text = rx.cond(one.text != "", rx.el.span(one.text), rx.fragment())
    return rx.el.li(
        rx.el.span(rx.el.b(one.what), rx.el.span(one.on, "，", one.who), text, class_name="t"),
        class_name="row", key=one.id,
    )  # fmt: skip


def _part(one: rx.Var[FilledPart]) -> rx.Component:
    rows = rx.foreach(one.rows, lambda row: rx.fragment(rx.el.dt(row.label), rx.el.dd(row.value)))
    return rx.fragment(label(one.title), group(pad(rx.el.dl(rows, class_name="facts"))))


def _filled(form: Any, household_id: Any) -> rx.Component:
    """What stands in the form already, what the register lacks, what somebody has to ask."""
    lacking = rx.cond(form.lacking != "", form.lacking, "名册里有的都齐了")
    asked = rx.cond(form.asked != "", form.asked, "没有别的")
    open_first = rx.el.p(
        icon("lock", small=True), "孩子的资料，先在这一户的页上点“打开资料”，再回来看填好的。 ",
        load("看这一户", href=f"/office/households/one?id={household_id}"), class_name="state",
    )  # fmt: skip
    words = rx.fragment(
        rx.foreach(form.parts, _part), label("还要补的"),
        group(pad(facts(("还缺", lacking), ("要上门问的", asked)))),
    )
    return rx.cond(form.closed, open_first, rx.cond(form.parts.length() > 0, words, rx.fragment()))


def _apply(one: Any) -> rx.Component:
    button_here = group(pad(
        rx.el.p("这像是漏了待遇。开始申请，名册里知道的都会填好。"),
        button("开始申请", on_click=FindingState.apply, kind="soft"), class_name="stack",
    ))  # fmt: skip
    begun = rx.fragment(
        note(one.applied, title="申请：", icon="check"), _filled(one.filled, one.household_id),
        print_link(one.household_id),
    )  # fmt: skip
    return rx.fragment(
        rx.cond(one.may_apply & may(WRITE), button_here, rx.fragment()),
        rx.cond(one.applied != "", begun, rx.fragment()),
    )


def finding_page() -> rx.Component:
    """One finding: in words, what to do, decide, what happened."""
    one = FindingState.one
    words = group(pad(
        rx.el.h2(one.name), rx.el.p(one.what),
        rx.el.ul(rx.foreach(one.facts, lambda text: rx.el.li(text)), class_name="plainlist"),
        facts(("为什么要看", one.why), ("怎么办", one.todo), ("依据", one.basis), ("发现", one.found),
              ("最晚", _due(one.tone, one.due)), ("办到哪了", one.state)),
        class_name="stack",
    ))  # fmt: skip
    closed = rx.cond(one.closed != "", note(one.closed, icon="check"), rx.fragment())
    decide = rx.cond(one.open & may(WRITE), group(pad(_decision(FindingState.settle, "记下结论"))), rx.fragment())
    again = rx.cond(one.times > 1, note("第 ", one.times, " 次出现。", icon="clock"), rx.fragment())
    home = rx.cond(
        one.household_id != "",
        load("看这一户", href=f"/office/households/one?id={one.household_id}", class_name="btn light"),
        rx.fragment(),
    )
    shown = rx.fragment(
        crumbs(("疑点", HERE), (one.who, None)),
        rx.el.div(rx.el.div(rx.el.h1(one.who), rx.el.p(one.place)), home, class_name="head"),
        words, again, closed, _apply(one), decide,
        label("经过"), rx.el.ul(rx.foreach(one.events, _event), class_name="group"),
    )  # fmt: skip
    return office_frame(HERE, rx.el.div(rx.cond(FindingState.one, shown, bones(6)), class_name="sheet"))


def _value(one: rx.Var[ValueView]) -> rx.Component:
    return rx.el.li(
        rx.el.span(rx.el.b(one.label), rx.el.span(one.since, " 起，", one.source), class_name="t"),
        rx.el.span(one.value, class_name="v"), class_name="row answer", key=one.key,
    )  # fmt: skip


def _rule(one: rx.Var[RuleView]) -> rx.Component:
    head = rx.el.summary(
        rx.el.span(
            rx.el.b(one.name),
            rx.el.span(one.programme, "，没办完 ", one.open, " 条，", one.rate),
            class_name="t",
        ),
        rx.cond(one.on, rx.fragment(), tag("停用")),
        icon("chevron-down"), class_name="row",
    )  # fmt: skip
    words = rx.el.div(
        facts(("找什么", one.what), ("为什么", one.why), ("怎么办", one.todo), ("依据", one.basis),
              ("轻重", tag(one.severity, tone=one.tone)),
              ("办完的", rx.el.span(one.settled, " 条，其中误报 ", one.false_alarms, " 条"))),
        rx.el.div(rx.el.span("用这条规则"), switch(
            "用这条规则", checked=one.on, on_change=lambda on: RulesState.switch(one.code, on)), class_name="tags"),
        rx.cond(one.params.length() > 0, rx.el.ul(rx.foreach(one.params, _value), class_name="lines"), rx.fragment()),
        class_name="pad stack",
    )  # fmt: skip
    return rx.el.li(rx.el.details(head, words), key=one.code)


def rules_page() -> rx.Component:
    """Every rule: on or off, its values with their days, how often it was a false alarm."""
    body = rx.el.ul(rx.foreach(RulesState.rows, _rule), class_name="group")
    line = "数值在设置里改，改了从哪天起算都留着。误报多的规则，先改数值，再停用。"
    waiting = rx.cond(RulesState.problem != "", rx.fragment(), bones(8))
    page = sheet_page("比对规则", rx.cond(RulesState.ready, body, waiting), line=line)
    return office_frame("/office/findings/rules", page)


def _counted(columns: tuple[str, ...], one: rx.Var[FindingCounts], name: Any) -> rx.Component:
    return line_of(columns, name, one.red, one.orange, one.yellow, key=one.code)


def _place(one: rx.Var[FindingCounts]) -> rx.Component:
    """A township leads to its villages, a village to its list; who reads no registers gets numbers."""
    named = rx.cond(may(Permission.REGISTERS), load(one.name, href=f"{HERE}?village={one.code}"), rx.el.b(one.name))
    town = load(one.name, href=f"{HERE}/overview?area={one.code}")
    return _counted(PLACES, one, rx.cond(one.code.length() == 9, town, named))


def _programme(one: rx.Var[FindingCounts]) -> rx.Component:
    href = f"{HERE}?programme={one.code}&village={FindingsOverviewState.all.area}"
    return _counted(BY_PROGRAMME, one, rx.cond(may(Permission.REGISTERS), load(one.name, href=href), rx.el.b(one.name)))


def _coverage(one: rx.Var[CoverageRow]) -> rx.Component:
    return line_of(COVERAGE, rx.el.b(one.name), one.held, one.lacking, one.share, key=one.code)


def _rate(one: rx.Var[HomesRate]) -> rx.Component:
    move = rx.cond(one.must_move > 0, tag(one.must_move, tone="due", icon="triangle-alert"), rx.el.span("够了"))
    return line_of(RATES, one.place, one.weak, one.in_homes, one.percent, move, key=one.code)


def _month(one: rx.Var[MonthRow]) -> rx.Component:
    return line_of(MONTHS, one.month, one.found, one.settled, one.left, key=one.month)


PLACES = ("在哪", "最急", "较急", "一般")
BY_PROGRAMME = ("哪个项目", "最急", "较急", "一般")
COVERAGE = ("项目", "在享受", "像是漏了", "覆盖")
RATES = ("在哪", "失能、半失能", "集中供养", "占", "还要集中")
MONTHS = ("月份", "发现", "办完", "月底没办完")


def findings_overview_page() -> rx.Component:
    """Citizens at risk by place, coverage by programme, 集中供养, month over month."""
    found = FindingsOverviewState.all
    county = rx.fragment(
        label("各项保障"), card_table("各项保障", COVERAGE, rx.foreach(found.coverage, _coverage)),
        label("失能半失能集中供养"), card_table("集中供养", RATES, rx.foreach(found.rates, _rate)),
    )
    body = rx.fragment(
        label("谁需要人去看"), card_table("各地方", PLACES, rx.foreach(found.places, _place)),
        label("是哪些事"), card_table("各项目", BY_PROGRAMME, rx.foreach(found.programmes, _programme)),
        rx.cond(found.area == "", county, rx.fragment()),
        label("一月一月看"), card_table("各月", MONTHS, rx.foreach(found.months, _month)),
    )
    compared = rx.el.span("比对到 ", found.last, "。看的是谁需要人，不看谁做了多少。")
    line = rx.cond(found.last != "", compared, "还没有比对过。")
    back = rx.cond(found.area != "", load("回全县", href=f"{HERE}/overview", class_name="btn light"), rx.fragment())
    title = rx.cond(found.where != "", rx.el.span(found.where, "的疑点"), "疑点概况")
    page = sheet_page(title, rx.cond(FindingsOverviewState.ready, body, bones(8)), line=line, actions=[back])
    return office_frame("/office/findings/overview", page)


def _application(one: rx.Var[ApplicationRow]) -> rx.Component:
    who = load(one.who, href=f"{HERE}/one?id={one.finding_id}")
    return line_of(BEGUN, who, one.programme, one.place, one.on, one.by, key=one.id)


BEGUN = ("谁", "申请什么", "在哪", "哪天开始", "谁开始的")


def applications_page() -> rx.Component:
    """Applications begun out of gaps, with what is known."""
    listing = card_table("开始的申请", BEGUN, rx.foreach(ApplicationsState.rows, _application))
    nothing = empty("还没有开始的申请", "在一条漏了待遇的疑点里点开始申请。")
    found = rx.cond(ApplicationsState.rows.length() > 0, listing, nothing)
    return office_frame(HERE, sheet_page("开始的申请", rx.cond(ApplicationsState.ready, found, bones(6))))
