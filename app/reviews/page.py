"""审核 on the office face: the queue, one picture with the pen, what is known about it, and the decision.

Three columns on a desk; on a phone the queue first, then the picture with the decision as a sheet from below.
"""

from typing import Any

import reflex as rx

from app.reviews import rules
from app.reviews.schemas import Doubt, Fact, Other, QueueItem
from app.reviews.state import Choice, ReviewsState
from app.shell.office_page import office_frame
from components.button import button
from components.choices import choice, choices
from components.field import text_box
from components.icons import icon
from components.link import load
from components.message import bones, empty, toast
from components.office import select_field
from components.photos import locked
from components.plate import plaque
from components.review import file_form, keys, put_away, stage

HERE = "/office/reviews"
S = ReviewsState
STATES = (("open", "待看"), ("returned", "已退回"), ("accepted", "可以"))
TIMES = (("0", "不限时间"), ("7", "近 7 天"), ("30", "近 30 天"))


def reviews_page() -> rx.Component:
    """`/office/reviews`"""
    desk = rx.el.div(
        keys(),
        _queue(),
        rx.cond(S.grid, _gallery(), rx.fragment(_picture_column(), _facts_column())),
        class_name="cols three review",
        id="review-desk",
        custom_attrs={"data-opened": S.opened, "data-grid": S.grid},
    )
    return office_frame(HERE, rx.cond(S.ready, rx.fragment(desk, _undo()), bones(6)))


def _queue() -> rx.Component:
    total = rx.match(S.wanted.state, ("open", "张待看"), ("returned", "张已退回"), "张可以")
    listing = rx.el.ul(rx.foreach(S.page.rows, _item), class_name="queue")
    return rx.el.section(
        rx.el.div(
            rx.el.div(
                rx.el.h1(S.page.total, " ", total, tab_index=-1),
                rx.el.button(
                    rx.cond(S.grid, "大图", "小图"),
                    type="button",
                    class_name="btn plain",
                    on_click=S.show_grid(~S.grid),
                    aria_label=rx.cond(S.grid, "一张一张看", "一次看五十张小图"),
                ),
                class_name="line",
            ),
            _filters(),
            class_name="queue-head",
        ),
        rx.cond(S.page.rows.length() > 0, rx.cond(S.grid, rx.fragment(), listing), _nothing()),
        _pages(),
        class_name="col paper first",
        aria_label="队列",
    )


def _filters() -> rx.Component:
    words = rx.fragment(
        rx.match(S.wanted.state, *STATES[1:], "待看"),
        "\u2060·",
        rx.match(S.wanted.days.to_string(), *TIMES[1:], "不限时间"),
        rx.cond(S.wanted.area != "", "\u2060·选了地方", ""),
        rx.cond(S.wanted.form != "", "\u2060·选了表", ""),
    )
    return rx.el.details(
        rx.el.summary(rx.el.span(words), icon("chevron-down", small=True), class_name="btn wide light"),
        rx.el.div(
            select_field("看哪些", *STATES, value=S.wanted.state, on_change=lambda v: S.narrow("state", v)),
            _select("地方", "area", S.areas, S.wanted.area),
            select_field("时间", *TIMES, value=S.wanted.days.to_string(), on_change=lambda v: S.narrow("days", v)),
            _select("哪张表", "form", S.kinds, S.wanted.form),
            _export(),
            class_name="stack",
        ),
        class_name="narrow",
    )


def _select(name: str, code: str, values: Any, value: Any) -> rx.Component:
    def option(one: rx.Var[Choice]) -> rx.Component:
        return rx.el.option(one.label, value=one.value)

    return rx.el.label(
        rx.el.span(name),
        rx.el.select(
            rx.el.option("全部", value=""),
            rx.foreach(values, option),
            value=value,
            on_change=lambda chosen: S.narrow(code, chosen),
        ),
        class_name="field",
    )


def _export() -> rx.Component:
    """A plain form: the browser takes the file by itself."""
    return rx.el.details(
        rx.el.summary(icon("download", small=True), "导出", class_name="btn light"),
        file_form(
            rx.el.input(type="hidden", name="area", value=S.wanted.area, read_only=True),
            rx.el.input(type="hidden", name="days", value=S.wanted.days.to_string(), read_only=True),
            rx.el.label(
                rx.el.span("为什么要导出", rx.el.small("（会记下）")),
                rx.el.input(name="reason", required=True, max_length=200, auto_complete="off"),
                class_name="field",
            ),
            rx.el.label(
                rx.el.input(type="checkbox", name="photos", value="1"), "连照片（没有孩子的）", class_name="tick"
            ),
            rx.el.label(rx.el.input(type="checkbox", name="returned", value="1"), "连退回的", class_name="tick"),
            button("导出", type="submit", kind="soft"),
            action="/api/reviews/export",
            class_name="stack",
        ),
    )


