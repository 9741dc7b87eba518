"""走访: the tab that finds a home, and the visit itself, drawn from its form by what the form says.

Sections come closed with last time's answer and one 「无变化」; answered they fold; what changed opens into questions.
"""

import reflex as rx

from app.households.page import home_row, moved_away
from app.shell.page import FRAME, main_bar, screen, waiting
from app.visits.questions_page import open_section, pictures, unchanged_tick
from app.visits.shapes_page import VISIT, VISITS, Block, Choice, Draft, IssueLine, Member, Reported
from components import offline
from components.button import button, button_link
from components.choices import choice, choices, question
from components.field import UNKEPT, search_field, text_area
from components.group import group, group_list, label, pad, row, row_button
from components.icons import icon
from components.message import empty, error, note
from components.section import folded, section


def visits_page() -> rx.Component:
    """`/visit`"""
    search = search_field(
        "找要去的农户：姓名、拼音首字母、身份证后四位",
        placeholder="找要去的农户",
        auto_complete="off",
        on_change=offline.action("searchVisits", offline.VALUE),
    )
    found = rx.cond(
        VISITS["found"].length() > 0,
        group_list(rx.foreach(VISITS["found"], home_row)),
        rx.cond(VISITS["none"], empty(VISITS["none"], "试试名字或后四位。"), _unfinished()),
    )
    return screen([search, rx.cond(VISITS["phase"] == "ready", found, waiting())], title="走访", tab="visit")


def _unfinished() -> rx.Component:
    nothing = empty("都写完了", "要去哪家，在上面找。", sign=("走访", "0"))
    return rx.cond(
        VISITS["drafts"].length() > 0,
        rx.fragment(label("没写完的"), rx.foreach(VISITS["drafts"], _draft)),
        nothing,
    )


def _draft(draft: rx.Var[Draft]) -> rx.Component:
    drop = button("不要了", on_click=offline.action("dropDraft", draft["id"]), kind="light")
    return group(
        pad(
            rx.el.div(rx.el.b(draft["name"]), class_name="line"),
            rx.el.p(draft["line"], class_name="soft-text"),
            rx.el.div(drop, button_link("接着写", to=draft["href"], kind="soft"), class_name="halves third"),
            class_name="tight",
        ),
        key=draft["id"],
    )


def visit_page() -> rx.Component:
    """`/visit/[id]`, the id being the home's: its draft opens as it was left."""
    content = rx.match(
        VISIT["phase"],
        ("ready", _visit()),
        ("gone", moved_away()),
        ("ended", _ended()),
        ("no_form", empty("等第一次更新", "表还没下来，有信号时打开一次就有了。")),
        waiting(),
    )
    save = rx.cond(VISIT["phase"] == "ready", main_bar(_save(), rx.cond(FRAME["offline"], rx.el.p("没有信号也能存"))))
    return screen(
        content, title=VISIT["title"], line=VISIT["place"], back=VISIT["back"], back_word="回到这一户", main=save
    )


def _save() -> rx.Component:
    ready = rx.cond(VISIT["again"], "就这样存", "保存")
    words = rx.cond(VISIT["stored"], "存好了", rx.cond(VISIT["saving"], "正在存", ready))
    problem = rx.cond(VISIT["problem"], error(VISIT["problem"]))
    left = rx.cond(VISIT["again"], error(VISIT["left"]), rx.fragment())
    return rx.fragment(
        problem,
        left,
        button(
            words,
            kind="main",
            on_click=offline.action("saveVisit"),
            aria_busy=VISIT["saving"],
            data_testid="save-visit",
        ),
    )


def _ended() -> rx.Component:
    return empty(
        "这份走访已经存好了", "在待上传里能看到它。", action=button_link("看待上传", to="/outbox", kind="soft")
    )


