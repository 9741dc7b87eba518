"""设置 as the administrator sees it: every dated parameter with its source, the time-outs, the hotline."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlmodel import Session

from app.accounts.rules import Permission, Role
from app.accounts.schemas import Actor
from app.config import settings
from app.db import SHANGHAI, utcnow
from app.errors import BadInput, NotAllowed
from app.settings import service
from app.settings.rules import SYSTEM, shipped
from models.settings import Parameter

OWN_FORM = ("hotline", "hotline_child", "notice", "safe_to", "device_enrolment", "second_factor")
"""Parameters that have a form of their own, or are written by the system."""


@dataclass(frozen=True)
class ParameterView:
    """A parameter in the list: what holds today, since when, by which rule, and what comes."""

    key: str
    label: str
    value: str
    since: str
    source: str
    coming: str


@dataclass(frozen=True)
class SettingsView:
    """What the page of settings shows beside the parameters."""

    hotline: str = ""
    hotline_name: str = ""
    child_hotline: str = ""
    child_hotline_name: str = ""
    notice_on: bool = False
    notice_kind: str = "wecom"
    notice_url: str = ""
    factor_roles: list[str] = field(default_factory=list)
    backup: str = ""
    office_idle: str = ""
    office_whole: str = ""
    phone_idle: str = ""
    phone_whole: str = ""


def today() -> date:
    """The day in China."""
    return utcnow().astimezone(SHANGHAI).date()


def _allowed(actor: Actor) -> None:
    if not actor.may(Permission.SETTINGS):
        raise NotAllowed()


def overview(session: Session, actor: Actor) -> SettingsView:
    """The settings with forms of their own, and the time-outs, which are set where the server starts."""
    _allowed(actor)
    found, chosen = service.values(session, OWN_FORM, today()), settings()
    return SettingsView(
        hotline=found["hotline"]["number"], hotline_name=found["hotline"]["name"],
        child_hotline=found["hotline_child"]["number"], child_hotline_name=found["hotline_child"]["name"],
        notice_on=found["notice"]["on"], notice_kind=found["notice"]["kind"], notice_url=found["notice"]["url"],
        factor_roles=list(found["second_factor"]["roles"]),
        backup=str(found["safe_to"]["at"] or ""), office_idle=f"{chosen.session_idle_minutes} 分钟",
        office_whole=f"{chosen.session_hours} 小时", phone_idle=f"{chosen.field_idle_hours // 24} 天",
        phone_whole=f"{chosen.field_session_days} 天",
    )  # fmt: skip


def parameters(session: Session, actor: Actor) -> list[ParameterView]:
    """How the system itself behaves, as of today; what the programmes ask stands under 口径."""
    _allowed(actor)
    on = today()
    rows: dict[str, list[Parameter]] = {}
    for row in session.scalars(select(Parameter).where(Parameter.area == "").order_by(Parameter.from_on)):  # type: ignore[arg-type]
        rows.setdefault(row.key, []).append(row)
    keys = dict.fromkeys(one.key for one in SYSTEM if one.key not in OWN_FORM)
    return [_view(shipped(key, on), rows.get(key, []), on) for key in keys]


def _view(default: Any, rows: list[Parameter], on: date) -> ParameterView:
    holds = [row for row in rows if row.from_on <= on and (row.to_on is None or row.to_on >= on)]
    comes = [f"{row.from_on} 起 {row.value['value']}" for row in rows if row.from_on > on]
    now = holds[-1] if holds else None
    return ParameterView(
        key=default.key, label=default.label, value=str(now.value["value"] if now else default.value),
        since=(now.from_on if now else default.from_on).isoformat(),
        source=_plain((now.source if now else "") or default.source),
        coming="；".join(comes),
    )  # fmt: skip


def _plain(source: str) -> str:
    """The source in words: [D] was chosen in design, [K] is known but not read at its origin."""
    return source.replace("[D]", "（暂定，请县里确认）").replace("[K]", "（请县里核对）")


def set_number(session: Session, actor: Actor, key: str, text: str, from_on: date, source: str) -> None:
    """Set a number from a day on.

    Raises:
        BadInput: it is no whole number, or far from anything that makes sense.
    """
    _allowed(actor)
    if not text.strip().isascii() or not text.strip().isdigit() or not 0 < int(text.strip()) <= 100_000:
        raise BadInput("要填 1 到 100000 的整数。")
    if key in OWN_FORM:
        raise BadInput("这一项在上面改。")
    if key not in {one.key for one in SYSTEM}:
        raise BadInput("这一项在口径里改。")
    if not source.strip():
        raise BadInput("写一下依据：哪份文件，或谁定的。")
    service.set_value(session, actor, key, int(text.strip()), from_on, source=source.strip()[:200])


def set_hotline(session: Session, actor: Actor, key: str, name: str, number: str) -> None:
    """Set a number that is dialled from every phone.

    Raises:
        BadInput: it holds something that cannot be dialled.
    """
    _allowed(actor)
    digits = "".join(char for char in number if char not in " -")
    if key not in ("hotline", "hotline_child") or not (
        digits.isascii() and digits.isdigit() and 3 <= len(digits) <= 15
    ):
        raise BadInput("电话要填 3 到 15 位数字。")
    service.set_value(session, actor, key, {"name": name.strip()[:24] or "值班电话", "number": digits}, today())


def set_factor_roles(session: Session, actor: Actor, roles: list[str]) -> None:
    """Of whom a second factor is asked, from their next sign-in on; of nobody when the list is empty.

    Raises:
        BadInput: there is no such role.
    """
    _allowed(actor)
    if not set(roles) <= set(Role):
        raise BadInput("没有这种角色。")
    service.set_value(session, actor, "second_factor", {"roles": sorted(set(roles))}, today(), source="县里定")
