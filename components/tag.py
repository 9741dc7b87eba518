"""Tags, and the one-line states of a record: icon, word and colour together."""

from typing import Any, Literal

import reflex as rx

from components.icons import icon as draw

Tone = Literal["", "due", "alarm", "done", "way"]


def tag(text: Any, *, tone: Tone | rx.Var[str] = "", icon: str | None = None) -> rx.Component:
    """A short official word: 低保, 今天该去."""
    mark = [draw(icon, small=True)] if icon else []
    return rx.el.span(*mark, text, class_name=f"tag {tone}")


def tags(*children: Any, **props: Any) -> rx.Component:
    """Tags side by side; they wrap."""
    return rx.el.div(*children, class_name="tags", **props)


def state(text: Any, *, icon: str | rx.Var[str], tone: str | rx.Var[str] = "") -> rx.Component:
    """How far a record has come, in one line: 已存在手机, 正在上传 3/5, 县里已收到, 要改一处."""
    return rx.el.p(draw(icon, small=True), text, class_name=f"state {tone}")
