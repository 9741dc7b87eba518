"""Published forms as the database keeps them. Everybody may read every version: a form says nothing about anybody."""

from collections.abc import Iterable, Sequence

from sqlalchemy import bindparam, func, select
from sqlmodel import Session

from models.accounts import User
from models.forms import Form
from models.visits import Visit


def one(session: Session, code: str, version: int) -> Form | None:
    """One published version."""
    return session.get(Form, (code, version))


def digest(session: Session, code: str, version: int) -> str | None:
    """Which document a version is, without reading it."""
    return session.scalar(_DIGEST, {"code": code, "version": version})


_DIGEST = select(Form.digest).where(Form.code == bindparam("code"), Form.version == bindparam("version"))  # type: ignore[call-overload]


def all_versions(session: Session, code: str | None = None) -> Sequence[Form]:
    """Every version ever published, oldest first."""
    statement = select(Form).order_by(Form.code, Form.version)  # type: ignore[arg-type]
    if code is not None:
        statement = statement.where(Form.code == code)  # type: ignore[arg-type]
    return session.scalars(statement).all()


def current(session: Session) -> Sequence[Form]:
    """The versions handed out for new visits."""
    return session.scalars(select(Form).where(Form.current).order_by(Form.code)).all()  # type: ignore[arg-type]


def newest_version(session: Session, code: str) -> int:
    """The highest version of a form; 0 where there is none."""
    return session.scalar(select(func.max(Form.version)).where(Form.code == code)) or 0  # type: ignore[arg-type]


def used(session: Session) -> dict[tuple[str, int], int]:
    """How many visits and contacts were written on each version; answered from an index of its own."""
    by = (Visit.form_code, Visit.form_version)
    rows = session.execute(select(*by, func.count()).group_by(*by))  # type: ignore[call-overload]
    return {(code, version): count for code, version, count in rows}


def used_once(session: Session, code: str, version: int) -> int:
    """How many visits and contacts were written on one version."""
    statement = select(func.count()).where(Visit.form_code == code, Visit.form_version == version)  # type: ignore[arg-type]
    return session.scalar(statement) or 0


def names(session: Session, user_ids: Iterable[str | None]) -> dict[str, str]:
    """Who published."""
    wanted = {one for one in user_ids if one}
    return dict(session.execute(select(User.id, User.name).where(User.id.in_(wanted))).all())  # type: ignore[call-overload, attr-defined]
