"""What a notice says and when it is tried again. Pure.

A notice says where and what kind, never who: no name and no number of a citizen leaves the county's system by it.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

KINDS = {
    "urgent_issue": "入户通：{place}报来一件紧急情况，请马上打开入户通处理。",
    "child_case": "入户通：{place}有孩子可能有危险，请负责的人马上打开入户通。",
    "photo_returned": "入户通：{place}有照片退回，请上传的人打开入户通看一下。",
    "break_glass": "入户通：有人紧急查看了{place}的一户，请打开入户通看一下。",
    "test": "入户通：这是一条试发的通知，收到就说明能用。",
}
"""The words of each kind; `{place}` is a village or township."""
GATEWAYS = {"wecom": "企业微信机器人", "sms": "短信网关"}

WAITS = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 180, 360, 720))
"""How long after each failure the next try comes; after the last one it is given up."""


def words(kind: str, place: str) -> str:
    """The text of a notice."""
    return KINDS[kind].format(place=place)


def request_body(gateway: str, text: str) -> dict[str, object]:
    """What is posted: WeCom's group robot, or plain `{text}` for an SMS gateway."""
    if gateway == "wecom":
        return {"msgtype": "text", "text": {"content": text}}
    return {"text": text}


def refused(gateway: str, status: int, answer: object) -> str | None:
    """Why the gateway did not take it, or None. WeCom says no with status 200 and an `errcode`."""
    if not 200 <= status < 300:
        return f"网关答 {status}"
    code = answer.get("errcode", 0) if gateway == "wecom" and isinstance(answer, dict) else 0
    return f"企业微信答 {code}" if code else None


def next_try(tries: int, now: datetime) -> datetime | None:
    """When to try again after this many failures; None gives up."""
    return now + WAITS[tries - 1] if tries <= len(WAITS) else None


def without_secret(chosen: Mapping[str, Any]) -> dict[str, Any]:
    """A gateway as the log may tell it: whoever has its whole address can write to the group."""
    host = urlsplit(chosen["url"]).hostname if chosen["url"] else ""
    return {**chosen, "url": f"{host}/…" if host else ""}


def address_problem(url: str) -> str | None:
    """Why an address will not do, as a sentence, or None."""
    try:
        parts = urlsplit(url.strip())
        port_ok = parts.port is None or parts.port > 0
    except ValueError:
        return "地址写得不对。"
    if parts.scheme not in {"https", "http"} or not parts.hostname or not port_ok:
        return "地址要以 https:// 或 http:// 开头。"
    if parts.username or parts.password:
        return "地址里不要写用户名和密码。"
    return None
