"""Errors have a name, a code and a Chinese sentence that says what to do.

AppError
├── NotSignedIn (401)          nobody is signed in, or the session ended
├── NotAllowed (403)           signed in, but the role or the area does not permit it
├── NotFound (404)             does not exist, or lies outside the reader's scope
├── Conflict (409)             the row changed in the meantime
├── TooBig (413)               more than the contract allows
├── BadInput (422)             the input says something that cannot be
├── Locked (423)               an account is locked for a while
├── TooMany (429)              slow down
├── BadSetting (500)           a setting that cannot be used, told at start
└── Unavailable (503)          something behind us is away for a moment
    ├── DiskFull               there is no room to keep what came
    └── PhotosAway             the photo store is not there; texts are still taken
"""

import errno
from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Detail:
    """One place in the input that is wrong: `path` (dotted), `code`, `message` (Chinese)."""

    path: str
    code: str
    message: str


@dataclass(eq=False)
class AppError(Exception):
    """Base of all errors a person may meet.

    Args:
        message: a Chinese sentence for the person who reads it.
        code: a stable word for programs.
        details: the places in the input that are wrong.
        retry_after: seconds to wait before trying again, where that helps.
    """

    message: str = "出了点问题，请再试一次。"
    code: str = "error"
    details: Sequence[Detail] = field(default_factory=tuple)
    retry_after: int | None = None
    status = 500

    def __post_init__(self) -> None:
        super().__init__(self.message)

    def as_json(self) -> dict[str, object]:
        """The one error shape of `/api`."""
        return {
            "error": {
                "code": self.code,
                "message": self.message,
                "details": [{"path": d.path, "code": d.code, "message": d.message} for d in self.details],
            }
        }


@dataclass(eq=False)
class NotSignedIn(AppError):
    message: str = "请先登录。"
    code: str = "not_signed_in"
    status = 401


@dataclass(eq=False)
class NotAllowed(AppError):
    message: str = "你的账号不能做这件事。需要的话，请找县管理员。"
    code: str = "not_allowed"
    status = 403


@dataclass(eq=False)
class NotFound(AppError):
    message: str = "没有找到，可能已经移走，或不在你负责的范围。"
    code: str = "not_found"
    status = 404


@dataclass(eq=False)
class Conflict(AppError):
    message: str = "别人刚改过，请看一下新的内容再决定。"
    code: str = "conflict"
    status = 409


@dataclass(eq=False)
class TooBig(AppError):
    message: str = "内容太大，请分几次送。"
    code: str = "too_big"
    status = 413


@dataclass(eq=False)
class BadInput(AppError):
    message: str = "填写的内容有误，请改一下。"
    code: str = "bad_input"
    status = 422


@dataclass(eq=False)
class Locked(AppError):
    message: str = "账号暂时锁住了，请稍后再试。"
    code: str = "locked"
    status = 423


@dataclass(eq=False)
class TooMany(AppError):
    message: str = "太快了，请稍等一会儿再试。"
    code: str = "too_many"
    status = 429


@dataclass(eq=False)
class BadSetting(AppError):
    code: str = "bad_setting"
    status = 500


@dataclass(eq=False)
class Unavailable(AppError):
    message: str = "县里的服务正忙，请稍后再试，手机里的内容都在。"
    code: str = "unavailable"
    retry_after: int | None = 10
    status = 503


@dataclass(eq=False)
class DiskFull(Unavailable):
    message: str = "县里的磁盘满了，暂时收不下，请管理员腾出空间。手机里的内容都在，有了空间会自己再传。"
    code: str = "disk_full"
    retry_after: int | None = 60


@dataclass(eq=False)
class PhotosAway(Unavailable):
    message: str = "县里的照片库暂时打不开。文字照样收，照片留在手机里，过一会儿自己再传。"
    code: str = "photos_away"
    retry_after: int | None = 30


FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


def is_full(error: BaseException) -> bool:
    """Whether an error says that there is no room: of a file, or of the database's disk."""
    origin = getattr(error, "orig", None) or error
    return getattr(origin, "errno", None) in FULL or getattr(origin, "sqlstate", None) == "53100" or (
        "disk is full" in str(origin)
    )  # fmt: skip
