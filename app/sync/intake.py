"""What came over the wire, before it is taken in: each command sound, or why not; what its signature is worth."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from pydantic import ValidationError

from app.accounts.schemas import Actor
from app.devices import service as devices
from app.errors import BadInput, Detail, NotAllowed, TooBig
from app.http import details_of
from app.keepable import keepable
from app.sync import rules
from app.sync.registry import COMMANDS
from app.sync.schemas import Envelope, Outcome, Push, Work


@dataclass(slots=True)
class Slot:
    """The place of one command in a push: its work, or the errors for which it is rejected.

    `sound`: its digest is right. `before`: what became of it when it came the first time.
    """

    raw: str
    id: str | None = None
    digest: str | None = None
    work: Work | None = None
    errors: list[dict[str, str]] = field(default_factory=list)
    same_as: Work | None = None
    sound: bool = False
    before: Outcome | None = None
    seq: int | None = None


@dataclass
class Intake:
    """A push as read: who sent it when, and its commands in order."""

    device_id: str
    sent_at: datetime | None
    slots: list[Slot]


def error(code: str, message: str, path: str = "") -> dict[str, str]:
    """One error of a receipt. A path may hold whatever the sender wrote, so it is made fit to keep."""
    clean = path.encode("utf-8", "replace").decode().replace("\0", "")[:200]
    return {"path": clean, "code": code, "message": message}


def _errors(problem: ValidationError, under: str = "") -> list[dict[str, str]]:
    found = details_of(problem)[:20]
    return [error(one.code, one.message, f"{under}{one.path}") for one in found]


def read(actor: Actor, body: bytes, now: datetime, aside: str = "") -> Intake:
    """Read a push; `aside` says why its author may no longer write.

    Raises:
        BadInput: no JSON object with commands, or fields around them that cannot be.
        NotAllowed: `other_device`, the device is not the session's.
        TooBig: `batch_too_big`, `command_too_big` (its id is in the details).
    """
    try:
        fields, items = rules.read_push(body)
    except rules.NotJson as problem:
        raise BadInput("内容不是要送的记录，没有收下。", code="bad_json") from problem
    sent_at = fields.pop("sent_at", None)
    try:
        push = Push.model_validate({"device_id": fields.get("device_id"), "sent_at": sent_at})
    except ValidationError as problem:
        raise BadInput(details=details_of(problem)) from problem
    if push.device_id != (actor.device_id or "").lower():
        raise NotAllowed("这台设备和登录时的不一样，请重新登录。", code="other_device")
    _hold_to_caps(items)
    slots = [_examine(actor, item, push, now) for item in items]
    works = [slot.work for slot in slots if slot.work is not None]
    for work in works:
        work.aside = aside
    _look_at_signatures(actor, push.device_id, works)
    return Intake(push.device_id, push.sent_at, slots)


def _look_at_signatures(actor: Actor, device_id: str, works: Sequence[Work]) -> None:
    """Note what each signature is worth; never a reason to hold or reject."""
    found = devices.worth_of((actor.id, device_id), [(work.digest, work.signature) for work in works])
    for work, worth in zip(works, found, strict=True):
        work.signed = worth


def _hold_to_caps(items: Sequence[rules.Item]) -> None:
    too_big = [
        item for item in items if len(item.raw) > rules.LARGEST_COMMAND // 4 and _bytes(item) > rules.LARGEST_COMMAND
    ]
    if too_big:
        names = [item.value.get("id") if isinstance(item.value, dict) else None for item in too_big]
        known = [str(name) if rules.is_id(name) else "" for name in names]
        details = [Detail(name, "command_too_big", "这条记录太长，请删掉一些文字。") for name in known]
        raise TooBig("有一条记录太长，请删掉一些文字再存一次。", code="command_too_big", details=details)
    if len(items) > rules.MOST_COMMANDS:
        raise TooBig("一次送得太多，请分几次送。", code="batch_too_big")


def _bytes(item: rules.Item) -> int:
    return len(item.raw.encode("utf-8", "surrogatepass"))


def _examine(actor: Actor, item: rules.Item, push: Push, now: datetime) -> Slot:
    slot = Slot(item.raw)
    value = item.value
    if not isinstance(value, dict) or not rules.is_id(value.get("id")):
        slot.errors = [error(item.fault or "malformed", rules.FORM_FAULTS.get(item.fault or "", "这不是一条记录。"))]
        return slot
    slot.id = value["id"]
    slot.digest = value["digest"] if rules.is_digest(value.get("digest")) else None
    try:
        if item.fault:
            raise rules.NoCanonicalForm(item.fault)
        right = rules.digest_of(value, odd_number=item.odd_number)
    except rules.NoCanonicalForm as problem:
        slot.errors = [error(problem.code, rules.FORM_FAULTS[problem.code])]
        return slot
    if slot.digest != right:
        slot.errors = [error("digest_mismatch", "路上丢了字，会再送一次。", "digest")]
        return slot
    slot.sound = True
    _validate(actor, slot, value, push, now)
    return slot


def _validate(actor: Actor, slot: Slot, value: dict[str, Any], push: Push, now: datetime) -> None:
    if "\\u0000" in slot.raw:  # the raw command has it still
        value = keepable(value)
    work, errors = work_of(actor, slot.raw, value, push.device_id, now)
    slot.errors = errors
    slot.work = work
    if work is not None:
        work.sent_at = push.sent_at


def work_of(
    actor: Actor, raw: str, value: dict[str, Any], device_id: str, now: datetime
) -> tuple[Work | None, list[dict[str, str]]]:
    """A command checked against the schema of its type, or its errors."""
    try:
        head = Envelope.model_validate(value)
    except ValidationError as problem:
        return None, _errors(problem)
    kind = COMMANDS.get(head.type)
    if kind is None:
        return None, [error("unknown_type", "县里不认识这种记录，请更新入户通。", "type")]
    if kind.needs_base and head.base_version is None:
        return None, [error("missing", "缺少改之前的版本。", "base_version")]
    try:
        payload = kind.schema.model_validate(head.payload)
    except ValidationError as problem:
        return None, _errors(problem, "payload.")
    work = Work(
        actor=actor, id=head.id, type=head.type, digest=head.digest, raw=raw, payload=payload, body=head.payload,
        device_id=device_id, captured_at=head.captured_at, received_at=now, base_version=head.base_version,
        corrects=head.corrects, prev=head.prev, signature=head.signature,
    )  # fmt: skip
    return work, []
