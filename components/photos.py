"""Photographs: a strip of what was taken, a thumb in a list, one large with the reviewer's marks."""

from typing import Any

import reflex as rx

from components.icons import icon as draw

# A picture of the county that cannot be fetched now leaves the sign below it.
_GONE = rx.Var("((event) => { event.target.hidden = true; })")


def _picture(url: Any, words: Any) -> rx.Component:
    return rx.el.img(src=url, alt=words, custom_attrs={"onError": _GONE}, key=url)


def thumb(url: Any, words: Any) -> rx.Component:
    """A small picture in a row; a picture that is not here yet is a quiet sign."""
    return rx.el.span(draw("image"), rx.cond(url, _picture(url, words)), class_name="thumb")


def locked() -> rx.Component:
    """A child's picture before it is opened."""
    return rx.el.span(draw("lock"), class_name="thumb locked")


def strip(*children: Any, **props: Any) -> rx.Component:
    """Pictures side by side, the place for the next one last."""
    return rx.el.div(*children, class_name="strip", **props)


def strip_photo(url: Any, words: Any, caption: Any, *, on_remove: Any = None) -> rx.Component:
    """One picture of the strip with what became of it, and a way to take it out."""
    off = (
        []
        if on_remove is None
        else [
            rx.el.button(
                draw("x", small=True), type="button", class_name="off", aria_label="不要这张", on_click=on_remove
            )
        ]
    )
    return rx.el.figure(
        rx.el.div(draw("image"), rx.cond(url, _picture(url, words)), class_name="pic"),
        rx.el.figcaption(caption),
        *off,
    )


def shot(url: Any, words: Any, marks: Any = None, written: Any = None, box: Any = "0 0 1000 1000") -> rx.Component:
    """One picture large; `marks` are the reviewer's lines, white edge under red ink, `written` their words."""
    pen = (
        []
        if marks is None
        else [
            rx.el.svg(
                marks, class_name="pen", view_box=box, aria_hidden="true", custom_attrs={"preserveAspectRatio": "none"}
            )
        ]
    )
    if written is not None:
        pen.append(rx.el.div(written, class_name="pen written"))
    missing = rx.el.p(draw("image"), "照片在县里，有信号就看得到", class_name="missing")
    return rx.el.div(missing, rx.cond(url, _picture(url, words)), *pen, class_name="shot")
