"""The frame of the office face: the masthead with what this person may open, 投诉建议, the person's menu; the door."""

from typing import Any

import reflex as rx
from sqlmodel import Session

from app.accounts.rules import Permission
from app.accounts.schemas import Actor
from app.accounts.state import OfficeState, acting, read, requires
from app.db import utcnow
from app.evidence import opening_service as openings
from app.http import SIGNED_IN
from components.desk import go, leave, sign_out
from components.icons import icon
from components.link import load
from components.message import bones, empty, error
from components.office import mast_link, masthead, office, sheet_page

P = Permission
Entry = tuple[str, Permission, str]
GROUPS: dict[str, tuple[Entry, ...]] = {
    "台账": (
        ("留守老人", P.REGISTERS, "/office/elders"),
        ("儿童", P.REGISTERS, "/office/children"),
        ("特困", P.REGISTERS, "/office/hardship"),
        ("残疾人", P.REGISTERS, "/office/disability"),
        ("结对", P.REGISTERS, "/office/pairing"),
        ("协议", P.REGISTERS, "/office/agreements"),
        ("低收入", P.REGISTERS, "/office/lowincome"),
        ("信访", P.CASEWORK, "/office/casework"),
        ("公示", P.CASEWORK, "/office/casework/notices"),
    ),
    "比对": (
        ("疑点", P.REGISTERS, "/office/findings"),
        ("待遇", P.REGISTERS, "/office/benefits"),
        ("抽查", P.SAMPLING, "/office/sampling"),
        ("疑点概况", P.OVERVIEW, "/office/findings/overview"),
    ),
    "系统": (
        ("表单", P.FORMS, "/office/forms"),
        ("设置", P.SETTINGS, "/office/settings"),
        ("口径", P.SETTINGS, "/office/policy"),
        ("比对规则", P.SETTINGS, "/office/findings/rules"),
        ("五项禁止", P.SETTINGS, "/office/prohibitions"),
        ("操作日志", P.AUDIT_READ, "/office/audit"),
    ),
}
"""Pages behind one word of the masthead, in a line of their own below it; the word leads to the first that is open."""
PAGES: tuple[Entry | str, ...] = (
    ("审核", P.REVIEW_READ, "/office/reviews"),
    ("农户名册", P.REGISTER_READ, "/office/households"),
    "台账",
    ("走访记录", P.VISITS_READ, "/office/visits"),
    ("需要人去看的", P.VISITS_READ, "/office/needs"),
    "比对",
    ("未安置", P.UNPLACED, "/office/unplaced"),
    ("名册导入", P.IMPORT, "/office/imports"),
    ("账号", P.ACCOUNTS, "/office/accounts"),
    ("导出", P.EXPORT, "/office/exports"),
    ("概况", P.OVERVIEW, "/office/overview"),
    ("手机", P.DEVICES, "/office/devices"),
    ("忘记密码", P.RECOVERY, "/office/recovery"),
    ("紧急查看", P.BREAK_GLASS, "/office/openings"),
    ("证据", P.EVIDENCE, "/office/evidence"),
    "系统",
)
"""The masthead in its order; who lacks the permission does not see the word, and gets no data either."""


def may(permission: Permission) -> rx.Var[bool]:
    """Whether the person here has this right; only decides what is drawn."""
    return OfficeState.me.permissions.contains(str(permission))


def _entry(entry: Entry | str, current: str) -> rx.Component:
    """A word of the masthead; that of a group leads to the first page that this person may open."""
    if not isinstance(entry, str):
        text, permission, href = entry
        return rx.cond(may(permission), mast_link(text, href=href, current=href == current), rx.fragment())
    shown: rx.Component = rx.fragment()
    for _, permission, href in reversed(GROUPS[entry]):
        shown = rx.cond(may(permission), mast_link(entry, href=href, current=_group_of(current) == entry), shown)
    return shown


def _group_of(current: str) -> str | None:
    return next((word for word, entries in GROUPS.items() if any(href == current for _, _, href in entries)), None)


def _group(current: str) -> rx.Component:
    """The line of the group to which this page belongs."""
    word = _group_of(current)
    if word is None:
        return rx.fragment()
    return rx.el.nav(*[_entry(entry, current) for entry in GROUPS[word]], class_name="submast", aria_label=word)


def _pages() -> list[Entry]:
    return [one for entry in PAGES for one in (GROUPS[entry] if isinstance(entry, str) else (entry,))]


def _person() -> rx.Component:
    """Who is here; where the masthead has room for one line only, the role stands in the menu."""
    role = OfficeState.me.role_name
    return rx.el.details(
        rx.el.summary(
            icon("user", small=True), rx.el.span(OfficeState.me.name, rx.el.span("，", role, class_name="role"))
        ),
        rx.el.div(
            rx.el.p(role, class_name="row role"),
            load("改密码", href="/office/password", class_name="row"),
            rx.el.button("退出", type="button", on_click=sign_out(), class_name="row", data_testid="sign-out"),
            class_name="menu group",
        ),
        class_name="person",
    )


def _head(current: str) -> rx.Component:
    return masthead(
        *[_entry(entry, current) for entry in PAGES],
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
    return office(rx.fragment(_head(current), _group(current)), elsewhere)


def _told(session: Session, actor: Actor) -> bool:
    """Whether a section's head has to hear first that somebody looked at a home outside his area."""
    return openings.waiting(session, actor, utcnow())


class DoorState(OfficeState):
    """`/office`: leads everyone to their first page."""

    @rx.event
    @requires(SIGNED_IN)
    async def open(self) -> None:
        """Go to the first page this person may open; who may open none of them stays here."""
        mine = [href for _, permission, href in _pages() if acting().may(permission)]
        first = mine[0] if mine else ""
        self.to = "/office/openings" if acting().may(P.BREAK_GLASS_SEEN) and await read(_told) else first


def door_page() -> rx.Component:
    """What is seen for a moment on the way, or by an account without any page."""
    return office_frame(
        "/office", sheet_page("办公", empty("这里还没有你的页面", "需要什么，在投诉建议里写一句，或找县管理员。"))
    )
