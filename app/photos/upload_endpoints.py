"""`/api/photos/{sha256}`: HEAD and PATCH of the tus 1.0 core, and PUT for simple clients.

The address exists for every well-formed sha256, so that nothing has to be created first: a creation that is repeated
after a lost answer is how ready-made servers come to hold everything twice.
"""

import contextlib
import re
from functools import partial
from typing import Any

import anyio.to_thread
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from app.accounts.rules import Permission
from app.errors import AppError, BadInput, NotFound, TooBig
from app.http import Call, endpoint, error_response
from app.photos import upload_service as service
from app.photos.rules import LARGEST
from app.photos.upload_service import State, WrongOffset

SHA256 = re.compile(r"[0-9a-f]{64}")
TUS = {"Tus-Resumable": "1.0.0", "Cache-Control": "no-store"}
PIECE = 1_000_000
MOST_DRAINED = 100_000_000
"""A client that is still sending does not hear an answer: so much is read and dropped before one is given."""


def _name(call: Call) -> str:
    name = call.params["sha256"]
    if not SHA256.fullmatch(name):
        raise NotFound("没有这个地址。")
    return name


def _number(request: Request, header: str) -> int | None:
    text = request.headers.get(header)
    if text is None:
        return None
    if not (text.isascii() and text.isdigit()):
        raise BadInput(f"{header} 要是整数。", code="bad_header")
    return int(text[:18])


def _headers(present: State) -> dict[str, str]:
    found = TUS | {"Upload-Offset": str(present.offset)}
    return found | ({"Upload-Length": str(present.length)} if present.length is not None else {})


async def _drain(request: Request) -> None:
    seen = 0
    # A body that was read to its end already says so by RuntimeError.
    with contextlib.suppress(RuntimeError):
        async for chunk in request.stream():
            seen += len(chunk)
            if seen > MOST_DRAINED:
                return


def _bad_request(error: AppError) -> Response:
    """The answer to an error; a missing header is the request's own fault (400), not its content's."""
    response = error_response(error)
    if isinstance(error, BadInput):
        response.status_code = 400
    response.headers.update(TUS)
    if isinstance(error, WrongOffset):
        response.headers.update(_headers(State(error.offset, error.length)))
    return response


async def _in_thread(call: Any, *arguments: Any) -> Any:
    return await anyio.to_thread.run_sync(partial(call, *arguments))


@endpoint("HEAD", "/photos/{sha256}", requires=Permission.PHOTO_SEND)
def how_much(call: Call) -> Response:
    """How much of a picture has arrived from the caller."""
    return Response(status_code=200, headers=_headers(service.state(call.who, _name(call))))


@endpoint("PATCH", "/photos/{sha256}", requires=Permission.PHOTO_SEND, body_limit=0, rate="upload", quota="photos")
async def add_piece(call: Call) -> Response:
    """Add bytes at `Upload-Offset`; what arrived of a broken request counts."""
    request, name = call.request, _name(call)
    try:
        offset, length = _number(request, "upload-offset"), _number(request, "upload-length")
        if offset is None:
            raise BadInput("没有说从哪里接着传。", code="offset_missing")
        part = await _in_thread(service.part_for, call.who, name, offset, length)
        if isinstance(part, State):
            if offset != part.offset:
                raise WrongOffset(offset=part.offset)
            await _drain(request)
            return Response(status_code=204, headers=_headers(part))
        end = await _receive(call, name, part, offset)
        return Response(status_code=204, headers=_headers(State(end, part.length)))
    except AppError as error:
        await _drain(request)
        return _bad_request(error)


async def _receive(call: Call, name: str, part: Any, offset: int) -> int:
    buffer = bytearray()
    try:
        async for chunk in call.request.stream():
            call.count(len(chunk))
            buffer += chunk
            if len(buffer) >= PIECE:
                offset = await _in_thread(service.add, call.who, name, part, offset, bytes(buffer))
                buffer.clear()
    except ClientDisconnect:
        if buffer:
            await _in_thread(service.add, call.who, name, part, offset, bytes(buffer))
        raise
    if buffer or part.length == 0:
        offset = await _in_thread(service.add, call.who, name, part, offset, bytes(buffer))
    return offset


@endpoint("PUT", "/photos/{sha256}", requires=Permission.PHOTO_SEND, body_limit=0, rate="upload", quota="photos")
async def put_whole(call: Call) -> Response:
    """Take a picture in one request."""
    name, body = _name(call), bytearray()
    async for chunk in call.request.stream():
        body += chunk
        if len(body) > LARGEST:
            await _drain(call.request)
            return _bad_request(TooBig("照片太大，县里收不了（最多 15 MB）。", code="photo_too_big"))
    try:
        call.count(len(body))
        await _in_thread(service.put, call.who, name, bytes(body))
    except AppError as error:
        return _bad_request(error)
    return Response(status_code=204, headers=_headers(State(len(body), len(body))))


ROUTES = [how_much, add_piece, put_whole]
