"""Part `understanding`: how long `linea classify` takes over five thousand messages."""

from __future__ import annotations

import json
import os
import subprocess
import time
from typing import Any

from bench import machine, processes, questions
from bench.processes import Failed
from linea import settings
from linea.settings import ROOT

LINES = 5000  # issue 2: in under a minute


def measure() -> dict[str, Any]:
    """Seconds for one message, which is the start, and for five thousand."""
    folder = processes.fresh_folder("understanding")
    described = machine.describe(folder)
    env = processes.environment(LINEA_DATA_DIR=str(folder))
    _classify([], env)  # trains if something has changed
    texts = questions.load(settings.load(env))
    load_before = os.getloadavg()[0]
    one, _ = _classify(texts[:1], env)
    many, answered = _classify([texts[number % len(texts)] for number in range(LINES)], env)
    print(f"  {LINES} messages in {many:.1f} s, one in {one:.1f} s", flush=True)
    return {
        **described,
        "lines": LINES,
        "answered": answered,
        "seconds": round(many, 1),
        "seconds_for_one": round(one, 1),
        "ms_per_line": round((many - one) * 1000 / (LINES - 1), 2),
        "load_before": round(load_before, 2),
    }


def _classify(texts: list[str], env: dict[str, str]) -> tuple[float, int]:
    lines = "".join(json.dumps({"text": text}) + "\n" for text in texts)
    began = time.monotonic()
    done = subprocess.run(
        processes.linea("classify"),
        env=env,
        cwd=ROOT,
        input=lines,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise Failed(f"linea classify: {done.stderr.strip()[-200:]}")
    return time.monotonic() - began, sum('"decision"' in line for line in done.stdout.splitlines())
