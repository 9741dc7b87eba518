"""`GET /api/agreements/signatures/{id}`: a signature drawn on the screen, for who may see its agreement."""

from starlette.responses import Response

from app.accounts.rules import Permission
from app.agreements import signing_service
from app.db import reading
from app.http import AS_RECEIVED, Call, endpoint

HEADERS = {"Cache-Control": "no-store", **AS_RECEIVED}


@endpoint("GET", "/agreements/signatures/{id}", requires=Permission.REGISTERS)
def show_signature(call: Call) -> Response:
    """The picture as it was drawn; no browser keeps it."""
    with reading() as session:
        data = signing_service.picture(session, call.who, call.params["id"])
    return Response(data, media_type="image/png", headers=HEADERS)


ROUTES = [show_signature]
