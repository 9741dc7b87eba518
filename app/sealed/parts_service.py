"""Large containers, piece by piece; and how much one phone may send without a session."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from app import limits, parts
from app.db import SHANGHAI, reading, utcnow
from app.errors import AppError, BadInput, NotAllowed, TooBig, TooMany
from app.sealed import rules, service
from app.sealed.rules import Broken, Container, Header
from app.settings import service as settings

OWNER = "sealed"
"""The folder of the parts: no account's, for nobody is signed in."""
MEGABYTE = 1_000_000


@dataclass(eq=False)
class WrongPlace(AppError):
    """409: the part ends elsewhere; `offset` says where."""

    message: str = "位置对不上，从县里已有的地方接着传。"
    code: str = "wrong_offset"
    offset: int = 0
    status = 409


def _parameter(key: str) -> int:
    with reading() as session:
        return settings.value(session, key, utcnow().astimezone(SHANGHAI).date())


def hold_back(address: str) -> None:
    """Count a request before anything of it is looked at. A village shares one address, so this is wide.

    Raises:
        TooMany: it comes too often.
    """
    _not_too_often(f"sealed-from:{address}", "sealed_per_minute_address")


def _not_too_often(key: str, parameter: str) -> None:
    wait = limits.allowed(key, _parameter(parameter))
    if wait:
        raise TooMany(f"送得太快了，请等 {wait} 秒再送。", retry_after=wait)


def _comes(header: Header) -> None:
    _not_too_often(f"sealed:{header.author}:{header.device}", "sealed_per_minute")


def spend(data: bytes) -> dict[int, TooMany]:
    """Count a body against what its phones may send in a minute and in a day.

    Only what a phone has signed counts against it: its name alone can be written by anybody.

    Returns:
        Which of the containers are of a phone that has sent too much or too often, by their place in the body: their
        neighbours are taken in all the same.

    Raises:
        TooMany: all of them are.
    """
    often: dict[tuple[str, str], TooMany | None] = {}
    over: dict[int, TooMany] = {}
    found = list(rules.containers(data))
    for number, one in enumerate(found):
        if not isinstance(one, Container) or not _signed(one.header):
            continue
        phone = (one.header.author, one.header.device)
        if phone not in often:
            often[phone] = _said(_comes, one.header)
        problem = often[phone] or _said(_spend, one.header, len(one.raw))
        if problem:
            over[number] = problem
    if over and len(over) == len(found):
        raise over[0]
    return over


def _said(count: Callable[..., None], *what: Any) -> TooMany | None:
    try:
        count(*what)
    except TooMany as problem:
        return problem
    return None


def _signed(header: Header) -> bool:
    try:
        return service.known_phone(header)
    except NotAllowed:
        return False


def _spend(header: Header, size: int) -> None:
    most = _parameter("sealed_mb_per_day") * MEGABYTE // 1000
    wait = limits.allowed_amount(f"sealed:{header.author}:{header.device}", most, -(-size // 1000))
    if wait:
        raise TooMany("这部手机今天送得太多了，先留在手机里，明天再送。", code="too_much_today", retry_after=wait)


def state(name: str) -> parts.Part | None:
    """What has arrived of a container."""
    return parts.find(OWNER, name)


def add(name: str, offset: int, length: int, data: bytes) -> tuple[int, list[dict[str, Any]]]:
    """Add bytes to a container; returns where it ends, and with the last byte its receipt.

    Raises:
        TooBig: longer than any container.
        BadInput: the first piece holds no header, or the whole is not what it was called.
        NotAllowed: signed by no phone that is enrolled here.
        WrongPlace: it ends elsewhere.
        TooMany: the phone comes too often, or has sent too much today.
    """
    if length > rules.LARGEST:
        raise TooBig("封好的内容太大，县里收不了。", code="sealed_too_big")
    part = parts.find(OWNER, name)
    if part is not None and part.length != length:
        parts.forget(OWNER, name)
        part = None
    if part is None:
        if offset:
            raise WrongPlace(offset=0)
        if known := _admit(data, length):
            return offset, known
        part = parts.begin(OWNER, name, length)
    elif header := _header_of(part):
        _comes(header)
    if offset != part.offset:
        raise WrongPlace(offset=part.offset)
    end = parts.append(part, offset, data)
    if end != min(offset + len(data), length):
        raise WrongPlace(offset=end)
    return end, _finish(name, part) if end == length else []


def _header_of(part: parts.Part) -> Header | None:
    """The header that its first piece brought, signed as `_admit` saw; None while the part is being begun."""
    try:
        with part.path.open("rb") as file:
            return rules.read_header(file.read(rules.LONGEST_HEADER + 8))[0]
    except (OSError, Broken):
        return None


def _admit(data: bytes, length: int) -> list[dict[str, Any]]:
    """Look at the first piece; the receipt where nothing more need come."""
    try:
        header, _, _ = rules.read_header(data)
    except Broken as problem:
        raise BadInput("第一段里要有封条。", code="bad_sealed") from problem
    if not service.known_phone(header):
        raise NotAllowed(service.WORDS["wrong_signature"], code="wrong_signature")
    if known := service.known_photo(header):
        return known
    _comes(header)
    _spend(header, length)
    return []


def _finish(name: str, part: parts.Part) -> list[dict[str, Any]]:
    with parts.alone(part) as ours:
        if not ours:
            raise WrongPlace(offset=0)
        whole = parts.read(part)
        try:
            if hashlib.sha256(whole).hexdigest() != name:
                raise WrongPlace("封好的内容在路上传坏了，会重新传一次。", code="checksum_mismatch", offset=0)
            receipts = service.take(whole)
        except AppError as problem:
            # What only cannot be done now is done when the phone asks again with nothing more to add.
            if problem.status < 500:
                parts.forget(OWNER, name)
            raise
        parts.forget(OWNER, name)
        return receipts
