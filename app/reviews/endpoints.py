"""`GET /api/reviews/export`: visits and pictures as a file that the browser keeps."""

from starlette.responses import Response

from app.accounts.rules import Permission
from app.db import reading, transaction, utcnow
from app.http import Call, endpoint, parse
from app.reviews import exports
from app.reviews.schemas import ExportWish


@endpoint(
    "GET",
    "/reviews/export",
    requires=Permission.REVIEW_READ,
    rate="export",
    query=("reason", "area", "days", "photos", "returned"),
)
def export_visits(call: Call) -> Response:
    """The file. Query: `reason` (asked for, written down), `area`, `days`, `photos=1`, `returned=1`."""
    wish = parse(ExportWish, call.asked())
    with reading() as session:
        file = exports.build(session, call.who, wish, utcnow())
    with transaction() as session:
        exports.write_down(session, call.who, wish, file)
    kind = "application/zip" if file.name.endswith(".zip") else "text/csv; charset=utf-8"
    headers = {
        "Content-Disposition": f'attachment; filename="{file.name}"',
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
    }
    return Response(file.data, media_type=kind, headers=headers)


ROUTES = [export_visits]
