"""`/api/sync/sealed`: sealed work, carried by anybody; without a session, signed by an enrolled phone.

POST takes containers one after another. One that is larger than a weak signal carries in one piece goes to
`/api/sync/sealed/{sha256 of the container}` by HEAD and PATCH like a photo (tus 1.0 core); its first piece holds the
header, so that only what an enrolled phone has signed takes up room here. The last piece is answered with the receipt.
"""

import re
from functools import partial
from typing import Any

import anyio.to_thread
from starlette.requests import ClientDisconnect
from starlette.responses import JSONResponse, Response

from app.accounts.rules import Permission
from app.db import transaction
from app.errors import AppError, BadInput, NotFound, TooBig
from app.http import ONE_MEGABYTE, PUBLIC, Call, endpoint, error_response
from app.sealed import kept_service, parts_service, rescue_service, service
from app.sealed.parts_service import WrongPlace

SUM = re.compile(r"[0-9a-f]{64}")
TUS = {"Tus-Resumable": "1.0.0", "Cache-Control": "no-store"}
PIECE = 1_000_000


def _hold_back(call: Call) -> None:
    parts_service.hold_back(call.request.client.host if call.request.client else "-")


@endpoint("POST", "/sync/sealed", requires=PUBLIC, body_limit=ONE_MEGABYTE)
def take(call: Call) -> dict[str, Any]:
    """Take in sealed work; answered when it is on disk."""
    _hold_back(call)
    over = parts_service.spend(call.body)
    return {"receipts": service.take(call.body, over=over)}


def _name(call: Call) -> str:
    name = call.params["sha256"]
    if not SUM.fullmatch(name):
        raise NotFound("没有这个地址。")
    return name


def _number(call: Call, header: str) -> int:
    text = call.request.headers.get(header, "")
    if not (text.isascii() and text.isdigit()):
        raise BadInput(f"{header} 要是整数。", code="bad_header")
    return int(text[:18])


@endpoint("HEAD", "/sync/sealed/{sha256}", requires=PUBLIC)
def how_much(call: Call) -> Response:
    """How much of a container has arrived."""
    found = parts_service.state(_name(call))
    headers = TUS | {"Upload-Offset": str(found.offset if found else 0)}
    return Response(status_code=200, headers=headers | ({"Upload-Length": str(found.length)} if found else {}))


@endpoint("PATCH", "/sync/sealed/{sha256}", requires=PUBLIC, body_limit=0)
async def add_piece(call: Call) -> Response:
    """Add bytes at `Upload-Offset`; what arrived of a broken request counts."""
    try:
        name, offset, length = _name(call), _number(call, "upload-offset"), _number(call, "upload-length")
        await anyio.to_thread.run_sync(_hold_back, call)
        whole, body = True, bytearray()
        try:
            async for chunk in call.request.stream():
                body += chunk
                if len(body) > PIECE:
                    raise TooBig("一次送得太多，请分几次送。", code="piece_too_big")
        except ClientDisconnect:
            whole = False
        add = partial(parts_service.add, name, offset, length, bytes(body))
        end, receipts = await anyio.to_thread.run_sync(add)
        if not whole:
            raise ClientDisconnect
        headers = TUS | {"Upload-Offset": str(end)}
        return JSONResponse({"receipts": receipts}, headers=headers) if receipts else Response(None, 204, headers)
    except AppError as error:
        response = error_response(error)
        response.headers.update(TUS)
        if isinstance(error, WrongPlace):
            response.headers["Upload-Offset"] = str(error.offset)
        return response


@endpoint("POST", "/rescue", requires=Permission.DEVICES, body_limit=rescue_service.LARGEST)
def rescue(call: Call) -> Response:
    """Take in a file that a phone has saved; answers with what came of it, in words and by receipts."""
    found = rescue_service.rescue(call.body, call.who)
    answer = {"words": found.words, "counts": found.counts, "receipts": found.receipts}
    return JSONResponse(answer, status_code=201, headers={"Cache-Control": "no-store"})


@endpoint("GET", "/sealed/{sha256}", requires=Permission.SEALED_KEPT)
def export(call: Call) -> Response:
    """A sealed copy that does not open, as it came; that it was taken out is written down."""
    name = _name(call)
    with transaction() as session:
        raw = kept_service.export(session, call.who, name)
    headers = {
        "Content-Disposition": f'attachment; filename="{name[:12]}.rht"', "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
    }  # fmt: skip
    return Response(raw, media_type="application/octet-stream", headers=headers)


ROUTES = [take, how_much, add_piece, rescue, export]
