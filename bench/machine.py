"""What a figure was measured on and with: machine, commit, and how busy others kept it."""

from __future__ import annotations

import os
import platform
import subprocess
import time
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import psutil

from linea.settings import ROOT

MEASURED = ("linea", "actions", "data", "config.yml", "domain.yml", "endpoints.yml", "credentials.yml")
SYNCS = 200


def describe(folder: Path) -> dict[str, Any]:
    """Date, commit and machine, without its name; `folder` is where the databases will be."""
    return {
        "date": datetime.now(timezone.utc).strftime("%Y-%m-%d %H:%M UTC"),
        "commit": _commit(),
        "cores": os.cpu_count(),
        "ram_gib": round(psutil.virtual_memory().total / 2**30),
        "python": platform.python_version(),
        "fsync_ms": _fsync(folder),
        "load_before": round(os.getloadavg()[0], 2),
    }


class Clock:
    """Seconds of CPU the whole machine has spent, to see what others took of it."""

    def __init__(self) -> None:
        self._began, self._busy = time.monotonic(), _busy()

    def others_percent(self, ours: float) -> float:
        """Share of the machine, in percent of all cores, spent on neither us nor idling since the start.

        `ours`: seconds of CPU spent by what is measured and by the load generator.
        """
        available = (time.monotonic() - self._began) * (os.cpu_count() or 1)
        return round(max(0.0, _busy() - self._busy - ours) / available * 100, 1)


def percentiles(values: list[float]) -> dict[str, float]:
    """p50, p95, p99 and the largest, rounded to a tenth; empty for no values."""
    if not values:
        return {}
    ordered = sorted(values)
    found = {f"p{p}": ordered[min(len(ordered) - 1, len(ordered) * p // 100)] for p in (50, 95, 99)}
    return {name: round(value, 1) for name, value in {**found, "max": ordered[-1]}.items()}


def _busy() -> float:
    times = psutil.cpu_times()
    return float(sum(times[:]) - times.idle - getattr(times, "iowait", 0.0) - getattr(times, "guest", 0.0))


def _commit() -> str:
    def git(*args: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(["git", *args], cwd=ROOT, capture_output=True, text=True, check=False)

    head = git("rev-parse", "--short", "HEAD").stdout.strip()
    if not head:
        return "unknown"
    changed = git("diff", "--quiet", "HEAD", "--", *MEASURED).returncode
    return f"{head} with changes" if changed else head


def _fsync(folder: Path) -> dict[str, float]:
    """What one small write to the disk costs here: the floor under every commit."""
    path = folder / "fsync"
    taken = []
    with path.open("wb", buffering=0) as file:
        for _ in range(SYNCS):
            began = time.monotonic()
            file.write(b"x" * 4096)
            os.fsync(file.fileno())
            taken.append((time.monotonic() - began) * 1000)
    path.unlink()
    return percentiles(taken)
