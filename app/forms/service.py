"""Forms published and read: any version ever published is there for good, the newest is handed out."""

import hashlib
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import rfc8785
import structlog
from pydantic import ValidationError
from sqlalchemy import update
from sqlmodel import Session

from app.accounts.rules import Permission
from app.accounts.schemas import Actor
from app.audit.service import record
from app.db import transaction, utcnow
from app.errors import BadInput, Conflict, Detail, NotAllowed, NotFound
from app.feed.service import Change
from app.feed.service import publish as tell
from app.forms import queries
from app.forms.publishing import problems
from app.forms.review import Reading, fills, issues, merge_last, of_child, read_visit, review_answers
from app.forms.rules import Fill, FoundIssue, Program, ReviewQuestion, compile_form, summary
from app.forms.schemas import FormDocument
from app.forms.shared import expand
from app.sync.service import arrived
from models.forms import Form

__all__ = [
    "Fill",
    "FoundIssue",
    "Program",
    "Reading",
    "ReviewQuestion",
    "check",
    "current",
    "field_words",
    "fills",
    "issues",
    "load_catalog",
    "merge_last",
    "of_child",
    "program",
    "publish",
    "pull",
    "read_visit",
    "review_answers",
    "row_id",
    "summary",
    "titles",
    "version",
]

log = structlog.get_logger()
CATALOG = Path(__file__).parent / "catalog"


def row_id(code: str, version: int) -> str:
    """The id of a version in the feed and in a pull."""
    return f"{code}@{version}"


def check(document: Mapping[str, Any]) -> FormDocument:
    """A document that may be published.

    Raises:
        BadInput: `bad_form`, with one Chinese sentence for each place that is wrong.
    """
    try:
        form = FormDocument.model_validate(document)
    except ValidationError as error:
        details = [_shape(one) for one in error.errors(include_url=False, include_input=False)]
        raise BadInput("这张表的写法不对，没有发布。", code="bad_form", details=details) from error
    if found := problems(form):
        raise BadInput(f"这张表有 {len(found)} 处要改，没有发布。", code="bad_form", details=found)
    return form


_SHAPE = {
    "missing": "这里少了一项。",
    "extra_forbidden": "这一项不认识。",
    "string_too_long": "写得太长了。",
    "string_too_short": "这里不能空着。",
    "string_pattern_mismatch": "代码只能用小写字母、数字和下划线，字母开头。",
    "literal_error": "这里只能从给定的几种里选。",
    "too_short": "这里至少要有一项。",
    "too_long": "这里的项数太多。",
}


def _shape(error: Mapping[str, Any]) -> Detail:
    return Detail(".".join(map(str, error["loc"])), str(error["type"]), _SHAPE.get(error["type"], "这里的写法不对。"))


def publish(session: Session, actor: Actor | None, document: Mapping[str, Any]) -> FormDocument:
    """Publish a new version and hand it out from now on.

    Args:
        actor: who publishes; None for the forms that ship with the program.
        document: the form document; its version is the newest plus one.

    Raises:
        NotAllowed: the account may not publish forms.
        BadInput: the document has mistakes.
        Conflict: the version exists, or is not the next one.
    """
    if actor is not None and not actor.may(Permission.FORMS):
        raise NotAllowed()
    form = check(document)
    newest = queries.newest_version(session, form.code)
    if actor is not None and form.version != newest + 1:
        raise Conflict(f"这张表现在是第 {newest} 版，新的要写第 {newest + 1} 版。", code="form_version")
    if form.version <= newest:
        raise Conflict("发布过的版本不能再改，请发布新的一版。", code="form_version")
    session.execute(update(Form).where(Form.code == form.code).values(current=False))  # type: ignore[arg-type]
    session.add(_row(form, actor, is_current=True))
    session.flush()
    _announce(session, actor, form)
    return form


def _row(form: FormDocument, actor: Actor | None, *, is_current: bool) -> Form:
    return Form(
        code=form.code,
        version=form.version,
        title=form.title,
        body=form.body(),
        digest=digest(form),
        current=is_current,
        published_at=utcnow(),
        published_by=actor.id if actor else None,
    )


