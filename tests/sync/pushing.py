"""Pushing in tests, as a phone does."""

import json
from datetime import datetime
from typing import Any

import app.rooms  # noqa: F401  (every room's commands)
from app.accounts.schemas import Actor
from app.sync import service


def body_of(actor: Actor, commands: list[Any], **more: Any) -> bytes:
    """The body of a push."""
    return json.dumps({"device_id": actor.device_id, "commands": commands} | more, ensure_ascii=False).encode()


def push(actor: Actor, *commands: Any, now: datetime | None = None, **more: Any) -> list[dict[str, Any]]:
    """Push commands and return their receipts."""
    return service.push(actor, body_of(actor, list(commands), **more), now)["receipts"]


def statuses(receipts: list[dict[str, Any]]) -> list[str]:
    """The status of each receipt."""
    return [receipt["status"] for receipt in receipts]
