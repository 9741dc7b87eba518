"""抽查 on the office face: draw, the list of draws, one draw with its rate, one home with its comparison."""

from typing import Any

import reflex as rx

from app.sampling import rules
from app.sampling.schemas import ComparedLine, ItemRow, MineRow, Option, Question, SampleRow, Visitor
from app.sampling.state import ANSWER, HERE, VISITOR, SampledHomeState, SampleState, SamplingState
from app.shell.list_page import listed, one_page, turning
from app.shell.office_page import office_frame
from components.button import button
from components.choices import choice, choices, question
from components.field import field, text_area, text_field
from components.group import fold, group, label, pad
from components.icons import icon
from components.link import load
from components.message import bones, empty, note
from components.office import card_table, crumbs, facts, fields, line_of, select_field, sheet_page
from components.registers import figure, warning
from components.review import file_form
from components.tag import state, tag

COLUMNS = ("抽什么", "哪里", "时间", "哪天抽的", "抽中", "看完", "错误率")
ITEM_COLUMNS = ("序号", "谁家", "在哪", "谁去", "到哪一步", "结果")
COMPARED_COLUMNS = ("问什么", "原来", "这一次", "一样吗")
D = SamplingState


def _sample(one: rx.Var[SampleRow]) -> rx.Component:
    name = load(one.title, href=f"{HERE}/one?id={one.id}", data_testid="sample-item")
    return line_of(
        COLUMNS, name, one.place, one.period, one.drawn, one.size, one.done, one.rate, key=one.id
    )


def _mine(one: rx.Var[MineRow]) -> rx.Component:
    due = rx.cond(
        one.due != "",
        rx.cond(one.late, warning(rx.el.span(one.due, "前，过了日子")), rx.el.span(one.due, "前")),
        rx.fragment(),
    )
    return rx.el.li(
        rx.el.span(
            load(one.name, href=f"{HERE}/home?id={one.id}", data_testid="mine-item"),
            rx.el.span(one.place, "，", one.title, class_name="soft-text"), due, class_name="t",
        ),
        rx.el.span(one.step, class_name="v"), class_name="row answer", key=one.id,
    )  # fmt: skip


def _visitor(one: rx.Var[Visitor]) -> rx.Component:
    return choice(one.name, many=True, name=f"{VISITOR}{one.id}", value="on", key=one.id)


def _draw() -> rx.Component:
    form = rx.el.form(
        note("一份名单只抽一次，抽了不能改、不能重抽。种子和全部名单都留着，谁都能重算。", icon="lock"),
        fields(
            select_field("项目", *rules.PROGRAMMES.items(), name="programme"),
            select_field("哪份名单", *rules.LISTS.items(), name="which"),
            field(
                "地方",
                rx.el.select(rx.foreach(D.areas, lambda one: rx.el.option(one.label, value=one.value)), name="area"),
            ),
            text_field("从哪个月", name="from_month", type="month", required=True, default_value=D.month,
                       key=D.month),
            text_field("到哪个月", name="to_month", type="month", required=True, default_value=D.month, key=D.month),
            text_field("种子", aside="空着就随机；当场摇号的写在这里", name="seed", max_length=64),
        ),
        text_area("户编号", aside="近亲属、有举报的才写，一行一个", name="codes"),
        question(
            "谁去看", choices(rx.foreach(D.page.visitors, _visitor), shape="left two"),
            aside="去过、审过、办过那一户的人不会派去；不选就以后再安排",
        ),
        button("抽", type="submit", kind="soft", data_testid="draw"),
        on_submit=D.draw, class_name="stack",
    )  # fmt: skip
    return fold("抽一次", group(pad(form)), data_testid="draw-open")


