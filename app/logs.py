"""What is logged, and what never is: one line per event on stderr, and with an error where it happened.

structlog's default prints the variables of every frame beside a traceback; here those are passwords as they came in,
session tokens and people's ID numbers. So tracebacks are plain, in every process.
"""

import logging
import sys

import structlog

from app.config import settings


def use_plain_logs() -> None:
    """Let this process log to stderr, without the contents of anything."""
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
