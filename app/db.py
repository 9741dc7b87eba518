"""The engine and the two ways to use it: `transaction()` to write, `reading()` to look."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, tzinfo
from functools import lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo

import uuid_utils
from alembic import command
from alembic.config import Config
from sqlalchemy import Engine, event, text
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlmodel import Session, create_engine

from app import crypto
from app.config import settings
from app.errors import BadSetting, DiskFull, Unavailable, is_full
from models.base import read_json, write_json

SHANGHAI: tzinfo = ZoneInfo("Asia/Shanghai")
ROOT = Path(__file__).resolve().parent.parent
BUSY_SECONDS = 10
"""So long a writer waits for another process's unit of work: a phone must hear a sentence before it gives up."""
UNFINISHED = "restore.unfinished"
"""A file of the home while a backup is being put back: until it has gone, nothing may start on the home."""


def new_id() -> str:
    """A UUIDv7 in its 36-character text form."""
    return str(uuid_utils.uuid7())


def utcnow() -> datetime:
    """The present moment with its time zone, for rows and for passing into rules."""
    return datetime.now(UTC)


def is_sqlite(engine_or_session: Engine | Session) -> bool:
    """Whether this runs on SQLite (else PostgreSQL)."""
    bind = engine_or_session.get_bind() if isinstance(engine_or_session, Session) else engine_or_session
    return bind.dialect.name == "sqlite"


def make_engine(url: str) -> Engine:
    """An engine with what this project relies on.

    SQLite: WAL, each commit on disk (`synchronous=FULL`), foreign keys, and explicit `BEGIN` so that
    `transaction()` can ask for the write lock at once instead of failing half-way.
    """
    if not url.startswith("sqlite"):
        return create_engine(
            url,
            pool_pre_ping=True,
            pool_size=10,
            max_overflow=10,
            pool_recycle=1800,
            hide_parameters=True,
            json_serializer=write_json,
            json_deserializer=read_json,
        )
    engine = create_engine(
        url,
        json_serializer=write_json,
        json_deserializer=read_json,
        connect_args={"check_same_thread": False, "timeout": BUSY_SECONDS},
        pool_size=16,
        pool_use_lifo=True,  # the last writer holds in memory what the next one reads
        max_overflow=16,
        hide_parameters=True,  # an error's words go to the log; whom a row is about does not
    )

    @event.listens_for(engine, "connect")
    def _configure(dbapi, _record) -> None:
        dbapi.isolation_level = None
        cursor = dbapi.cursor()
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            f"busy_timeout={BUSY_SECONDS * 1000}",
            "cache_size=-65536",
            "temp_store=MEMORY",
            "wal_autocheckpoint=4000",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection) -> None:
        write = connection.get_execution_options().get("ruhutong_write", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")

    return engine


@lru_cache(maxsize=1)
def engine() -> Engine:
    """The engine of this process."""
    settings().make_folders()
    crypto.ready()
    from app.evidence.chain_service import watch  # the room stands upon this module

    made = make_engine(settings().database)
    watch(made)
    return made


@contextmanager
def transaction() -> Iterator[Session]:
    """A unit of work: committed as a whole when the block ends, rolled back as a whole when it raises.

    Services never commit. Audit entries and feed positions are written in the same block. Right before the commit
    what was done is sealed into the chain of evidence.

    Raises:
        Unavailable: the database is away or stayed busy too long; nothing was changed.
    """
    from app.evidence.chain_service import OPTION, Pending, seal  # the room stands upon this module

    try:
        connection = engine().connect().execution_options(ruhutong_write=True, **{OPTION: Pending()})
    except OperationalError as error:
        raise Unavailable() from error
    with connection, Session(connection, expire_on_commit=False, autoflush=True) as session:
        try:
            yield session
            seal(session, utcnow())
            session.commit()
        except OperationalError as error:
            session.rollback()
            raise _away(error) from error
        except BaseException:
            session.rollback()
            raise


def _away(error: DBAPIError) -> Unavailable:
    return DiskFull() if is_full(error) else Unavailable()


@contextmanager
def reading() -> Iterator[Session]:
    """A session for looking; whatever it changes is forgotten.

    Raises:
        Unavailable: the database is away.
    """
    try:
        with Session(engine(), expire_on_commit=False) as session:
            yield session
    except OperationalError as error:
        raise Unavailable() from error


def alembic_config(url: str | None = None) -> Config:
    """Alembic's configuration from pyproject, pointed at `url` (default: this process's database)."""
    config = Config(toml_file=str(ROOT / "pyproject.toml"))
    config.set_main_option("script_location", str(ROOT / "models" / "migrations"))
    config.attributes["url"] = url or settings().database
    return config


def migrate() -> None:
    """Bring the database to the newest version of the tables, and begin its chain of evidence.

    Raises:
        BadSetting: `restore_unfinished`, a backup has only half been put back into this home.
    """
    from app.evidence.chain_service import take_over  # the room stands upon this module

    if (settings().home / UNFINISHED).exists():
        words = "上次恢复备份没有做完，现在还不能启动。请用同一条 ruhutong restore 命令再做一次。"
        raise BadSetting(words, code="restore_unfinished")
    settings().make_folders()
    command.upgrade(alembic_config(), "head")
    with transaction() as session:
        take_over(session)


def ping() -> None:
    """Ask the database for a sign of life.

    Raises:
        Unavailable: it does not answer.
    """
    with reading() as session:
        session.exec(text("SELECT 1"))  # type: ignore[call-overload]
