"""Log lines that hold no text, no number and no name of anybody.

Every line is an event name with ids and counts. Numbers of eight digits or more are masked wherever
they turn up, and of an exception only its type and place are written, never its message.
"""

from __future__ import annotations

import logging
import re
import sys
import traceback
from types import TracebackType
from typing import Any

import structlog

_LONG_NUMBER = re.compile(r"\+?\d(?:[\s.\-]?\d){7,}")


def configure(process: str) -> None:
    """Send this process's log to standard output in the line's form; libraries only from WARNING up."""
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(_Quiet())
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="%H:%M:%S", utc=False),
            _only_type_of_exception,
            _masked,
            structlog.processors.LogfmtRenderer(key_order=["timestamp", "level", "process", "event"]),
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stdout),
        cache_logger_on_first_use=True,
    )
    structlog.contextvars.clear_contextvars()
    global _process
    _process = process


def get() -> Any:
    """A logger that already names this process."""
    return structlog.get_logger().bind(process=_process)


_process = "linea"


def place(error: BaseException) -> str:
    """Type and place of an exception, such as `ValueError at inbox.py:42`, without its message."""
    frames = traceback.extract_tb(error.__traceback__)
    where = f"{frames[-1].filename.rsplit('/', 1)[-1]}:{frames[-1].lineno}" if frames else "?"
    return f"{type(error).__name__} at {where}"


def _masked(_logger: Any, _method: str, event: dict[str, Any]) -> dict[str, Any]:
    return {
        key: _LONG_NUMBER.sub("…", value) if isinstance(value, str) and key != "timestamp" else value
        for key, value in event.items()
    }


def _only_type_of_exception(_logger: Any, _method: str, event: dict[str, Any]) -> dict[str, Any]:
    error = event.pop("error", None)
    if error is not None:
        event["error"] = place(error) if isinstance(error, BaseException) else str(error)
    event.pop("exc_info", None)
    return event


class _Quiet(logging.Formatter):
    """A library's line: masked, on one line, with the exception's type and place instead of its text."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s level=%(levelname)s logger=%(name)s %(message)s", "%H:%M:%S")

    def format(self, record: logging.LogRecord) -> str:
        line = super().format(record)
        return _LONG_NUMBER.sub("…", " ".join(line.split()))

    def formatException(  # noqa: N802 (the name is the standard library's)
        self,
        ei: tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None],
    ) -> str:
        return place(ei[1]) if ei[1] is not None else ""
