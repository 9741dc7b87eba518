"""The questions of an open section: drawn by `rx.foreach` over the form, by `rx.match` over the kind of answer."""

import reflex as rx

from app.visits.shapes_page import Block, Choice, Field, Line, Picture
from components import offline
from components.button import button, file_button
from components.choices import choice, choices, question
from components.field import UNKEPT, text_box
from components.group import pad
from components.icons import icon
from components.message import error, note
from components.photos import strip, strip_photo
from components.section import same

LEARN = "保存后转给镇里办，办到哪一步会告诉你。"


def open_section(block: rx.Var[Block]) -> rx.Component:
    """The whole section open, each question with its test name `question-{code}`."""
    head = rx.el.div(rx.el.h2(block["title"]), rx.el.span(block["aside"]), class_name="h")
    hint = rx.cond(block["hint"], rx.el.p(block["hint"], class_name="soft-text"))
    return rx.el.div(
        pad(head, hint, _quick(block), class_name="tight head-pad"),
        rx.el.ul(rx.foreach(block["lines"], lambda line: _line(block, line)), class_name="lines"),
        rx.cond(block["done"], _done(block)),
        class_name="group",
        role="group",
        aria_label=block["title"],
    )


def unchanged_tick(block: rx.Var[Block]) -> rx.Component:
    """「无变化」 of a section, with its test name `unchanged-{section}`."""
    return same(
        block["same_word"],
        checked=block["unchanged"],
        on_change=offline.action("toggleUnchanged", block["key"], offline.CHECKED),
        data_testid=rx.Var.create("unchanged-") + block["section"].to(str),
        aria_label=block["title"].to(str) + block["same_word"].to(str),
    )


def _quick(block: rx.Var[Block]) -> rx.Component:
    """On a first visit: everything is well, or there is nothing to note."""
    well = rx.cond(
        block["all_ok"],
        button(block["all_ok"], icon="check", on_click=offline.action("allOk", block["key"])),
    )
    return rx.cond(block["first"] & ~block["done"].bool(), rx.el.div(well, unchanged_tick(block), class_name="quick"))


def _done(block: rx.Var[Block]) -> rx.Component:
    return rx.el.div(
        button("这一段好了", on_click=offline.action("foldSection", block["key"]), class_name="wide"),
        class_name="fold-in",
    )


def _line(block: rx.Var[Block], line: rx.Var[Line]) -> rx.Component:
    heading = rx.cond(line["heading"], rx.el.h3(line["heading"], class_name="heading"))
    row = rx.el.button(
        rx.el.span(rx.el.b(line["label"]), class_name="t"),
        rx.el.span(
            rx.match(
                line["value"]["icon"],
                ("check", icon("check", small=True)),
                ("triangle-alert", icon("triangle-alert", small=True)),
                ("minus", icon("minus", small=True)),
            ),
            line["value"]["words"],
            class_name="v",
        ),
        icon("chevron-down", small=True),
        type="button",
        class_name=rx.cond(line["value"]["due"], "row answer due", "row answer"),
        on_click=offline.action("toggleLine", block["key"], line["code"], True),
        aria_expanded=False,
    )
    fields = rx.el.div(
        rx.foreach(line["fields"], lambda field: _field(block, field)),
        rx.cond(line["issue"], note(LEARN, tone="due", icon="arrow-right")),
        rx.cond(line["photo"], _pictures(line)),
        class_name="open",
    )
    return rx.el.li(
        heading,
        rx.cond(line["open"], fields, row),
        key=line["id"],
        data_testid=rx.Var.create("question-") + line["code"].to(str),
    )


def _field(block: rx.Var[Block], field: rx.Var[Field]) -> rx.Component:
    """One question with its answers and what is wrong with them."""
    return rx.el.div(
        rx.match(
            field["kind"],
            ("choice", _choices(block, field, many=False)),
            ("choices", _choices(block, field, many=True)),
            ("area", _words(block, field, long=True)),
            ("line", _words(block, field, long=False)),
            ("date", _date(block, field)),
        ),
        rx.cond(field["problem"], error(field["problem"])),
        class_name="asked",
        id=field["id"],
        key=field["id"],
        custom_attrs={"data-question": field["code"]},
    )


def _choices(block: rx.Var[Block], field: rx.Var[Field], *, many: bool) -> rx.Component:
    def one(option: rx.Var[Choice]) -> rx.Component:
        return choice(
            option["label"],
            name=field["id"],
            checked=option["on"],
            many=many,
            tone=option["tone"],
            on_change=offline.action("choose", block["key"], field["code"], option["value"]),
            key=option["value"],
        )

    return question(
        field["label"],
        rx.cond(field["hint"], rx.el.p(field["hint"], class_name="soft-text ask-hint")),
        choices(rx.foreach(field["options"], one), shape=field["shape"]),
        aside=field["aside"],
    )


def _words(block: rx.Var[Block], field: rx.Var[Field], *, long: bool) -> rx.Component:
    given = {
        "default_value": field["value"],
        "max_length": field["max"],
        "auto_complete": "off",
        "on_change": offline.action("write", block["key"], field["code"], offline.VALUE),
        "aria_invalid": field["problem"] != "",
    }
    control = (
        text_box(form=UNKEPT, **given) if long else rx.el.input(input_mode=field["input_mode"], **given)
    )
    hint = rx.cond(field["hint"], rx.el.span(field["hint"], class_name="ask-hint soft-text"))
    name = rx.el.span(field["label"], " ", rx.el.small(field["aside"]))
    return rx.el.label(name, hint, control, class_name="field")


def _date(block: rx.Var[Block], field: rx.Var[Field]) -> rx.Component:
    control = rx.el.input(
        type="date",
        default_value=field["value"],
        on_change=offline.action("write", block["key"], field["code"], offline.VALUE),
    )
    return rx.el.label(rx.el.span(field["label"], " ", rx.el.small(field["aside"])), control, class_name="field")


def _pictures(line: rx.Var[Line]) -> rx.Component:
    part = line["photo"]
    return rx.el.div(
        rx.el.p(part["title"], rx.el.span("可以不拍"), class_name="q"),
        rx.cond(part["why"], rx.el.p(part["why"], class_name="soft-text ask-hint")),
        pictures(part["photos"], part["busy"], part["code"]),
    )


def pictures(photos: rx.Var[list[Picture]], busy: rx.Var[bool], question_code: rx.Var[str] | str) -> rx.Component:
    """The strip of what was taken, and the place for the next one: camera, or the album."""
    own = isinstance(question_code, rx.Var)
    name = rx.Var.create("take-photo-") + question_code.to(str) if own else "take-photo"
    take = offline.action("addPhoto", question_code, offline.FILES, offline.EVENT)

    def one(photo: rx.Var[Picture]) -> rx.Component:
        return rx.el.div(
            strip_photo(
                photo["url"], photo["words"], photo["caption"], on_remove=offline.action("dropPhoto", photo["sha256"])
            ),
            key=photo["sha256"],
        )

    add = rx.el.label(
        icon("camera"),
        rx.cond(busy, "正在存", "拍照"),
        rx.el.input(
            type="file",
            accept="image/*",
            custom_attrs={"capture": "environment"},
            on_change=take,
            data_testid=name,
            aria_label="拍照",
            class_name="cover",
        ),
        class_name="add",
    )
    album = file_button(
        "从相册选", icon="image", camera=False, on_change=take, aria_label="从相册选", class_name="plain"
    )
    return rx.fragment(strip(rx.foreach(photos, one), rx.el.div(add)), album)
