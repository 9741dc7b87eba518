"""结对 on the office face: homes and who is responsible, one home with its plan, the officials."""

from typing import Any

import reflex as rx

from app.accounts.rules import Permission
from app.hardship.page import told_group
from app.households.register_page import filters
from app.pairing import rules
from app.pairing.office_service import ONLY
from app.pairing.schemas import ContactView, HelperView, ItemView, MeasureView, OfficialRow, PairingRow, TermView
from app.pairing.state import HERE, OfficialsState, PairedHomeState, PairingState
from app.shell.list_page import listed, one_page
from app.shell.office_page import may, office_frame
from components.button import button
from components.choices import choice, choices, question
from components.field import field, search_field, search_form, text_area, text_field
from components.group import fold, group, label, pad
from components.link import load
from components.message import bones, empty, note
from components.office import crumbs, facts, fields, line_of, select_field, sheet_page
from components.registers import home_link, marks, print_link, warning
from components.tag import tag

COLUMNS = ("户主", "在哪", "户属性", "责任人", "最近走访", "要办的")
OFFICIAL_COLUMNS = ("姓名", "单位", "电话", "账号", "结对几户", "要办的")
PAIRINGS, PLANS = Permission.PAIRINGS, Permission.PLANS
P = PairedHomeState


def _row(one: rx.Var[PairingRow]) -> rx.Component:
    name = load(one.name, href=f"{HERE}/one?id={one.id}", data_testid="pairing-item")
    official = rx.cond(one.official != "", one.official, "没有")
    last = rx.cond(one.last_visit != "", one.last_visit, "还没去过")
    return line_of(COLUMNS, name, one.place, one.attribute, official, last, marks(one.flags, "—"), key=one.id)


def pairing_page() -> rx.Component:
    """The homes that somebody is or should be responsible for."""
    nobody = empty("这里没有户", "换个条件找，或从名册导入里放入结对帮扶名册。")
    body = rx.fragment(
        filters(PairingState, "找一户", ONLY), listed(PairingState, "结对帮扶", COLUMNS, _row, nobody=nobody)
    )
    officials = rx.cond(may(PAIRINGS), load("责任人名单", href=f"{HERE}/officials", class_name="btn"))
    return office_frame(
        HERE, sheet_page("结对帮扶", rx.cond(PairingState.ready, body, bones(8)), actions=[officials])
    )


def _term(one: rx.Var[TermView]) -> rx.Component:
    stop = fold(
        "结束",
        rx.el.form(
            rx.el.input(type="hidden", name="id", value=one.id),
            text_field("最后一天", name="on", type="date", required=True),
            button("结束结对", type="submit", kind="soft"),
            on_submit=P.end, class_name="stack",
        ),
        kind="plain",
    )  # fmt: skip
    return rx.el.li(
        rx.el.span(
            rx.el.b(one.name, " ", rx.cond(one.now, tag("现在", tone="done"), rx.fragment())),
            rx.el.span(one.unit, " ", one.phone), rx.el.span(one.days), class_name="t",
        ),
        rx.cond(one.now & may(PAIRINGS), stop, rx.fragment()),
        class_name="row", key=one.id,
    )  # fmt: skip


def _helper(one: rx.Var[HelperView]) -> rx.Component:
    return rx.el.li(rx.el.b(one.name), " ", one.unit, "，", one.why, key=one.id)


def _responsible(home: Any) -> rx.Component:
    gap = rx.cond(
        home.gap != "",
        note(
            home.gap,
            rx.cond(
                home.helpers.length() > 0,
                rx.el.span("谁来补位：", rx.el.ul(rx.foreach(home.helpers, _helper))),
                rx.fragment(),
            ),
            tone="due",
        ),
        rx.fragment(),
    )
    form = rx.el.form(
        fields(
            field(
                rx.cond(home.gap != "", "谁来帮这户", "换成谁"),
                rx.el.select(
                    rx.el.option("选一位", value=""),
                    rx.foreach(P.officials, lambda one: rx.el.option(one.label, value=one.value)),
                    name="official", required=True,
                ),
            ),
            text_field("从哪天起", name="on", type="date", required=True),
        ),
        button("存好", type="submit", kind="soft"),
        on_submit=P.pair, reset_on_submit=True, class_name="stack",
    )  # fmt: skip
    return group(
        rx.cond(home.gap != "", pad(gap), rx.fragment()),
        rx.el.ul(rx.foreach(home.terms, _term)),
        rx.cond(may(PAIRINGS), pad(form), rx.fragment()),
    )


