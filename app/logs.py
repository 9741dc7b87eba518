"""What is logged, and what never is: one line per event on stderr, and with an error where it happened.

structlog's default prints the variables of every frame beside a traceback; here those are passwords as they came in,
session tokens and people's ID numbers. So tracebacks are plain, in every process.
"""

import logging
import re
import sys
from collections.abc import Callable
from typing import Any

import structlog

from app.config import settings

QUOTES = re.compile(
    r"([Ee]vent data|with value|Failed to deserialize|Event\(|handler found for event|payload:).*", re.DOTALL
)
LIBRARIES = frozenset({"reflex", "reflex_base", "engineio", "socketio", "asyncio"})
LONGEST = 300


def _without_contents(make: Callable[..., logging.LogRecord]) -> Callable[..., logging.LogRecord]:
    """Records of libraries that quote what came over the WebSocket in a wrong shape, without what they quote.

    An error is told by its kind alone; errors of our own handlers never come here (`app.accounts.state`).
    """

    def made(*args: Any, **more: Any) -> logging.LogRecord:
        record = make(*args, **more)
        if record.name.partition(".")[0] not in LIBRARIES:
            return record
        kind = f" ({record.exc_info[0].__name__})" if record.exc_info and record.exc_info[0] else ""
        words = QUOTES.sub("…", record.getMessage())[:LONGEST]
        record.msg, record.args, record.exc_info, record.exc_text = f"{words}{kind}", (), None, None
        return record

    made.quiet = True  # type: ignore[attr-defined]
    return made


def use_plain_logs() -> None:
    """Let this process log to stderr, without the contents of anything."""
    present = logging.getLogRecordFactory()
    if not hasattr(present, "quiet"):
        logging.setLogRecordFactory(_without_contents(present))
    level = logging.getLevelNamesMapping()[settings().log_level]
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(level),
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="%Y-%m-%d %H:%M:%S", utc=False),
            structlog.dev.ConsoleRenderer(
                colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
            ),
        ],
        logger_factory=structlog.PrintLoggerFactory(file=sys.stderr),
    )
