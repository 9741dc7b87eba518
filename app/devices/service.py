"""Phones and their keys: enrolling, knowing whose signature it is, what a phone tells of itself."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import select, tuple_
from sqlmodel import Session

from app import limits
from app.accounts.schemas import Actor
from app.audit.service import record
from app.db import SHANGHAI, reading, transaction, utcnow
from app.devices import rules
from app.devices.schemas import DeviceRegistration
from app.errors import BadInput, Conflict, Detail, NotAllowed, TooMany
from app.settings import service as settings
from models.accounts import Device
from models.devices import DeviceCode, DeviceKey

TRIES_PER_MINUTE = 10
MOST_KEYS = 20
REPORT_EVERY = timedelta(minutes=10)

DeviceName = tuple[str, str]
"""(user id, device id)."""


class BadCode(NotAllowed):
    """403: a phone has to be enrolled with a one-time code, and this is none."""

    def __init__(self, code: str) -> None:
        words = {
            "code_needed": "这部手机要用登记码。请向镇里或县里要一个，扫一扫或输进来。",
            "code_wrong": "这个登记码不对、用过了或过期了。请再要一个。",
        }
        super().__init__(message=words[code], code=code)


def register(session: Session, actor: Actor, data: DeviceRegistration, now: datetime) -> str:
    """Take in the key of the actor's phone; returns how it was enrolled. The same key again changes nothing.

    Raises:
        BadInput: it is no key, or the session has no device.
        BadCode: the county wants a code, and there is none or a wrong one.
        Conflict: too many keys for one phone.
        TooMany: slow down.
    """
    wait = limits.allowed(f"devices:{actor.id}", TRIES_PER_MINUTE)
    if wait:
        raise TooMany(f"试得太快了，请等 {wait} 秒再试。", retry_after=wait)
    if not rules.is_public_key(data.public_key):
        raise BadInput(details=[Detail("public_key", "bad_key", "这不是手机的钥匙。")])
    device = session.get(Device, (actor.id, actor.device_id or ""))
    if device is None:
        raise BadInput("没有认出这部手机，请重新登录。", code="no_device")
    how = _how(session, actor, device, data.code, now)
    known = keys_of(session, [(actor.id, device.id)])[actor.id, device.id]
    if data.public_key not in known:
        if len(known) >= MOST_KEYS:
            raise Conflict("这部手机换过太多次钥匙，请找县管理员。", code="too_many_keys")
        session.add(DeviceKey(user_id=actor.id, device_id=device.id, public_key=data.public_key, how=how,
                              enrolled_at=now))  # fmt: skip
        record(session, actor, "device.enrolled", "device", device.id, after={"how": how, "name": device.name})
    if device.enrolled_at is None or device.enrolled_how != how:
        device.enrolled_at, device.enrolled_how = device.enrolled_at or now, how
    return how


def _how(session: Session, actor: Actor, device: Device, code: str | None, now: datetime) -> str:
    if code:
        row = session.get(DeviceCode, rules.code_hash(code), with_for_update=True)
        mine = row is not None and row.user_id == actor.id and row.expires_at > now
        if row is None or not mine or (row.used_at is not None and row.device_id != device.id):
            raise BadCode("code_wrong")
        if row.used_at is None:
            row.used_at, row.device_id = now, device.id
        return "code"
    wanted = settings.value(session, "device_enrolment", now.astimezone(SHANGHAI).date())
    if wanted == "code" and device.enrolled_at is None:
        raise BadCode("code_needed")
    return device.enrolled_how or "login"


def keys_of(session: Session, devices: Iterable[DeviceName]) -> dict[DeviceName, list[str]]:
    """The public keys of phones, the newest first."""
    wanted = list(devices)
    found: dict[DeviceName, list[str]] = {one: [] for one in wanted}
    pairs = tuple_(DeviceKey.user_id, DeviceKey.device_id)  # type: ignore[arg-type]
    query = select(DeviceKey).where(pairs.in_(wanted)).order_by(DeviceKey.enrolled_at.desc())  # type: ignore[attr-defined]
    for row in session.scalars(query):
        found[row.user_id, row.device_id].append(row.public_key)
    return found


_known: dict[DeviceName, list[str]] = {}
_MOST_KNOWN = 50_000


def worth_of(device: DeviceName, signed: Sequence[tuple[str, str | None]]) -> list[str]:
    """What the signatures over these digests are worth; keys are only ever added, so known ones are remembered."""
    if not any(signature for _, signature in signed):
        return [rules.NONE] * len(signed)
    found = [rules.worth(_known.get(device, ()), *one) for one in signed]
    if all(one in {rules.YES, rules.NONE} for one in found):
        return found
    with reading() as session:
        keys = keys_of(session, [device])[device]
    if keys == _known.get(device):
        return found
    if len(_known) > _MOST_KNOWN:
        _known.clear()
    _known[device] = keys
    return [rules.worth(keys, *one) for one in signed]


def note_report(actor: Actor, header: str | None, now: datetime | None = None) -> None:
    """Write down what a phone tells of itself, when it has changed or was told some time ago."""
    report, now = rules.read_report(header), now or utcnow()
    if report is None or not actor.device_id:
        return
    with reading() as session:
        row = session.get(Device, (actor.id, actor.device_id))
        if row is None or (_told(row) == report and row.reported_at and now - row.reported_at < REPORT_EVERY):
            return
    with transaction() as session:
        row = session.get(Device, (actor.id, actor.device_id))
        if row is not None:
            row.version, row.waiting, row.persistent = report.version, report.waiting, report.persistent
            row.reported_at = row.seen_at = now


def _told(row: Device) -> rules.Report | None:
    return None if row.waiting is None else rules.Report(row.version or "", row.waiting, row.persistent)
