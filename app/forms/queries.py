"""Published forms as the database keeps them. Everybody may read every version: a form says nothing about anybody."""

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlmodel import Session

from models.forms import Form


def one(session: Session, code: str, version: int) -> Form | None:
    """One published version."""
    return session.get(Form, (code, version))


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
