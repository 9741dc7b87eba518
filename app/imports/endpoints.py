"""`/api/imports`: send a ledger, ask how far it is, fetch the rows that could not be read."""

from dataclasses import asdict
from urllib.parse import quote

import anyio
from starlette.responses import JSONResponse, Response

from app.accounts.rules import Permission
from app.db import reading, transaction
from app.errors import BadInput, TooBig
from app.http import Call, endpoint
from app.imports import service
from app.imports.book import MAX_BYTES

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_TOO_BIG = f"文件超过 {MAX_BYTES // 1024 // 1024} MB，请按乡镇或村分开再传。"


@endpoint("POST", "/imports", requires=Permission.IMPORT, body_limit=0, rate="export", quota="tables", query=("name",))
async def send(call: Call) -> Response:
    """The bytes of a spreadsheet; `name` in the query is its file name. Answers 201 with the import's id.

    Raises:
        TooBig: over the cap; nothing of it is kept.
        NotSpreadsheet: it cannot be opened; the message says what to do.
    """
    name = call.query("name").replace("\\", "/").rpartition("/")[2][:200]
    if not name:
        raise BadInput("要写文件名。", code="no_name")
    declared = call.request.headers.get("content-length", "")
    if declared.isdigit() and int(declared) > MAX_BYTES:
        raise TooBig(_TOO_BIG, code="file_too_big")
    body = bytearray()
    async for chunk in call.request.stream():
        body += chunk
        if len(body) > MAX_BYTES:
            raise TooBig(_TOO_BIG, code="file_too_big")
    call.count(len(body))
    import_id = await anyio.to_thread.run_sync(service.receive, call.who, name, bytes(body))
    return JSONResponse({"id": import_id}, status_code=201, headers={"Cache-Control": "no-store"})


@endpoint("GET", "/imports/{id}", requires=Permission.IMPORT)
def look(call: Call) -> dict[str, object]:
    """How far an import is, and what it counted."""
    with reading() as session:
        progress = service.look(session, call.who, call.params["id"])
        return asdict(service.view(session, call.who, call.params["id"])) | asdict(progress)


@endpoint("GET", "/imports/{id}/unreadable", requires=Permission.IMPORT, rate="export")
def unreadable(call: Call) -> Response:
    """The rows that could not be read, as a workbook to be put right and sent again."""
    with transaction() as session:
        name, data = service.unreadable(session, call.who, call.params["id"])
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}",
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
    }
    return Response(data, media_type=XLSX, headers=headers)


ROUTES = [send, look, unreadable]
