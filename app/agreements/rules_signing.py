"""What a signature drawn on the screen must be, and who may sign so. Pure: bytes and rows are parameters."""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.agreements import rules_png
from app.errors import BadInput, Detail, TooBig

PREFIX = "data:image/png;base64,"
MOST_BYTES = 100_000
WIDEST, TALLEST = 960, 480
LEAST_INK = 60
"""So many dark pixels are a stroke; fewer are a finger that touched the screen."""
BY = {"self": "本人签", "proxy": "别人代签"}
FAR = ("phone", "video")


@dataclass(frozen=True)
class Drawing:
    """A picture that may stand as a signature."""

    data: bytes
    width: int
    height: int


def drawing(address: str) -> Drawing:
    """The picture in a data address, as the page sends it.

    Raises:
        BadInput: `drawing_empty`, nothing is drawn; `drawing_not_png`.
        TooBig: `drawing_too_big`, in bytes or in pixels; nothing of it is opened then.
    """
    if not address.strip():
        raise _empty()
    if len(address) > len(PREFIX) + MOST_BYTES * 4 // 3 + 4:
        raise _too_big()
    if not address.startswith(PREFIX):
        raise _no_png()
    try:
        data = base64.b64decode(address.removeprefix(PREFIX), validate=True)
        found = rules_png.opened(data)
        if len(data) > MOST_BYTES or found.width > WIDEST or found.height > TALLEST:
            raise _too_big()
        if not rules_png.has_ink(found, LEAST_INK):
            raise _empty()
    except (binascii.Error, ValueError) as error:
        raise _no_png() from error
    return Drawing(data, found.width, found.height)


def _empty() -> BadInput:
    return BadInput("还没有画。不签也可以，打印出来的表上留着空行。", code="drawing_empty")


def _no_png() -> BadInput:
    return BadInput("签名没有收下：不是这一页画出来的图（PNG）。请擦掉再签一次。", code="drawing_not_png")


def _too_big() -> TooBig:
    return TooBig("签名的图太大。请擦掉，简单些再签一次。", code="drawing_too_big")


def whose(parties: list[Any], at: int) -> Mapping[str, Any]:
    """The party that is to sign on the screen.

    Raises:
        BadInput: `no_party`, there is none at this place; `signed_far`, it has signed by a recorded call.
    """
    if not 0 <= at < len(parties):
        raise BadInput("选一下是谁的签名。", code="no_party")
    party: Mapping[str, Any] = parties[at]
    if not may_draw(party):
        raise BadInput(f"{party.get('name')}是凭录音、录像签的，不用再画。", code="signed_far")
    return party


def may_draw(party: Mapping[str, Any]) -> bool:
    """Whether a party can sign on the screen: not one who has signed from far away."""
    return party.get("signed") not in FAR


def hand(by: str, proxy: str | None, why: str | None) -> None:
    """That it is said whose hand it was.

    Raises:
        BadInput: signed for somebody, without saying by whom or why.
    """
    found = []
    if by == "proxy" and not proxy:
        found.append(Detail("proxy", "missing", "写明是谁代签的。"))
    if by == "proxy" and not why:
        found.append(Detail("why", "missing", "写一句为什么代签。"))
    if found:
        raise BadInput(details=found)
