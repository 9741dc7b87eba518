"""`/api/sampling`: the protocol of a draw as a file."""

from urllib.parse import quote

from starlette.responses import Response

from app.accounts.rules import Permission
from app.db import transaction
from app.errors import BadInput
from app.http import Call, endpoint
from app.sampling.protocol_service import protocol

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@endpoint(
    "GET", "/sampling/{id}/protocol", requires=Permission.SAMPLING, rate="export", query=("reason",)
)
def take_protocol(call: Call) -> Response:
    """The protocol of a draw as a workbook: seed, algorithm, the whole frame and what was found. `reason` is kept."""
    reason = (call.query("reason") or "").strip()[:200]
    if len(reason) < 2:
        raise BadInput("请写为什么要导出。", code="reason_needed")
    with transaction() as session:
        name, data = protocol(session, call.who, call.params["id"], reason)
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}", "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
    }  # fmt: skip
    return Response(data, media_type=XLSX, headers=headers)


ROUTES = [take_protocol]
