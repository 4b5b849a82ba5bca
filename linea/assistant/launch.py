"""Starts Rasa's own command line, or rasa_sdk's, without the libraries' deprecation notes in the log.

`PYTHONWARNINGS` does not do it: Sanic and matplotlib switch them on again when they are imported.
Used as `python -m linea.assistant.launch rasa run …`.
"""

from __future__ import annotations

import runpy
import sys
import warnings
from typing import Any

_standard_show = warnings.showwarning


def main() -> None:
    """Become the module named by the first argument; the rest are its arguments."""
    warnings.showwarning = _show
    sys.argv = sys.argv[1:]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)


def _show(message: Warning | str, category: type[Warning], *where: Any, **more: Any) -> None:
    if not issubclass(category, DeprecationWarning | PendingDeprecationWarning | FutureWarning):
        _standard_show(message, category, *where, **more)


if __name__ == "__main__":
    main()
