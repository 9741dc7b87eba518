"""`/api/sync`: push and pull; `/api/schema`: the contract in JSON Schema."""

import gzip
from typing import Any

from pydantic import BaseModel
from starlette.responses import Response

from app.accounts.rules import Permission
from app.devices import service as devices
from app.http import ONE_MEGABYTE, PUBLIC, SIGNED_IN, Call, endpoint
from app.sync import pull_service, service
from app.sync.registry import COMMANDS, PULL_TYPES
from app.sync.schemas import Envelope, Push, Receipt, Trouble
from models.base import write_json

WORTH_PACKING = 1024


@endpoint(
    "POST", "/sync/push", requires=Permission.SYNC, body_limit=ONE_MEGABYTE, rate="push", quota="commands", body=Push
)
def push(call: Call) -> dict[str, Any]:
    """Take in commands; answered when they are on disk."""
    return service.push(call.who, call.body)


@endpoint("GET", "/sync/pull", requires=SIGNED_IN, rate="pull", query=("cursor", "limit"))
def pull(call: Call) -> Response:
    """What changed in the caller's area since the cursor."""
    devices.note_report(call.who, call.request.headers.get("ruhutong-phone"))
    limit = call.whole_number("limit", pull_service.PAGE, low=1, high=pull_service.MOST)
    page = pull_service.pull(call.who, call.query("cursor"), limit)
    body = write_json(page).encode()
    headers = {"Cache-Control": "no-store", "Vary": "Accept-Encoding"}
    if len(body) >= WORTH_PACKING and "gzip" in call.request.headers.get("accept-encoding", ""):
        body, headers["Content-Encoding"] = gzip.compress(body, 5, mtime=0), "gzip"
    return Response(body, media_type="application/json", headers=headers)


class ErrorBody(BaseModel):
    """What is wrong, in one shape everywhere."""

    code: str
    message: str
    details: list[Trouble] = []


class ErrorAnswer(BaseModel):
    """Every answer of `/api` that is not a success."""

    error: ErrorBody


@endpoint("GET", "/schema", requires=PUBLIC)
def schema(_call: Call) -> dict[str, Any]:
    """JSON Schema of every command type, of what stands around them, and of the errors."""
    return {
        "commands": {name: kind.schema.model_json_schema() for name, kind in sorted(COMMANDS.items())},
        "command": Envelope.model_json_schema(),
        "push": Push.model_json_schema(),
        "receipt": Receipt.model_json_schema(),
        "pull": {name: _pull_schema(name) for name in sorted(PULL_TYPES)},
        "error": ErrorAnswer.model_json_schema(),
    }


def _pull_schema(name: str) -> dict[str, Any]:
    """A change as it goes down: new or changed with its data, or gone."""
    base = {"type": {"const": name}, "id": {"type": "string"}}
    there = {**base, "version": {"type": "integer"}, "data": {"type": "object"}}
    away = {**base, "gone": {"const": True}}
    return {
        "oneOf": [
            {"type": "object", "properties": there, "required": list(there)},
            {"type": "object", "properties": away, "required": list(away)},
        ]
    }


ROUTES = [push, pull, schema]