def _announce(session: Session, actor: Actor | None, form: FormDocument) -> None:
    name = row_id(form.code, form.version)
    record(session, actor, "form.published", "form", name, after={"title": form.title, "digest": digest(form)})
    tell(session, [Change("form", name)])
    # A phone may know a version before this server does (a restored backup): visits that waited for it are taken in.
    arrived(session, [f"form:{name}"])


def digest(form: FormDocument) -> str:
    """The sha256 of a document's canonical form."""
    return hashlib.sha256(rfc8785.dumps(form.body())).hexdigest()


def catalog() -> list[FormDocument]:
    """The forms that ship with the program, every version of each, the oldest first.

    Raises:
        BadInput: one of them has mistakes (a test keeps that from happening).
    """
    found = [check(expand(tomllib.loads(path.read_text("utf-8")))) for path in CATALOG.glob("*.toml")]
    return sorted(found, key=lambda form: (form.code, form.version))


def load_catalog(session: Session) -> list[str]:
    """Publish the shipped versions that this database does not have; called at each start.

    A version that the county itself has published stays what it is, and a newer one of the county stays handed out.
    """
    added = []
    for form in catalog():
        stored = queries.one(session, form.code, form.version)
        if stored is not None:
            if stored.digest != digest(form):
                log.warning("a published form stays as it is; give the shipped one a new version", form=form.code)
            continue
        if form.version > queries.newest_version(session, form.code):
            publish(session, None, form.body())
        else:
            session.add(_row(form, None, is_current=False))
            session.flush()
            _announce(session, None, form)
        added.append(row_id(form.code, form.version))
    return added


def load_catalog_at_start() -> list[str]:
    """`load_catalog` in a unit of work of its own."""
    with transaction() as session:
        return load_catalog(session)


def version(session: Session, code: str, number: int) -> FormDocument | None:
    """A version ever published, or None where this server does not know it (yet)."""
    found = program(session, code, number)
    return found.form if found else None


def program(session: Session, code: str, number: int) -> Program | None:
    """A version made ready to judge visits, or None where this server does not know it (yet).

    Asked of the database once a session, compiled once a process.
    """
    known: dict[tuple[str, int], Program] = session.info.setdefault("forms", {})
    if (code, number) not in known:
        named = queries.digest(session, code, number)
        if named is None:
            return None
        known[code, number] = _compiled.get(named) or _compile(queries.one(session, code, number))
    return known[code, number]


_compiled: dict[str, Program] = {}
"""By digest: what a document says never changes, so that a process compiles it once, whatever database it is in."""


def _compile(row: Form | None) -> Program:
    assert row is not None, "its digest was read in this session"
    made = _compiled[row.digest] = compile_form(FormDocument.model_validate(row.body))
    return made


def current(session: Session, code: str) -> FormDocument:
    """The version handed out for new visits.

    Raises:
        NotFound: no such form.
    """
    row = next((form for form in queries.current(session) if form.code == code), None)
    if row is None:
        raise NotFound("没有这张表。", code="unknown_form")
    return FormDocument.model_validate(row.body)


def field_words(session: Session) -> dict[str, dict[str, str]]:
    """How ledgers are read: field → code of an answer → its words, by the forms handed out."""
    found: dict[str, dict[str, str]] = {}
    for row in queries.current(session):
        for section in FormDocument.model_validate(row.body).sections:
            for question in section.questions:
                if question.fills and question.options:
                    known = found.setdefault(question.fills, {})
                    known |= {option.code: option.said or option.label for option in question.options}
    return found


def titles(session: Session) -> list[tuple[str, str]]:
    """Code and title of the forms handed out, for a list to choose from."""
    return [(form.code, form.title) for form in queries.current(session)]


def pull(session: Session, ids: Sequence[str]) -> dict[str, tuple[int, dict[str, Any]]]:
    """What phones are told of forms: `row_id` → (version, document). Every version: drafts and visits keep theirs."""
    wanted = set(ids)
    found = {row_id(form.code, form.version): form for form in queries.all_versions(session)}
    return {name: (form.version, form.body) for name, form in found.items() if name in wanted}


PULL_TYPES = {"form": pull}
