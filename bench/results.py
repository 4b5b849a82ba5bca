"""Where figures are kept: one dated JSON file a part, small, committed with the code it measured."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parent / "results"


def save(part: str, figures: dict[str, Any]) -> None:
    """Replace the figures of one part."""
    FOLDER.mkdir(exist_ok=True)
    text = json.dumps(figures, indent=1, ensure_ascii=False)
    (FOLDER / f"{part}.json").write_text(text + "\n", encoding="utf-8")


def load(part: str) -> dict[str, Any] | None:
    """The figures of one part, if it was ever measured."""
    path = FOLDER / f"{part}.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else None