def _visit() -> rx.Component:
    return rx.fragment(
        rx.cond(VISIT["correction"], _correction()),
        rx.cond(VISIT["contact"]["open"], _contact(), _contact_folded()),
        rx.cond(VISIT["child"], _no_face()),
        rx.cond(VISIT["reported"].length() > 0, _reported()),
        rx.foreach(VISIT["blocks"], _block),
        _photos(),
        _rest(),
    )


def _correction() -> rx.Component:
    """What is being corrected; both versions are kept, and it says so."""
    one = VISIT["correction"]
    asked = rx.foreach(one["lines"], lambda words: rx.fragment(words, rx.el.br(), key=words))
    times = row_button(
        icon("clock"),
        rx.el.span(rx.el.b(one["times"]), rx.el.span("日子或钟点不对，点这里改"), class_name="t"),
        class_name="plain",
        on_click=offline.action("openTimes"),
        aria_expanded=one["open"],
        arrow="chevron-down",
    )
    return rx.fragment(
        note(asked, "改好保存，原来写的县里也留着。", title=one["title"], tone="due", icon="undo-2"),
        rx.el.label(
            rx.el.span("为什么改", rx.el.small("（可以不写）")),
            rx.el.input(
                default_value=one["why"],
                max_length=200,
                auto_complete="off",
                on_change=offline.action("setWhy", offline.VALUE),
                data_testid="correction-reason",
            ),
            class_name="field",
        ),
        group(times, rx.cond(one["open"], _times())),
    )


def _times() -> rx.Component:
    def field(words: str, which: str, value: rx.Var[str]) -> rx.Component:
        change = offline.action("setTime", which, offline.VALUE)
        control = rx.el.input(type="datetime-local", default_value=value, on_change=change)
        return rx.el.label(rx.el.span(words), control, class_name="field")

    one = VISIT["correction"]
    return pad(field("什么时候开始的", "started_at", one["start"]), field("什么时候结束的", "finished_at", one["end"]))


def _contact() -> rx.Component:
    def mode(one: rx.Var[Choice]) -> rx.Component:
        return choice(
            one["label"],
            name="mode",
            checked=one["on"],
            on_change=offline.action("setMode", one["value"]),
            key=one["value"],
        )

    def member(one: rx.Var[Member]) -> rx.Component:
        return choice(
            one["name"], many=True, checked=one["on"], on_change=offline.action("toggleMet", one["id"]), key=one["id"]
        )

    return group(
        question("怎么联系的", choices(rx.foreach(VISIT["modes"], mode), shape="five")),
        question(VISIT["met_word"], choices(rx.foreach(VISIT["met"], member), shape="two")),
        class_name="sect",
    )


def _contact_folded() -> rx.Component:
    return group(
        folded(VISIT["contact"]["line"], "", on_open=offline.action("openContact"), spoken="改联系方式和见到谁")
    )


def _no_face() -> rx.Component:
    child = VISIT["child"]
    camera = rx.cond(
        child["code"],
        rx.el.div(
            rx.el.p("屋子、书桌的照片", rx.el.span("可以不拍"), class_name="q"),
            pictures(child["photos"], child["busy"], child["code"]),
            class_name="wide",
        ),
    )
    return note(child["text"], title=child["title"], icon="no-face", actions=[camera])


def _reported() -> rx.Component:
    """What need not be told once more."""

    def one(issue: rx.Var[Reported]) -> rx.Component:
        words = rx.el.div(rx.el.b(issue["text"]), rx.el.span(issue["line"]), class_name="t")
        return rx.el.li(row(words, class_name="plain"), key=issue["id"])

    return rx.fragment(label("已经报过的，不用再写"), group_list(rx.foreach(VISIT["reported"], one)))


def _block(block: rx.Var[Block]) -> rx.Component:
    """A section; what is about one person lies inside an element that names the person."""
    return rx.el.div(
        rx.match(
            block["mode"],
            ("open", open_section(block)),
            ("folded", rx.cond(block["unchanged"], _closed(block), _folded(block))),
            _closed(block),
        ),
        key=block["key"],
        id=block["key"],
        custom_attrs={"data-person": block["person"], "data-section": block["section"]},
    )


