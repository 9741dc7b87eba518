"""`/office`: the door of the office face; who is not signed in is sent to where everyone signs in."""

import reflex as rx

from app.shell.state import Desk


def office_page() -> rx.Component:
    """Greets who is signed in."""
    return rx.el.main(
        rx.el.h1("办公"),
        rx.cond(
            Desk.known,
            rx.cond(
                Desk.name != "",
                rx.el.p(Desk.name, data_testid="desk-name"),
                rx.el.p(rx.el.a("请先登录", href="/", reload_document=True, class_name="btn main")),
            ),
            rx.fragment(),
        ),
        class_name="body middle",
    )
