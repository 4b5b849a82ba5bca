"""Log lines that hold no text, no number and no name of anybody.

Every line is an event name with ids and counts. Numbers of eight digits or more are masked wherever
they turn up, and of an exception only its type and place are written, never its message.
"""

from __future__ import annotations

import contextlib
import logging
import re
import sys
import traceback
from collections.abc import Mapping, MutableMapping
from io import TextIOBase
from types import TracebackType
from typing import Any, TextIO, cast

import structlog

_LONG_NUMBER = re.compile(r"\+?\d(?:[\s.\-]?\d){7,}")


def configure(process: str) -> None:
    """Send this process's log to standard output in the line's form; libraries only from WARNING up."""
    handler = logging.StreamHandler(_Unbreakable())
    handler.setFormatter(_Quiet())
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    for logger in logging.root.manager.loggerDict.values():
        if isinstance(logger, logging.Logger):  # one with an output of its own would write past us
            logger.handlers.clear()
            logger.propagate = True
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="%H:%M:%S", utc=False),
            _only_type_of_exception,
            structlog.processors.LogfmtRenderer(key_order=["timestamp", "level", "process", "event"]),
            _masked,
        ],
        logger_factory=structlog.PrintLoggerFactory(cast(TextIO, _Unbreakable())),
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


def _only_type_of_exception(
    _logger: Any, _method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    event.pop("exc_info", None)
    return {key: place(v) if isinstance(v, BaseException) else v for key, v in event.items()}


def _masked(_logger: Any, _method: str, line: Any) -> str:
    """One line, whatever a text holds: nothing in it can begin another."""
    return _LONG_NUMBER.sub("…", "".join(c if c.isprintable() else " " for c in line))


class _Unbreakable(TextIOBase):
    """Standard output, where a line that cannot be written (a full disk) is lost and breaks nothing."""

    def __init__(self) -> None:
        self._output = sys.stdout

    def write(self, text: str) -> int:
        with contextlib.suppress(OSError):
            self._output.write(text)
        return len(text)

    def flush(self) -> None:
        with contextlib.suppress(OSError):
            self._output.flush()


class _Quiet(logging.Formatter):
    """A library's line: its own fixed words, never what it puts into them, which may be anybody's.

    Numbers stay (masked when long); a text becomes "…"; an exception its type and place.
    """

    def __init__(self) -> None:
        super().__init__("%(asctime)s level=%(levelname)s logger=%(name)s %(message)s", "%H:%M:%S")

    def format(self, record: logging.LogRecord) -> str:
        quiet = logging.makeLogRecord(record.__dict__)
        quiet.msg, quiet.args, quiet.exc_text, quiet.stack_info = _words(record), None, None, None
        return _masked(None, "", super().format(quiet))

    def formatException(
        self,
        ei: tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None],
    ) -> str:
        return place(ei[1]) if ei[1] is not None else ""


def _words(record: logging.LogRecord) -> str:
    if not isinstance(record.msg, str):
        return str(_safe(record.msg))
    args, words = record.args or (), record.msg
    try:
        if isinstance(args, Mapping):
            words = record.msg % {name: _safe(value) for name, value in args.items()}
        elif args:
            words = record.msg % tuple(_safe(value) for value in args)
    except (TypeError, ValueError, KeyError):
        words = record.msg
    return words.partition("\n")[0]  # below its first line asyncio writes the whole exception


def _safe(value: Any) -> Any:
    if isinstance(value, BaseException):
        return place(value)
    return value if isinstance(value, (int, float)) else "…"