def _folded(block: rx.Var[Block]) -> rx.Component:
    return group(
        folded(
            block["title"],
            block["line"],
            on_open=offline.action("openSection", block["key"]),
            spoken=rx.Var.create("改") + block["title"].to(str),
            icon=rx.cond(block["bad"], "triangle-alert", "circle-check"),
            tone=rx.cond(block["bad"], "bad", ""),
        )
    )


def _closed(block: rx.Var[Block]) -> rx.Component:
    done = block["unchanged"]
    change = button(
        rx.cond(done, "改", "有变化"),
        on_click=offline.action("openSection", block["key"]),
        aria_label=rx.cond(done, "改", "") + block["title"].to(str) + rx.cond(done, "", "有变化"),
    )
    return section(
        block["title"],
        block["aside"],
        block["last"],
        unchanged_tick(block),
        change,
        done=done,
        aria_label=block["title"],
    )


def _photos() -> rx.Component:
    return group(
        pad(
            rx.el.p("照片", rx.el.span("可以不拍"), class_name="q"),
            rx.el.p("拍了镇里好办事，不拍也能保存。", class_name="soft-text"),
            pictures(VISIT["photos"], VISIT["busy_photo"], ""),
            rx.cond(VISIT["photo_note"], error(VISIT["photo_note"])),
            class_name="tight",
        )
    )


def _rest() -> rx.Component:
    return group(
        rx.foreach(VISIT["issues"], _issue),
        rx.cond(VISIT["issue_open"], _issue_form(), _issue_row()),
        _next(),
        _spot(),
    )


def _issue(issue: rx.Var[IssueLine]) -> rx.Component:
    return rx.el.div(
        icon("circle-check"),
        rx.el.div("困难", rx.el.p(issue["text"])),
        button("去掉", kind="plain", on_click=offline.action("dropIssue", issue["index"])),
        class_name="folded",
        key=issue["index"],
    )


def _issue_row() -> rx.Component:
    return row_button(
        icon("plus"),
        rx.el.span(rx.el.b("记一条困难"), rx.el.span("想要什么帮助，原话最好"), class_name="t"),
        class_name="plain",
        on_click=offline.action("openIssue"),
    )


def _issue_form() -> rx.Component:
    return pad(
        text_area(
            "困难，原话最好",
            default_value=VISIT["issue_text"],
            form=UNKEPT,
            max_length=500,
            on_change=offline.action("writeIssue", offline.VALUE),
        ),
        button("加上", on_click=offline.action("addIssue"), kind="soft"),
        id="issue",
    )


def _next() -> rx.Component:
    day = VISIT["next"]
    control = rx.el.label(
        rx.el.span("下次哪天去"),
        rx.el.input(type="date", default_value=day["day"], on_change=offline.action("setNext", offline.VALUE)),
        class_name="field pad",
    )
    return rx.fragment(
        row_button(
            icon("calendar"),
            rx.el.span(
                rx.el.b(day["words"]),
                rx.cond(day["wrong"], rx.el.span(day["why"], class_name="why"), rx.el.span(day["why"])),
                class_name="t",
            ),
            class_name="plain",
            on_click=offline.action("openNext"),
            aria_expanded=day["open"],
            arrow="chevron-down",
        ),
        rx.cond(day["open"], control),
    )


def _spot() -> rx.Component:
    spot = VISIT["spot"]
    return rx.fragment(
        row_button(
            icon("map-pin"),
            rx.el.span(rx.el.b(spot["words"]), rx.el.span(spot["line"]), class_name="t"),
            class_name="plain",
            arrow=None,
            on_click=offline.action("markPlace"),
        ),
        rx.cond(spot["problem"], pad(error(spot["problem"]))),
    )
