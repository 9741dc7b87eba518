"""Which columns of a changed visit say otherwise than the command it came by."""

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import select
from sqlmodel import Session

from app.db import SHANGHAI
from app.errors import AppError
from app.evidence import rules
from app.evidence.words import COLUMNS
from app.sync import rules as commands
from models.sync import Command


def sound(row: Mapping[str, Any]) -> bool:
    """Whether a command, as it came, still has the digest that its phone gave it."""
    try:
        value = orjson.loads(row["raw"])
        value.pop("digest", None), value.pop("signature", None)
        if hashlib.sha256(orjson.dumps(value, option=orjson.OPT_SORT_KEYS)).hexdigest() == row["digest"]:
            return True
        return commands.digest_of(json.loads(row["raw"])) == row["digest"]
    except (ValueError, TypeError, AttributeError, commands.NoCanonicalForm):
        return False


def told(session: Session, type_: str, row: Mapping[str, Any]) -> list[str]:
    """The words of the columns that the command contradicts; none where it cannot tell."""
    if type_ != "visit":
        return []
    query = select(Command).where(Command.row_id == row["id"], Command.type.in_(("visit", "visit.correct")))  # type: ignore[attr-defined]
    try:
        command = session.scalars(query).first()
        said = _said(command, json.loads(command.raw)) if command is not None else {}
    except (AppError, ValueError, KeyError, TypeError, AttributeError):  # the command was changed too: named by itself
        return []
    names = [name for name, value in said.items() if _plain(row.get(name)) != _plain(value)]
    return list(dict.fromkeys(COLUMNS.get(name, name) for name in names))


def _plain(value: Any) -> Any:
    return json.loads(json.dumps(value, sort_keys=True, default=str))


def _said(command: Command, value: Mapping[str, Any]) -> dict[str, Any]:
    payload = value["payload"]
    place = payload.get("location") or {}
    began, ended = (datetime.fromisoformat(payload[name]) for name in ("started_at", "finished_at"))
    found = {
        "mode": payload["mode"], "met": [one.lower() for one in payload.get("met", [])],
        "started_at": rules.when(began), "finished_at": rules.when(ended),
        "on": began.astimezone(SHANGHAI).date().isoformat(), "answers": payload.get("answers", {}),
        "unchanged": payload.get("unchanged", []), "next_on": payload.get("next_on"),
        "form_code": payload["form"]["code"], "form_version": payload["form"]["version"],
        "author_id": command.author_id, "device_id": command.device_id, "household_id": command.household_id,
        "reason": payload.get("reason"), "received_at": rules.when(command.received_at),
    }  # fmt: skip
    places = {name: place.get(name) for name in ("lat", "lon", "accuracy_m")}
    return found | {name: None if one is None else float(one) for name, one in places.items()}
