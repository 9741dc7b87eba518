"""走访记录 on the office face: find a visit, read it in words, see what a correction changed."""

from typing import Any

import reflex as rx

from app.accounts.rules import Permission
from app.accounts.state import Choice
from app.shell.office_page import may, office_frame
from app.visits.office_service import MODES, STATES, AnswerLine, PhotoView, SectionView, VisitRow, VisitView
from app.visits.state import VisitsState, VisitState
from components.button import button
from components.field import field, text_field
from components.group import group, pad
from components.icons import icon
from components.link import load
from components.message import bones, empty, note
from components.office import card_table, crumbs, facts, line_of, pager, select_field, sheet_page
from components.review import file_form
from components.tag import tag

HERE = "/office/visits"
COLUMNS = ("谁家", "在哪", "什么时候", "怎么", "走访人", "照片和疑问", "状态")


def _option(choice: rx.Var[Choice]) -> rx.Component:
    return rx.el.option(choice.label, value=choice.value)


def _choose(title: str, name: str, choices: Any) -> rx.Component:
    return field(title, rx.el.select(rx.el.option("全部", value=""), rx.foreach(choices, _option), name=name))


def _row(row: rx.Var[VisitRow]) -> rx.Component:
    asked = rx.cond(row.questions > 0, tag(row.questions, tone="way", icon="circle-help"), rx.fragment())
    photos = rx.cond(row.photos > 0, rx.el.span(row.photos, " 张照片 "), rx.el.span("没有照片 "))
    return line_of(
        COLUMNS, load(row.home, href=f"{HERE}/one?id={row.id}"), row.place, row.at,
        rx.el.span(row.form, "，", row.mode), row.author, rx.el.span(photos, asked), row.state, key=row.id,
    )  # fmt: skip


def visits_office_page() -> rx.Component:
    """The list of visits of one's area."""
    filters = rx.el.form(
        _choose("地方", "area", VisitsState.areas),
        text_field("从", name="since", type="date"),
        text_field("到", name="until", type="date"),
        _choose("表", "form", VisitsState.forms),
        select_field("怎么联系的", ("", "全部"), *MODES.items(), name="mode"),
        select_field("状态", ("", "全部"), *STATES.items(), name="state"),
        button("找", type="submit", kind="soft", icon="search"),
        on_submit=VisitsState.find,
        class_name="filters",
        role="search",
    )
    listing = rx.fragment(
        card_table("走访记录", COLUMNS, rx.foreach(VisitsState.page.rows, _row)),
        pager(
            "", on_back=VisitsState.turn(-1), on_next=VisitsState.turn(1), first=VisitsState.trail.length() == 0,
            last=VisitsState.page.next_after == "",
        ),
    )  # fmt: skip
    found = rx.cond(VisitsState.page.rows.length() > 0, listing, empty("没有这样的走访", "少选几个条件，或换个时间。"))
    return office_frame(HERE, sheet_page("走访记录", filters, rx.cond(VisitsState.ready, found, bones(8))))


def _line(line: rx.Var[AnswerLine]) -> rx.Component:
    answer = rx.cond(line.changed, rx.el.mark(line.answer), rx.el.span(line.answer))
    return rx.fragment(rx.el.dt(line.question), rx.el.dd(answer))


def _section(part: rx.Var[SectionView]) -> rx.Component:
    return rx.el.div(rx.el.h3(part.title), rx.el.dl(rx.foreach(part.lines, _line), class_name="facts"))


def _photo(photo: rx.Var[PhotoView]) -> rx.Component:
    picture = rx.el.img(src=f"/api/photos/{photo.sha256}?size=thumb", alt=photo.words, loading="lazy")
    locked = rx.el.span(icon("lock"), class_name="thumb locked")
    shown = rx.cond(photo.of_child, locked, rx.cond(may(Permission.PHOTO_SEE), picture, icon("image")))
    words = rx.cond(photo.of_child, "孩子的照片，在审核里打开", photo.words)
    return rx.el.figure(rx.el.div(shown, class_name="pic"), rx.el.figcaption(words), key=photo.sha256)


def _proof(visit_id: rx.Var[str]) -> rx.Component:
    """A plain form: the browser takes the file by itself."""
    return rx.el.details(
        rx.el.summary(icon("download", small=True), "取证明", class_name="btn light"),
        file_form(
            rx.el.p("一个文件，别人不上网也能核对这次走访没有改过。里面有这次走访的全部内容，请收好。"),
            text_field(
                "为什么要取", aside="（会记下）", name="reason", required=True, max_length=200, auto_complete="off"
            ),
            button("取证明", type="submit", kind="soft"),
            load("下载核对的小程序", href="/api/evidence/verify_proof.py", class_name="btn light"),
            action="/api/visits/" + visit_id + "/proof",
            class_name="stack",
        ),
    )


def _version(one: rx.Var[VisitView]) -> rx.Component:
    return group(
        pad(
            rx.el.div(rx.el.h2(one.at), tag(one.state)),
            facts(
                ("走访人", one.author),
                ("怎么", rx.el.span(one.form, "，", one.mode)),
                ("见到", one.met),
                ("下次", rx.cond(one.next_on != "", one.next_on, "没约")),
                ("县里收到", one.received),
            ),
            rx.cond(
                one.corrects,
                note(rx.cond(one.reason != "", one.reason, "没有写"), title="为什么改：", icon="pencil"),
                rx.fragment(),
            ),
            rx.foreach(one.sections, _section),
            rx.cond(
                one.photos.length() > 0, rx.el.div(rx.foreach(one.photos, _photo), class_name="strip"), rx.fragment()
            ),
            rx.foreach(one.issues, lambda text: note(text, title="记下的问题", tone="due", icon="triangle-alert")),
            rx.foreach(one.asked, lambda text: note(text, title="想问一问走访人")),
            rx.cond(may(Permission.PROOF), _proof(one.id), rx.fragment()),
        ),
        key=one.id,
    )


def visit_office_page() -> rx.Component:
    """One visit; a correction and what it corrects stand side by side, with what is different marked."""
    family = VisitState.family
    shown = rx.fragment(
        crumbs(("走访记录", HERE), (family.home, None)),
        rx.el.div(rx.el.div(rx.el.h1(family.home), rx.el.p(family.place)), class_name="head"),
        rx.cond(
            may(Permission.REGISTER_READ),
            load("看这一户", href=f"/office/households/one?id={family.household_id}", class_name="btn light"),
            rx.fragment(),
        ),
        rx.cond(
            family.versions.length() > 1,
            note("改过。左边是最新的，不一样的地方标了出来。", icon="pencil"),
            rx.fragment(),
        ),
        rx.el.div(rx.foreach(family.versions, _version), class_name="twocol"),
    )
    gone = empty("没有这次走访", "可能不在你负责的范围。", action=load("回走访记录", href=HERE, class_name="btn soft"))
    body = rx.cond(family, shown, rx.cond(VisitState.problem != "", gone, bones(6)))
    return office_frame(HERE, rx.el.div(body, class_name="sheet"))
