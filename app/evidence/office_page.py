"""证据 on the office face: the day's head to print, and the check of everything; 紧急查看: homes outside one's area."""

from typing import Any

import reflex as rx

from app.accounts.rules import Permission
from app.evidence.check_service import Found
from app.evidence.opening_service import REASONS, Opening
from app.evidence.state import EvidenceState, OpeningsState
from app.shell.office_page import may, office_frame
from components.button import button
from components.field import text_field
from components.group import group, label, pad
from components.icons import icon
from components.link import load
from components.message import bones, empty, note, progress
from components.office import facts, select_field, sheet_page
from components.sending import tick
from components.tag import tag

HERE, OPENINGS = "/office/evidence", "/office/openings"
WRAPS = {"overflow_wrap": "anywhere"}


def _code(value: Any) -> rx.Component:
    return rx.el.span(value, style=WRAPS)


def _head() -> rx.Component:
    head = EvidenceState.head
    choose = rx.el.form(
        text_field("哪一天（不写就是现在）", name="day", type="date"),
        button("看", type="submit", kind="soft", icon="search"),
        on_submit=EvidenceState.choose,
        class_name="filters",
    )
    shown = group(
        pad(
            facts(
                ("日期", head.date),
                ("到第几条", head.n),
                ("指纹", _code(head.hash)),
                ("签名", _code(head.signature)),
                ("公钥", _code(head.public_key)),
            ),
            rx.el.img(src=head.qr, alt="日期、编号和指纹的二维码", width=260, height=260),
            rx.el.p("印在公告里，或发给别处留着。以后拿它一对，就知道这一天以前的记录有没有被换过。"),
        ),
        data_testid="evidence-head",
    )
    return rx.fragment(choose, rx.cond(head.n > 0, shown, empty("还没有记录", "换一天看看。")))


def _found(one: rx.Var[Found]) -> rx.Component:
    return rx.el.li(rx.el.span(one.what), rx.el.small(one.kind, " ", one.id, style=WRAPS), class_name="row answer")


def _check() -> rx.Component:
    check = EvidenceState.check
    running = rx.fragment(
        rx.el.p("正在核对：", check.step, class_name="soft-text"),
        progress(check.step, check.done, check.total, check.percent),
        tick(EvidenceState.look),
    )
    good = note("和收到时一样，一条不少，一个字没改。", check.line, check.old, title="都对得上", icon="check")
    bad = rx.fragment(
        note(check.line, check.old, title="有对不上的，请告诉县领导", tone="due", icon="triangle-alert"),
        rx.el.ul(rx.foreach(check.problems, _found), class_name="group"),
    )
    over = rx.fragment(
        rx.el.p("上次核对：", check.at, class_name="soft-text"),
        rx.cond(check.ok, good, bad),
    )
    begin = button("现在核对", kind="main", icon="check", on_click=EvidenceState.start, data_testid="evidence-check")
    last = rx.cond(check.at != "", over, rx.el.p("还没有核对过。", class_name="soft-text"))
    return rx.cond(check.running, running, rx.fragment(last, begin))


def evidence_page() -> rx.Component:
    """The head of a day, and the check of everything against the chain."""
    body = rx.fragment(
        label("核对全部记录"),
        _check(),
        label("当天的指纹"),
        _head(),
        load(
            icon("download", small=True), "下载核对证明的小程序", href="/api/evidence/verify_proof.py",
            class_name="btn light",
        ),
    )  # fmt: skip
    line = "每次走访、每张照片、每次审核收到时都记了指纹，一条连着一条，县里签了名。"
    return office_frame(HERE, sheet_page("证据", rx.cond(EvidenceState.ready, body, bones(6)), line=line))


def _mine(one: rx.Var[Opening]) -> rx.Component:
    here = rx.fragment(
        load("看这一户", href=f"/office/households/one?id={one.household_id}", class_name="btn soft"),
        button("不看了", on_click=OpeningsState.close(one.id)),
    )
    return _line(one, one.home, rx.cond(one.open, here, tag("已经结束")))


def _told(one: rx.Var[Opening]) -> rx.Component:
    known = rx.cond(one.seen, tag("已知道"), button("知道了", kind="soft", on_click=OpeningsState.seen(one.id)))
    return _line(one, rx.fragment(one.who, " 看了 ", one.home), known)


def _line(one: rx.Var[Opening], title: Any, action: rx.Component) -> rx.Component:
    return group(
        pad(
            rx.el.h3(title),
            facts(("为什么", one.why), ("在哪", one.place), ("从", one.at), ("到", one.until)),
            rx.el.div(action, class_name="halves"),
        ),
        key=one.id,
    )


def openings_page() -> rx.Component:
    """Open a home outside one's area; for a section's head, who did."""
    ask = rx.el.form(
        note("只能看，不能改。谁、看了哪一户、为什么，都会记下，并告诉县股室；这户的页面上也看得到。", icon="eye"),
        text_field("户编号", name="code", required=True, max_length=64, auto_complete="off"),
        select_field("为什么", *((one, one) for one in REASONS), name="choice"),
        text_field("写清楚一点", name="reason", max_length=160, auto_complete="off"),
        button("打开看", type="submit", kind="main", icon="eye"),
        on_submit=OpeningsState.take,
        reset_on_submit=True,
        class_name="stack",
    )
    told = rx.cond(
        may(Permission.BREAK_GLASS_SEEN) & (OpeningsState.told.length() > 0),
        rx.fragment(label("有人紧急查看"), rx.el.div(rx.foreach(OpeningsState.told, _told), class_name="twocol")),
        rx.fragment(),
    )
    mine = rx.cond(
        OpeningsState.rows.length() > 0,
        rx.fragment(label("我看过的"), rx.el.div(rx.foreach(OpeningsState.rows, _mine), class_name="twocol")),
        rx.fragment(),
    )
    body = rx.fragment(told, label("看一户别处的"), ask, mine)
    shown = rx.cond(OpeningsState.ready, body, bones(6))
    return office_frame(OPENINGS, sheet_page("紧急查看", shown, line="不归自己管、又急着要看的一户。"))