def sampling_page() -> rx.Component:
    """The draws, and where I am sent."""
    mine = rx.cond(
        D.page.mine.length() > 0,
        rx.fragment(label("安排我去看的"), rx.el.ul(rx.foreach(D.page.mine, _mine), class_name="group")),
        rx.fragment(),
    )
    body = rx.fragment(
        mine, _draw(), label("抽过的"),
        listed(
            D, "抽查", COLUMNS, _sample, nobody=empty("还没有抽过", "点“抽一次”，选项目、地方和时间。"), line=""
        ),
    )  # fmt: skip
    return office_frame(
        HERE,
        sheet_page("抽查", rx.cond(D.ready, body, bones(6)), line="查的是事情办得对不对，不给人打分、不排名。"),
    )


def _item(one: rx.Var[ItemRow]) -> rx.Component:
    name = load(one.name, href=f"{HERE}/home?id={one.id}", data_testid="drawn-item")
    result = rx.cond(
        one.outcome != "",
        rx.el.span(one.outcome, rx.cond(one.note != "", rx.el.span("：", one.note), rx.fragment())),
        "—",
    )
    return line_of(
        ITEM_COLUMNS, one.position, name, one.place, rx.cond(one.who != "", one.who, "还没定"), one.state, result,
        key=one.id,
    )  # fmt: skip


def _protocol(one: Any) -> rx.Component:
    return rx.el.details(
        rx.el.summary(icon("download", small=True), "导出抽样记录", class_name="btn"),
        group(pad(file_form(
            rx.el.p("种子、算法、全部名单、抽中的和结果，别人可以照着重算。"),
            text_field("为什么要导出", aside="会记下", name="reason", required=True, min_length=2, max_length=200,
                       auto_complete="off"),
            button("导出", type="submit", kind="soft"),
            action="/api/sampling/" + one.id + "/protocol", class_name="stack",
        ))),
        class_name="stack",
    )  # fmt: skip


def sample_page() -> rx.Component:
    """One draw: how it was drawn, how far it is, what it says."""
    one = SampleState.one
    how = group(pad(
        facts(
            ("种子", rx.el.code(one.seed, data_testid="seed")),
            ("抽法", "种子后面接编号，算 SHA-256，从小到大排，取前面的"),
            ("比例", rx.el.span(one.share, "，有零头进一")),
            ("名单", rx.el.span(one.frame_size, " 个")),
            ("抽中", rx.el.span(one.size, " 个")),
            ("哪天抽的", one.drawn),
            ("名单指纹", rx.el.code(one.fingerprint, class_name="wrap")),
        ),
        _protocol(one),
    ))  # fmt: skip
    says = group(pad(
        figure(one.rate, "错误率", one.says),
        rx.el.p("看完 ", one.done, "，还有 ", one.waiting),
        rx.foreach(one.counts, lambda pair: rx.el.p(pair[0], "：", rx.el.b(pair[1]))),
    ))  # fmt: skip
    return one_page(
        HERE, "抽查", one, one.title,
        rx.el.div(rx.el.div(rx.el.h1(one.title), rx.el.p(one.place, "，", one.period)), class_name="head"),
        rx.el.div(
            rx.el.div(label("查得怎么样"), says, class_name="stack"),
            rx.el.div(label("怎么抽的"), how, class_name="stack"),
            class_name="twocol",
        ),
        label("抽中的"),
        card_table("抽中的", ITEM_COLUMNS, rx.foreach(one.rows, _item)),
        turning(SampleState, "", last=~one.more),
        gone=("没有这次抽查", "可能不在你负责的范围。"), whole=True,
    )  # fmt: skip


def _option(one: rx.Var[Option]) -> rx.Component:
    return rx.el.option(one.label, value=one.code)


def _question(one: rx.Var[Question]) -> rx.Component:
    number = rx.el.input(name=ANSWER + one.field.to(str), input_mode="decimal", auto_complete="off", max_length=10)
    known = rx.el.select(
        rx.el.option("没问", value=""), rx.foreach(one.options, _option), name=ANSWER + one.field.to(str)
    )
    return field(one.label, rx.cond(one.options.length() > 0, known, number), key=one.field)


