"""Rasa's log without anybody's words: after the first turn a record says where, and of what type, only.

Rasa writes texts, slot values and whole request bodies into its messages (facts of 3.6.21: the logs of
`yaml_story_reader`, `interpolator`, `processor`, `lock_store`). A filter on a handler is got round by
the next handler, so the record itself is emptied where it is made. What the line's own code logs
(`linea.…`) holds no personal data and stays as it is, and so does everything before the first turn:
until then there is nothing to hide, and an operator needs to read why a model did not load.
"""

from __future__ import annotations

import logging
from typing import Any

from linea import logs

_standard_factory = logging.LogRecord
_armed = False


def install() -> None:
    """Route every record and warning of this process through here; calling it again changes nothing."""
    logging.captureWarnings(True)
    logging.setLogRecordFactory(_record)


def arm() -> None:
    """From now on the process handles people's words: records of other code lose their text."""
    global _armed
    _armed = True


def _record(
    name: str,
    level: int,
    pathname: str,
    lineno: int,
    msg: Any,
    args: Any,
    exc_info: Any,
    func: str | None = None,
    sinfo: str | None = None,
    **extra: Any,
) -> logging.LogRecord:
    if _armed and name.split(".")[0] not in ("linea", "actions"):
        error = exc_info[1] if isinstance(exc_info, tuple) else exc_info
        why = f" {logs.place(error)}" if isinstance(error, BaseException) else ""
        msg, args, exc_info, sinfo = f"{name} line {lineno} (text withheld){why}", (), None, None
    return _standard_factory(name, level, pathname, lineno, msg, args, exc_info, func, sinfo, **extra)