def _plan(home: Any) -> rx.Component:
    boxes = [
        choice(cause, many=True, name=f"cause_{cause}", value="on", default_checked=home.causes.contains(cause))
        for cause in rules.CAUSES
    ]
    form = fold(
        rx.cond(home.plan, "改方案", "写今年的方案"),
        rx.el.form(
            question("致贫或风险原因", choices(*boxes, shape="two")),
            text_field("全年收入目标", aside="全家，元", name="aim", default_value=home.aim, max_length=14),
            text_area("怎么帮", name="text", default_value=home.text, max_length=2000, rows="4"),
            button("存好", type="submit", kind="soft"),
            on_submit=P.save_plan, class_name="stack",
        ),
    )  # fmt: skip
    shown = facts(
        ("原因", rx.cond(home.causes.length() > 0, home.causes.join("、"), "没写")),
        ("收入目标", rx.cond(home.aim != "", home.aim, "没写")),
        ("怎么帮", rx.cond(home.text != "", home.text, "没写")),
    )
    return group(
        pad(
            rx.cond(home.plan, shown, rx.fragment()),
            rx.foreach(home.problems, lambda text: warning(text)),
            rx.cond(may(PLANS), form, rx.fragment()),
        )
    )


def _measure(one: rx.Var[MeasureView]) -> rx.Component:
    form = fold(
        "记进度",
        rx.el.form(
            rx.el.input(type="hidden", name="id", value=one.id),
            rx.el.input(type="hidden", name="version", value=one.version),
            select_field("做到哪了", *rules.PROGRESS.items(), name="progress", default_value=one.code),
            text_field("成效", name="effect", default_value=one.effect, max_length=500),
            button("存好", type="submit", kind="soft"),
            on_submit=P.move_on, class_name="stack",
        ),
        kind="plain",
    )  # fmt: skip
    due = rx.cond(one.due != "", rx.cond(one.late, warning(rx.el.span(one.due, "到期了")), rx.el.span(one.due, "前")))
    return rx.el.li(
        rx.el.span(
            rx.el.b(one.who, "，", one.kind, " ", tag(one.progress)), rx.el.span(one.text),
            rx.cond(one.effect != "", rx.el.span("成效：", one.effect), rx.fragment()),
            rx.el.span(one.owner, " ", due), class_name="t",
        ),
        rx.cond(may(PLANS), form, rx.fragment()),
        class_name="row", key=one.id,
    )  # fmt: skip


def _measures(home: Any) -> rx.Component:
    form = fold(
        "加一条措施",
        rx.el.form(
            fields(
                field(
                    "给谁",
                    rx.el.select(
                        rx.el.option("全家", value=""),
                        rx.foreach(home.people, lambda one: rx.el.option(one.name, value=one.id)), name="person_id",
                    ),
                ),
                select_field("哪一类", *rules.KINDS.items(), name="kind"),
                text_field("谁负责", name="owner", max_length=64),
                text_field("哪天前", name="due_on", type="date"),
            ),
            text_area("做什么", name="text", required=True, min_length=2, max_length=500),
            button("记下", type="submit", kind="soft"),
            on_submit=P.add_measure, reset_on_submit=True, class_name="stack",
        ),
    )  # fmt: skip
    return group(
        rx.cond(
            home.measures.length() > 0,
            rx.el.ul(rx.foreach(home.measures, _measure)),
            pad(rx.el.p("还没有措施。", class_name="soft-text")),
        ),
        rx.cond(may(PLANS), pad(form), rx.fragment()),
    )


def _item(one: rx.Var[ItemView]) -> rx.Component:
    when = rx.cond(one.on != "", rx.el.span(one.on, " ", one.who), rx.fragment())
    return rx.el.li(
        rx.el.span(rx.el.b(one.words), when, class_name="t"), tag(one.state, tone=one.tone), class_name="row answer",
        key=one.code,
    )  # fmt: skip


def _nots(home: Any) -> rx.Component:
    asked = [
        question(
            words,
            choices(
                choice("做到了", name=field_name, value="yes"),
                choice("没做到", name=field_name, value="no", tone="bad"),
                shape="two",
            ),
        )
        for field_name, words in rules.NOTS.items()
    ]
    form = fold(
        "记四个不摘",
        rx.el.form(
            *asked, button("存好", type="submit", kind="soft"), on_submit=P.say_not, reset_on_submit=True,
            class_name="stack",
        ),
    )  # fmt: skip
    return group(rx.el.ul(rx.foreach(home.nots, _item)), rx.cond(may(PLANS), pad(form), rx.fragment()))