def _thumb(item: rx.Var[QueueItem]) -> rx.Component:
    shown = (item.photo == "ready") | (item.photo == "waiting")
    picture = rx.el.span(
        rx.cond(
            shown,
            rx.el.img(src=item.thumb, alt="", loading="lazy", decoding="async", width=320, height=240),
            rx.cond(item.photo == "missing", icon("cloud-upload"), icon("image")),
        ),
        class_name="thumb",
    )
    return rx.cond(item.locked, locked(), picture)


def _item_words(item: rx.Var[QueueItem]) -> rx.Component:
    away = rx.match(item.photo, ("missing", "照片在路上"), ("refused", "照片不完整"), ("undecodable", "照片打不开"), "")
    return rx.el.span(
        rx.el.b(item.title),
        rx.el.span(item.where),
        rx.cond(
            item.hint != "",
            rx.el.span(icon("circle-help", small=True), item.hint, class_name="hint"),
            rx.cond(away != "", rx.el.span(away), rx.fragment()),
        ),
        class_name="t",
    )


def _open_button(item: rx.Var[QueueItem], *parts: Any, **props: Any) -> rx.Component:
    here = rx.cond(S.current.id == item.id, "true", "false")
    return rx.el.button(
        *parts, type="button", on_click=S.look(item.id), aria_current=here, data_testid="review-item", **props
    )


def _item(item: rx.Var[QueueItem]) -> rx.Component:
    return rx.el.li(_open_button(item, _thumb(item), _item_words(item)), key=item.id)


def _gallery() -> rx.Component:
    return rx.el.section(
        rx.el.ul(
            rx.foreach(
                S.page.rows, lambda item: rx.el.li(_open_button(item, _thumb(item), _item_words(item)), key=item.id)
            ),
            class_name="gallery",
        ),
        class_name="col",
        aria_label="小图",
    )


def _pages() -> rx.Component:
    return rx.cond(
        S.first & (S.page.next_after == ""),
        rx.fragment(),
        rx.el.nav(
            button("上一页", icon="chevron-left", on_click=S.turn(-1), disabled=S.first, kind="light"),
            rx.el.span(S.line, class_name="soft-text"),
            button("下一页", icon="chevron-right", on_click=S.turn(1), disabled=S.page.next_after == "", kind="light"),
            class_name="queue-pages",
            aria_label="翻页",
        ),
    )


def _nothing() -> rx.Component:
    done = empty(
        "看完了",
        "新照片到了，会排在这里。",
        action=load("去看走访记录", href="/office/visits", class_name="btn soft"),
    )
    return rx.cond(S.wanted.state == "open", done, empty("这里还没有", "换上面的选择，再看看别的。"))


def _picture_column() -> rx.Component:
    head = rx.el.div(
        rx.el.button(icon("chevron-left"), type="button", class_name="back", on_click=S.back, aria_label="回到队列"),
        rx.el.div(rx.el.h2(S.current.title), rx.el.p(S.current.where)),
        class_name="phone-head",
    )
    return rx.el.section(
        rx.cond(S.current, rx.fragment(head, _shown(), _others()), rx.fragment()),
        class_name="col desk-photo",
        aria_label="照片",
    )


def _shown() -> rx.Component:
    one = S.current
    away = rx.match(
        one.photo,
        ("missing", _sentence("cloud-upload", "文字已到，照片在路上。", "到了会自己出现，先看下一张。")),
        ("refused", _sentence("image", "这张照片不完整，没收下。", "走访人的手机里写了，可以重拍。")),
        ("undecodable", _undecodable()),
        rx.cond(one.locked & (S.reason == ""), _lock(), _stages()),
    )
    return away


def _sentence(mark: str, title: str, line: str, *more: rx.Component) -> rx.Component:
    return rx.el.div(icon(mark), rx.el.b(title), rx.el.p(line), *more, class_name="shot-words")


def _undecodable() -> rx.Component:
    original = rx.el.a("下载原件", href=S.current.original, class_name="btn light", custom_attrs={"download": ""})
    return _sentence("image", "这张照片打不开。", "收到的原件留着，已经问了走访人。", original)


def _lock() -> rx.Component:
    reasons = [
        button(words, on_click=S.unlock(code), data_testid=f"open-child-{code}")
        for code, words in rules.OPENING_REASONS.items()
    ]
    asked = _sentence("lock", "孩子的照片，点开才看。", "为什么看？选一个就打开，会记一笔。", *reasons)
    refused = _sentence("lock", "孩子的照片。", "要有专门的权限才能看，请找县管理员。")
    return rx.cond(S.current.may_open, asked, refused)


def _stages() -> rx.Component:
    """The picture with its pen; beside it, when asked for, another one to compare with."""
    one = S.current
    main = stage(
        key=one.id + ":" + one.version.to_string(),
        name=one.id + ":" + one.version.to_string(),
        src=S.picture,
        thumb=rx.cond(one.locked, "", one.thumb),
        words=one.title,
        marks=one.marks,
        drawing=one.may_decide,
    )
    other = stage(
        key=S.beside,
        name="beside",
        src=S.beside,
        thumb="",
        words="用来比较的照片",
        marks=S.beside_marks,
        drawing=False,
    )
    return rx.el.div(
        main,
        rx.cond(S.beside != "", other, rx.fragment()),
        class_name=rx.cond(S.beside != "", "stages two", "stages"),
    )


