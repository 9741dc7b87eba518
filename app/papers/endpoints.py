"""`/api/papers`: a form of a home as a file, an export of one's own, templates and mappings."""

from urllib.parse import quote

from starlette.responses import JSONResponse, Response

from app.accounts.rules import Permission
from app.db import reading, transaction, utcnow
from app.errors import BadInput, NotFound
from app.http import Call, endpoint, parse
from app.papers import export_service, form_service, mapping_service, template_service
from app.papers.rules import FORMS
from app.papers.schemas import FormWish

KINDS = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pdf": "application/pdf",
    "toml": "application/toml",
}


def as_file(data: bytes, name: str) -> Response:
    """A file that the browser keeps."""
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}",
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
    }
    return Response(data, media_type=KINDS[name.rpartition(".")[2]], headers=headers)


@endpoint(
    "GET",
    "/papers/forms/{name}",
    requires=Permission.PRINT,
    rate="export",
    query=("household", "person", "visit", "full", "reason", "pdf"),
)
def print_form(call: Call) -> Response:
    """A form of a home (`household`: code or id) as Word, or with `pdf=1` as PDF.

    `person` where several fit, else a page for each; `reason` for a child's record and with `full=1`, which shows
    whole numbers where the law asks for them.
    """
    wish = parse(FormWish, {"name": call.params["name"]} | call.asked())
    with transaction() as session:
        sheet = form_service.prepare(session, call.who, wish, utcnow())
    file = sheet.drawn()
    if wish.pdf:
        file = form_service.to_pdf(file)
    return as_file(file.data, file.name)


@endpoint("GET", "/papers/templates/{form}", requires=Permission.FORMS, rate="export")
def look_at_template(call: Call) -> Response:
    """The Word template in use for a form, to be changed and sent back."""
    form = call.params["form"]
    if form not in FORMS:
        raise NotFound("没有这张表。")
    with reading() as session:
        data = template_service.template(session, form)
    return as_file(data, f"{FORMS[form].title}-模板.docx")


@endpoint(
    "POST", "/papers/templates/{form}", requires=Permission.FORMS, body_limit=template_service.MAX_BYTES + 1,
    rate="export", quota="tables", query=("name",),
)  # fmt: skip
def send_template(call: Call) -> Response:
    """The bytes of a Word template for a form; tried before it is taken. Answers 201."""
    with transaction() as session:
        template_service.replace(
            session, call.who, call.params["form"], call.query("name") or "模板.docx", call.body, utcnow()
        )
    return JSONResponse({"words": "试填过了，以后用这个模板。"}, status_code=201, headers={"Cache-Control": "no-store"})


@endpoint("GET", "/papers/exports/{id}", requires=Permission.EXPORT, rate="export")
def fetch_export(call: Call) -> Response:
    """The file of one's own export, once it is ready."""
    with reading() as session:
        name, data = export_service.file(session, call.who, call.params["id"])
    return as_file(data, name)


@endpoint("GET", "/papers/mappings/{code}", requires=Permission.FORMS, rate="export")
def look_at_mapping(call: Call) -> Response:
    """An order of columns for a national system as TOML, to be changed and sent back."""
    with reading() as session:
        words = mapping_service.text(session, call.params["code"])
    return as_file(words.encode(), f"{call.params['code']}.toml")


@endpoint(
    "POST", "/papers/mappings", requires=Permission.FORMS, body_limit=mapping_service.LONGEST * 4, rate="export",
    quota="tables", query=("name",),
)  # fmt: skip
def send_mapping(call: Call) -> Response:
    """The TOML of an order of columns, new or changed; checked before it is taken. Answers 201."""
    try:
        words = call.body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadInput("要存成 UTF-8 的文本再传。", code="bad_mapping") from error
    with transaction() as session:
        made = mapping_service.put(session, call.who, words, utcnow())
    return JSONResponse({"words": f"“{made.title}”可以用了。"}, status_code=201, headers={"Cache-Control": "no-store"})


ROUTES = [print_form, look_at_template, send_template, fetch_export, look_at_mapping, send_mapping]