def _contact(one: rx.Var[ContactView]) -> rx.Component:
    far = rx.cond(one.remote, tag("不见面"), rx.fragment())
    visit = load(one.on, href=f"/office/visits/one?id={one.id}", class_name="tap")
    return rx.el.li(
        rx.el.span(visit, rx.el.span(one.who), class_name="t"),
        rx.el.span(one.mode, " ", far, class_name="v"),
        class_name="row answer", key=one.id,
    )  # fmt: skip


def _log(home: Any) -> rx.Component:
    due = rx.cond(home.late, warning(rx.el.span("该走访了，", home.due)), rx.el.p("下次：", home.due, "前"))
    return group(
        pad(due),
        rx.cond(
            home.log.length() > 0,
            rx.el.ul(rx.foreach(home.log, _contact)),
            pad(rx.el.p("还没有走访和联系。", class_name="soft-text")),
        ),
    )


def paired_home_page() -> rx.Component:
    """One home: who is responsible, its plan, measures, the log, the six items and the four statements."""
    home = P.home
    return one_page(
        HERE, "结对帮扶", home, home.name,
        rx.el.div(
            rx.el.div(rx.el.h1(home.name), rx.el.p(home.place, " ", home.attribute)),
            print_link(home.id),
            home_link(home.id),
            class_name="head",
        ),
        rx.el.div(
            rx.el.div(
                label("责任人"), _responsible(home), label("一户一方案", rx.el.span(home.year, " 年")), _plan(home),
                label("一人一措施"), _measures(home), class_name="stack",
            ),
            rx.el.div(
                label("两不愁三保障和饮水"), group(rx.el.ul(rx.foreach(home.six, _item))),
                label("四个不摘"), _nots(home), label("走访和联系"), _log(home), class_name="stack",
            ),
            class_name="twocol",
        ),
        label("走访说的"),
        told_group(home.told, home.told_visit_id, home.told_on),
        gone=("没有这一户", "可能转到别的村了。"),
    )  # fmt: skip


def _official_fields(one: Any = None) -> rx.Component:
    def given(name: str) -> Any:
        return getattr(one, name) if one is not None else ""

    return fields(
        text_field("姓名", name="name", required=True, max_length=64, default_value=given("name")),
        text_field("单位", name="unit", max_length=120, default_value=given("unit")),
        text_field("职务", name="post", max_length=64, default_value=given("post")),
        text_field("电话", name="phone", input_mode="tel", max_length=24),
    )


def _official(one: rx.Var[OfficialRow]) -> rx.Component:
    hidden = rx.el.input(type="hidden", name="id", value=one.id)
    account = rx.el.form(
        hidden,
        text_field("账号", aside="空着就是没有", name="username", default_value=one.account, max_length=64),
        button("存好", type="submit", kind="soft"),
        on_submit=OfficialsState.link, class_name="stack",
    )  # fmt: skip
    leaves = rx.el.form(
        hidden,
        text_field("最后一天", name="on", type="date", required=True),
        button("调走了，结束他的结对", type="submit", kind="danger"),
        on_submit=OfficialsState.leaves, class_name="stack",
    )  # fmt: skip
    more = fold("办", account, leaves, kind="plain")
    homes = rx.cond(one.too_many, warning(rx.el.span(one.homes, " 户，多了")), rx.el.span(one.homes, " 户"))
    return line_of(
        OFFICIAL_COLUMNS, rx.el.b(one.name), rx.el.span(one.unit, " ", one.post), one.phone,
        rx.cond(one.account != "", one.account, "没有"), homes, more, key=one.id,
    )  # fmt: skip


def officials_page() -> rx.Component:
    """Who helps: units, accounts, and what becomes of the homes of somebody who leaves."""
    search = search_form(
        search_field("找人", name="text", default_value=OfficialsState.text, placeholder="姓名、单位"),
        on_find=OfficialsState.find,
    )
    new = rx.el.form(
        _official_fields(), button("存好", type="submit", kind="soft"), on_submit=OfficialsState.save,
        reset_on_submit=True, class_name="stack",
    )  # fmt: skip
    nobody = empty("还没有责任人", "从名册导入里放入结对帮扶名册，或在这里添。")
    body = rx.fragment(
        crumbs(("结对帮扶", HERE), ("责任人名单", None)),
        rx.el.p("按单位和姓名排，不按走访多少排。一人最多 ", OfficialsState.page.most, " 户。", class_name="soft-text"),
        search,
        listed(
            OfficialsState, "责任人", OFFICIAL_COLUMNS, _official, nobody=nobody,
            line=rx.el.span("一共 ", OfficialsState.page.total, " 人"),
        ),
        fold("添一位责任人", group(pad(new))),
    )
    return office_frame(HERE, sheet_page("责任人名单", rx.cond(OfficialsState.ready, body, bones(6))))
