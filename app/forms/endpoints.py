"""A published version as a file, for the administrator who changes it elsewhere."""

from starlette.responses import Response

from app.accounts.rules import Permission
from app.db import reading
from app.errors import BadInput, NotFound
from app.forms import office_service
from app.forms.documents import KINDS
from app.http import Call, endpoint


@endpoint("GET", "/forms/{code}/{version}", requires=Permission.FORMS, query=("as",))
def get_document(call: Call) -> Response:
    """One version as TOML, or as JSON with `?as=json`; as it was published, to the letter of its content.

    Raises:
        NotFound: there is no such version.
        BadInput: neither TOML nor JSON was asked for.
    """
    code, number, kind = call.params["code"], call.params["version"], call.query("as", "toml")
    if kind not in KINDS:
        raise BadInput("只有 toml 和 json 两种。")
    if not (number.isascii() and number.isdigit() and len(number) <= 7):
        raise NotFound("没有这一版表。", code="unknown_form")
    with reading() as session:
        text = office_service.document(session, call.who, code, int(number), kind)
    name = f"{code}-{int(number)}.{kind}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(text, media_type=f"{KINDS[kind]}; charset=utf-8", headers=headers)


ROUTES = (get_document,)