def _other(one: rx.Var[Other]) -> rx.Component:
    return rx.el.button(
        rx.el.span(rx.el.img(src=one.thumb, alt="", loading="lazy"), class_name="pic"),
        one.label,
        type="button",
        on_click=S.compare(one.screen),
        aria_pressed=rx.cond(S.beside == one.screen, "true", "false"),
        aria_label=rx.Var.create("并排看 ") + one.label,
        key=one.screen,
    )


def _others() -> rx.Component:
    return rx.cond(
        S.current.others.length() > 0,
        rx.el.div(
            rx.el.h3("这一项以前的照片，点一下并排看"),
            rx.el.div(rx.foreach(S.current.others, _other), class_name="earlier"),
            class_name="others",
        ),
        rx.fragment(),
    )


def _facts_column() -> rx.Component:
    one = S.current
    sign = rx.cond((one.group != "") | (one.door != ""), plaque(one.group, one.door), rx.fragment())
    about = rx.fragment(
        rx.el.div(sign, rx.el.div(rx.el.b(one.household), rx.el.span(one.place)), class_name="owner"),
        rx.el.dl(rx.foreach(one.facts, _fact), class_name="facts"),
        rx.foreach(one.doubts, _doubt),
        _before(),
        rx.el.div(class_name="push"),
        rx.cond(one.may_decide, _decision(), rx.fragment()),
    )
    return rx.el.section(rx.cond(one, about, rx.fragment()), class_name="col paper last", aria_label="这次走访")


def _fact(fact: rx.Var[Fact]) -> rx.Component:
    return rx.fragment(rx.el.dt(fact.name), rx.el.dd(fact.value))


def _doubt(doubt: rx.Var[Doubt]) -> rx.Component:
    return rx.el.div(
        icon("circle-help"),
        rx.el.div(rx.el.p(doubt.title), rx.el.p(doubt.said, class_name="soft-text")),
        class_name="note",
    )


def _before() -> rx.Component:
    """What was said when it was returned."""
    one = S.current
    return rx.cond(
        one.reason_name != "",
        rx.el.div(
            icon("undo-2"),
            rx.el.div(rx.el.p("退回过：", one.reason_name), rx.el.p(one.note, class_name="soft-text")),
            class_name="note due",
        ),
        rx.fragment(),
    )


def _decision() -> rx.Component:
    one = S.current
    # Nobody decides about a child's picture that is still locked.
    unseen = S.picture == ""
    reasons = choices(
        *[choice(words, name="reason", value=code) for code, words in rules.REASONS.items()],
        shape="left two",
    )
    return rx.el.form(
        rx.el.input(type="hidden", name="review_id", value=one.id, read_only=True),
        rx.el.input(type="hidden", name="version", value=one.version.to_string(), read_only=True),
        rx.el.input(type="hidden", name="marks", id="review-marks", default_value="[]"),
        rx.el.fieldset(rx.el.legend("退回时选一个原因"), reasons, class_name="why reasons"),
        rx.el.p("选一个原因，或写一句，走访的人才知道怎么改。", class_name="nothing error", role="alert"),
        rx.el.label(
            rx.el.span("给走访人说一句（他会先看到）", class_name="vh"),
            text_box(
                name="note", rows="1", max_length=500, placeholder="退回的话，说一句", data_testid="review-note"
            ),
            class_name="field",
        ),
        rx.el.div(
            rx.el.button("取消", type="button", class_name="btn cancel", on_click=put_away()),
            rx.el.button(
                "退回", rx.el.kbd("R"), type="submit", id="review-return", data_testid="review-return",
                disabled=(one.state == "returned") | unseen, class_name="btn",
            ),
            rx.el.button(
                "可以", rx.el.kbd("A"), type="button", id="review-accept", data_testid="review-accept",
                on_click=S.accept(one.id, one.version), disabled=(one.state == "accepted") | unseen, class_name="btn",
            ),
            class_name="halves",
        ),
        on_submit=S.give_back,
        id="review-decision",
        class_name="decide",
        key=one.id + ":" + one.version.to_string(),
    )  # fmt: skip


def _undo() -> rx.Component:
    """What was just decided, for six seconds (assets/reviews.css)."""
    back = rx.el.button("撤回", type="button", on_click=S.withdraw, data_testid="review-undo")
    return rx.el.div(
        rx.cond(
            S.undo.review_id != "",
            rx.el.div(toast(S.undo.said, action=back), class_name="six-seconds", key=S.undo.review_id + S.undo.said),
            rx.fragment(),
        ),
        class_name="office-toasts",
        role="status",
        aria_live="polite",
    )
