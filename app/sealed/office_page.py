"""打不开的 on the office face: sealed copies that are kept as they came, for the administrator."""

import reflex as rx

from app.limits import PAGE
from app.sealed.kept_service import KeptView
from app.sealed.state import KeptState
from app.shell.list_page import listed
from app.shell.office_page import office_frame
from components.button import button
from components.icons import icon
from components.link import load
from components.message import bones, empty
from components.office import line_of, sheet_page

PHONES = "/office/devices"
COLUMNS = ("什么时候", "谁的手机", "是什么", "原因", "怎么办")


def _row(one: rx.Var[KeptView]) -> rx.Component:
    phone = rx.el.div(rx.el.b(one.who), rx.el.p(one.device, class_name="was"))
    kind = rx.el.span(one.kind, "，", one.size, rx.cond(one.times > 1, rx.el.span("，来过 ", one.times, " 次")))
    deeds = rx.el.div(
        button("再试试", on_click=KeptState.retry(one.sum), data_testid="kept-retry"),
        rx.el.a(icon("download", small=True), "存成文件", href=f"/api/sealed/{one.sum}", class_name="btn light",
                custom_attrs={"download": ""}, data_testid="kept-export"),
        class_name="tags",
    )  # fmt: skip
    return line_of(COLUMNS, one.at, phone, kind, one.why, deeds, key=one.sum)


def kept_page() -> rx.Component:
    """What came sealed and does not open, and what can be done about it."""
    nothing = empty("没有打不开的", "手机送来的都打开了。")
    body = listed(
        KeptState, "打不开的", COLUMNS, _row, nobody=nothing, last=KeptState.offset + PAGE >= KeptState.page.total
    )
    line = "手机送来、这里打不开的，原样留着，手机里的那份也还在。放回钥匙以后再试试；打开了就照常收下。"
    return office_frame(
        PHONES,
        sheet_page(
            "打不开的", rx.cond(KeptState.ready, body, bones(6)), line=line,
            actions=[load("回手机", href=PHONES, class_name="btn")],
        ),
    )
