"""The frame of the office face: the masthead with what this person may open, 投诉建议, the person's menu; the door."""

from typing import Any

import reflex as rx

from app.accounts.rules import Permission
from app.accounts.state import OfficeState, acting, requires
from app.http import SIGNED_IN
from components.desk import go, leave, sign_out
from components.icons import icon
from components.link import load
from components.message import bones, empty, error
from components.office import mast_link, masthead, office, sheet_page

P = Permission
PAGES: tuple[tuple[str, Permission, str], ...] = (
    ("审核", P.REVIEW_READ, "/office/reviews"),
    ("农户名册", P.REGISTER_READ, "/office/households"),
    ("走访记录", P.VISITS_READ, "/office/visits"),
    ("未安置", P.UNPLACED, "/office/unplaced"),
    ("名册导入", P.IMPORT, "/office/imports"),
    ("概况", P.OVERVIEW, "/office/overview"),
    ("账号", P.ACCOUNTS, "/office/accounts"),
    ("表单", P.FORMS, "/office/forms"),
    ("设置", P.SETTINGS, "/office/settings"),
    ("五项禁止", P.SETTINGS, "/office/prohibitions"),
    ("操作日志", P.AUDIT_READ, "/office/audit"),
)
"""The pages of the masthead in their order; who lacks the permission does not see the word, and gets no data either."""


def may(permission: Permission) -> rx.Var[bool]:
    """Whether the person here has this right; only decides what is drawn."""
    return OfficeState.me.permissions.contains(str(permission))


def _entry(text: str, permission: Permission, href: str, current: str) -> rx.Component:
    return rx.cond(may(permission), mast_link(text, href=href, current=href == current), rx.fragment())


def _person() -> rx.Component:
    return rx.el.details(
        rx.el.summary(icon("user", small=True), OfficeState.me.name, "，", OfficeState.me.role_name),
        rx.el.div(
            load("改密码", href="/office/password", class_name="row"),
            rx.el.button("退出", type="button", on_click=sign_out(), class_name="row", data_testid="sign-out"),
            class_name="menu group",
        ),
        class_name="person",
    )


def _head(current: str) -> rx.Component:
    return masthead(
        *[_entry(text, permission, href, current) for text, permission, href in PAGES],
        aside=[
            mast_link(
                "投诉建议", href="/office/feedback", icon="message-square", current=current == "/office/feedback"
            ),
            _person(),
        ],
    )


def _messages() -> rx.Component:
    return rx.el.div(
        rx.cond(OfficeState.problem != "", error(OfficeState.problem, data_testid="problem")),
        rx.cond(
            OfficeState.done != "",
            rx.el.p(icon("check", small=True), OfficeState.done, class_name="state done", data_testid="done"),
        ),
        class_name="messages",
        aria_live="polite",
    )


def office_frame(current: str, *children: Any) -> rx.Component:
    """A whole office page: grey shapes until it is known who is here; who is not signed in is sent to the login."""
    here = rx.cond(OfficeState.me.name != "", rx.fragment(_messages(), *children), bones())
    # A tab hears first what was true when it left; only what its own load has found out sends it elsewhere.
    asked = rx.State.is_hydrated
    elsewhere = rx.cond(
        asked & OfficeState.away, leave(), rx.cond(asked & (OfficeState.to != ""), go(OfficeState.to), here)
    )
    return office(_head(current), elsewhere)


class DoorState(OfficeState):
    """`/office`: leads everyone to their first page."""

    @rx.event
    @requires(SIGNED_IN)
    async def open(self) -> None:
        """Go to the first page this person may open; who may open none of them stays here."""
        mine = [href for _, permission, href in PAGES if acting().may(permission)]
        self.to = mine[0] if mine else ""


def door_page() -> rx.Component:
    """What is seen for a moment on the way, or by an account without any page."""
    return office_frame(
        "/office", sheet_page("办公", empty("这里还没有你的页面", "需要什么，在投诉建议里写一句，或找县管理员。"))
    )