def _second(one: Any) -> rx.Component:
    return rx.el.form(
        note("先不看原来写的，照看到的记。交了才能看到对比，交了不能改。", icon="eye"),
        text_field("哪天去的", name="visited_on", type="date", required=True),
        fields(rx.foreach(one.questions, _question)),
        text_area("看到的", aside="可以不写", name="note", max_length=500),
        button("交", type="submit", kind="soft", data_testid="second-send"),
        on_submit=SampledHomeState.second, class_name="stack",
    )  # fmt: skip


def _compared(one: rx.Var[ComparedLine]) -> rx.Component:
    same = rx.match(
        one.state, ("same", state("一样", icon="check", tone="done")),
        ("differs", state("不一样", icon="triangle-alert", tone="due")),
        rx.el.span("只问了一次", class_name="soft-text"),
    )  # fmt: skip
    return line_of(COMPARED_COLUMNS, one.label, one.first, one.second, same, key=one.label)


def _judge(one: Any) -> rx.Component:
    answers = [choice(text, name="outcome", value=code, required=True) for code, text in rules.OUTCOMES.items()]
    return rx.el.form(
        question("结果", choices(*answers, shape="left one")),
        text_area("哪里不一样、要怎么办", aside="一致可以不写", name="note", max_length=500),
        button("定下", type="submit", kind="soft", data_testid="judge-send"),
        on_submit=SampledHomeState.judge, class_name="stack",
    )  # fmt: skip


def _give(one: Any) -> rx.Component:
    return rx.cond(
        one.visitors.length() > 0,
        fold(
            "安排谁去",
            group(pad(rx.el.form(
                field("谁去", rx.el.select(
                    rx.foreach(one.visitors, lambda who: rx.el.option(who.name, value=who.id)), name="user")),
                button("安排", type="submit", kind="soft", data_testid="give-send"),
                on_submit=SampledHomeState.give, class_name="stack",
            ))),
            kind="",
        ),
        rx.fragment(),
    )  # fmt: skip


def sampled_home_page() -> rx.Component:
    """One drawn home: the blind visit, then the comparison and the result."""
    one = SampledHomeState.one
    about = group(pad(facts(
        ("谁去", rx.cond(one.who != "", one.who, "还没定")),
        ("到哪一步", tag(one.state)),
        ("几号前", rx.cond(one.due != "", one.due, "—")),
        ("哪天去的", rx.cond(one.second_on != "", one.second_on, "—")),
        ("结果", rx.match(one.outcome, *rules.OUTCOMES.items(), "—")),
        ("说明", rx.cond(one.note != "", one.note, "—")),
    ), _give(one)))  # fmt: skip
    both = rx.fragment(
        label("两次对比"), card_table("两次对比", COMPARED_COLUMNS, rx.foreach(one.compared, _compared)),
        rx.cond(one.second_note != "", group(pad(rx.el.p("这一次看到的：", one.second_note))), rx.fragment()),
        rx.cond(one.mine, rx.fragment(label("定结果"), group(pad(_judge(one)))), rx.fragment()),
    )  # fmt: skip
    person = rx.cond(one.person != "", rx.el.span("，", one.person), rx.fragment())
    whole = rx.fragment(
        crumbs(("抽查", HERE), (one.title, f"{HERE}/one?id={one.sample_id}"), (one.name, None)),
        rx.el.div(rx.el.div(rx.el.h1(one.name), rx.el.p(one.place, person)), class_name="head"),
        about,
        rx.cond(one.questions.length() > 0, rx.fragment(label("去看看"), group(pad(_second(one)))), rx.fragment()),
        rx.cond(one.compared.length() > 0, both, rx.fragment()),
    )  # fmt: skip
    back = load("回抽查", href=HERE, class_name="btn soft")
    gone = empty("没有抽到这一户", "可能不在你负责的范围。", action=back, whole=True)
    shown = rx.cond(SampledHomeState.one, whole, rx.cond(SampledHomeState.problem != "", gone, bones(6)))
    return office_frame(HERE, rx.el.div(shown, class_name="sheet"))
