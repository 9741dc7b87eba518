"""照片要重拍: the returned picture with the reviewer's marks and note, and the two ways to answer."""

from typing import TypedDict

import reflex as rx

from app.shell.page import main_bar, screen, waiting
from components import offline
from components.button import button, button_link, file_button
from components.field import UNKEPT, text_area
from components.group import group, pad
from components.icons import icon
from components.message import empty, error, note
from components.photos import shot, strip, strip_photo


class Mark(TypedDict):
    """One stroke or word of the reviewer's pen, in thousandths of the picture."""

    key: str
    path: str
    text: str
    x: int
    y: int


class Taken(TypedDict):
    """The new picture."""

    sha256: str
    url: str
    words: str
    caption: str


class Asked(TypedDict):
    """A question of the county to the author."""

    id: str
    text: str


class Review(TypedDict):
    """The page, as `assets/offline/views/review.js` makes it."""

    phase: str
    home: str
    href: str
    what: str
    note: str
    reason: str
    url: str
    marks: list[Mark]
    date: str
    taken: Taken
    title: str
    returned: bool
    questions: list[Asked]
    text: str
    busy: bool
    problem: str
    saving: bool


REVIEW: rx.Var[Review] = offline.slice("review", Review)


def review_page() -> rx.Component:
    """`/reviews/[id]`"""
    gone = empty("这张不用重拍了", "已经回复过，或者县里收回了。", action=button_link("回今日", to="/", kind="soft"))
    content = rx.match(REVIEW["phase"], ("ready", _review()), ("gone", gone), waiting())
    send = main_bar(
        button(
            rx.cond(REVIEW["saving"], "正在存", "回复"),
            kind="main",
            on_click=offline.action("answerReview"),
            aria_busy=REVIEW["saving"],
            data_testid="answer-review",
        ),
        rx.el.p("没有信号也能存"),
    )
    shown = rx.cond(REVIEW["phase"] == "ready", send)
    return screen(content, title=REVIEW["title"], line=REVIEW["home"], back="/", back_word="回到今日", main=shown)


def _mark(mark: rx.Var[Mark]) -> rx.Component:
    return rx.el.svg.g(
        rx.cond(
            mark["path"],
            rx.fragment(
                rx.el.svg.path(d=mark["path"], class_name="edge", custom_attrs={"strokeWidth": 22}),
                rx.el.svg.path(d=mark["path"], class_name="ink", custom_attrs={"strokeWidth": 12}),
            ),
        ),
        key=mark["key"],
    )


def _words(mark: rx.Var[Mark]) -> rx.Component:
    """Words stand over the lines, not among them: the lines' sheet is stretched to the picture, letters must not be.

    Moved by as much of their own size as of the picture's, they lie inside it wherever they begin.
    """
    x, y = (f"{mark[name].to(int) / 10}%" for name in ("x", "y"))
    place = {"left": x, "top": y, "transform": f"translate(-{x}, -{y})"}
    return rx.cond(mark["text"], rx.el.b(mark["text"], style=place, key=mark["key"]))


def _review() -> rx.Component:
    return rx.fragment(
        shot(
            REVIEW["url"],
            "这张照片，要看的地方圈出来了",
            rx.foreach(REVIEW["marks"], _mark),
            rx.foreach(REVIEW["marks"], _words),
        ),
        rx.cond(REVIEW["returned"], _why()),
        rx.foreach(REVIEW["questions"], _question),
        rx.cond(REVIEW["returned"], _again_group(), rx.cond(REVIEW["problem"], error(REVIEW["problem"]))),
    )


def _why() -> rx.Component:
    title = rx.cond(REVIEW["what"], REVIEW["what"].to(str) + "\u2060·" + REVIEW["reason"].to(str), REVIEW["reason"])
    return note(
        rx.cond(REVIEW["note"], REVIEW["note"], "下次去时再拍一张就好。"), title=title, tone="due", icon="undo-2"
    )


def _question(asked: rx.Var[Asked]) -> rx.Component:
    """A hint, in blue; the answer is in one's own words."""
    answer = offline.action("writeAnswer", asked["id"], offline.VALUE)
    return group(
        pad(
            rx.el.p(icon("circle-help", small=True), asked["text"], class_name="hint"),
            text_area("是怎么回事", aside="说一句就行", max_length=500, form=UNKEPT, on_change=answer),
        ),
        key=asked["id"],
    )


def _again_group() -> rx.Component:
    words = text_area(
        "说一句",
        aside="不用重拍就写明为什么",
        default_value=REVIEW["text"],
        form=UNKEPT,
        max_length=500,
        on_change=offline.action("writeReview", offline.VALUE),
    )
    return group(
        pad(rx.cond(REVIEW["taken"], _taken()), _again(), rx.cond(REVIEW["problem"], error(REVIEW["problem"])), words)
    )


def _taken() -> rx.Component:
    one = REVIEW["taken"]
    return strip(strip_photo(one["url"], one["words"], one["caption"], on_remove=offline.action("dropRetake")))


def _again() -> rx.Component:
    take = offline.action("retake", offline.FILES, offline.EVENT)
    words = rx.cond(REVIEW["busy"], "正在存", rx.cond(REVIEW["taken"], "换一张", "重拍一张"))
    return rx.el.div(
        file_button(words, on_change=take, aria_label="重拍一张", data_testid="take-photo", class_name="wide"),
        file_button("从相册选", icon="image", camera=False, on_change=take, aria_label="从相册选", class_name="plain"),
        class_name="stack",
    )
