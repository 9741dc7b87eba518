"""Every setting is an environment variable `RUHUTONG_…`, read once and checked at start, in words."""

import os
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from app.errors import BadSetting

HERE = ".here"
"""A file in the photo folder by which it is told from an empty mount point."""


class Settings(BaseSettings):
    """What an installation may choose. Defaults serve a village laptop with nothing set."""

    model_config = SettingsConfigDict(env_prefix="RUHUTONG_", extra="ignore")

    home: Path = Field(Path(".ruhutong"), description="folder of all runtime data")
    database_url: str | None = Field(None, description="PostgreSQL address; SQLite in the home when empty")
    redis_url: str | None = Field(None, description="shared state and job queue between several processes")
    photo_store: str | None = Field(None, description="file:///… or s3://…; `photos/` in the home when empty")
    public_url: str | None = Field(None, description="the https address phones use, when a proxy stands before us")
    tls_cert: Path | None = Field(None, description="certificate file for https without a proxy")
    tls_key: Path | None = Field(None, description="key file for https without a proxy")
    session_idle_minutes: Annotated[int, Field(ge=5, description="idle time-out of an office session")] = 30
    field_idle_hours: Annotated[int, Field(ge=1, description="idle time-out of a phone's session")] = 24 * 14
    session_hours: Annotated[int, Field(ge=1, description="absolute time-out of an office session")] = 12
    field_session_days: Annotated[int, Field(ge=1, description="absolute time-out of a phone's session")] = 30
    login_attempts_per_minute: Annotated[int, Field(ge=3, description="per user name and device")] = 30
    silence_seconds: Annotated[int, Field(ge=1, description="between two pieces of a body")] = 60
    workers: Annotated[int, Field(ge=0, le=16, description="photo processes; 0 leaves photos waiting")] = 1
    service_worker: Literal["on", "off"] = Field("on", description="off makes every phone drop the cached pages")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field("INFO", description="how much goes into the log")

    @field_validator("home", mode="after")
    @classmethod
    def _absolute(cls, value: Path) -> Path:
        return value.expanduser().resolve()

    @field_validator("database_url", mode="after")
    @classmethod
    def _psycopg(cls, value: str | None) -> str | None:
        if not value:
            return None
        scheme, _, rest = value.partition("://")
        if scheme in {"postgres", "postgresql", "postgresql+psycopg"}:
            return f"postgresql+psycopg://{rest}"
        if scheme == "sqlite":
            return value
        raise ValueError("只支持 postgresql:// 或 sqlite://")

    @property
    def database(self) -> str:
        """The SQLAlchemy address of the database in use."""
        return self.database_url or f"sqlite:///{self.home / 'ruhutong.db'}"

    @property
    def photos(self) -> Path:
        """Folder of the pictures as received (and of their half-received parts)."""
        return self.home / "photos"

    @property
    def keys(self) -> Path:
        """Folder of the key files."""
        return self.home / "keys"

    @property
    def cache(self) -> Path:
        """Folder of whatever can be made again: derivatives, the job queue."""
        return self.home / "cache"

    @property
    def photo_folder(self) -> Path | None:
        """Folder of the pictures as received, where they lie in one; None for S3."""
        if not self.photo_store:
            return self.photos
        return Path(self.photo_store.removeprefix("file://")) if self.photo_store.startswith("file://") else None

    @property
    def photos_there(self) -> bool:
        """Whether the photo folder is the one that we began with, not the bare place where it should be mounted."""
        return self.photo_folder is None or (self.photo_folder / HERE).exists()

    def _mark_photos(self) -> None:
        """Mark a photo folder on first sight; one that we know and that has lost its mark is not there."""
        folder, known = self.photo_folder, self.home / "photo-store"
        if folder is None or (known.exists() and known.read_text("utf-8") == str(folder)):
            return
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        (folder / HERE).touch(mode=0o600)
        known.write_text(str(folder), "utf-8")

    def make_folders(self) -> None:
        """Create the home's folders, readable by this user only."""
        for folder in (self.home, self.photos, self.keys, self.cache):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            found = folder.stat()
            if found.st_mode & 0o077 and found.st_uid == os.geteuid():
                folder.chmod(0o700)  # somebody else made it, with whatever the system's default was
        self._mark_photos()


@lru_cache(maxsize=1)
def settings() -> Settings:
    """The settings of this process, read from the environment once.

    Raises:
        BadSetting: a variable has a value that cannot be used; the message names it.
    """
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors()[0]
        name = f"RUHUTONG_{str(first['loc'][0]).upper()}"
        raise BadSetting(f"设置 {name} 的值用不了，请改好再启动：{first['msg']}") from error
