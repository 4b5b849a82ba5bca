"""Stock Rasa's reading of the same questions, learnt from the same examples; kept, as it takes minutes.

Stock means: no pipeline in its config.yml, so that Rasa puts in its own default (whitespace tokens, word
and character n-grams, DIET, response selector, fallback at 0.3 / 0.1). Our examples are given to it as they
stand: a question of the bank is the retrieval intent `faq`, whose answer the response selector picks, as
Rasa's documentation does it. Its reading then goes through the line's own decision, traffic light first.
"""

from __future__ import annotations

import hashlib
import json
import math
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import yaml

from bench import processes
from bench.processes import Failed
from bench.stock import ENVIRONMENT
from linea.assistant.reading import FALLBACK, RETRIEVAL, Reading
from linea.settings import ROOT, Settings

CONFIG = {"recipe": "default.v1", "assistant_id": "stock", "language": "es", "pipeline": None}
NICE = ("nice", "-n", "10")


@dataclass(frozen=True)
class Stock:
    """What stock Rasa read in each text, and what that took."""

    rasa: str
    predictions: dict[str, dict[str, Any]]  # by text; see stock_reads.py
    trained: dict[str, float]  # seconds by the clock, and the load average of its last quarter of an hour

    def reader(self, least: float = 0.0) -> Reader:
        """Stock as it comes, or falling back below `least` as well."""
        return Reader(self, least)

    def sureness(self, text: str) -> float:
        """How sure it is of the entry it answers: of the intent `faq`, and then of the answer."""
        found = self.predictions[text]
        return float(found["confidence"] * found["response_confidence"])

    def least_for(self, answered: Sequence[str], allowed: int) -> float:
        """How sure it must be so that at most `allowed` of these texts are still answered."""
        falls = sorted(map(self.sureness, answered), reverse=True)
        return math.nextafter(falls[allowed], 2.0) if len(falls) > allowed else 0.0


class Reader:
    """Reads as `Understanding.read` does, out of the predictions."""

    def __init__(self, stock: Stock, least: float) -> None:
        self._stock, self._least = stock, least

    def read(self, text: str) -> Reading:
        """The intent or entry of one of the texts. Raises KeyError for any other."""
        found = self._stock.predictions[text]
        label = found["response"] if found["intent"] == RETRIEVAL else found["intent"]
        unsure = found["intent"] == RETRIEVAL and self._stock.sureness(text) < self._least
        if found["fallback"] or unsure:
            return Reading(FALLBACK, 1.0 - found["confidence"], ((label, found["confidence"]),))
        return Reading(label, found["confidence"], ((label, found["confidence"]),))


def read(texts: Sequence[str], config: Settings) -> Stock:
    """Its predictions for these texts; trained, and asked, only if something has changed. Raises Failed."""
    nlu = _training_data(config)
    rasa = version("rasa")
    folder = processes.FOLDER / f"stock-language-{_hash(rasa, CONFIG, nlu)}"
    if not (folder / "trained").is_file():
        _train(folder, nlu)
    kept = folder / f"reads-{_hash(list(texts))}.json"
    if not kept.is_file():
        print("  asking stock Rasa", flush=True)
        fresh = kept.with_suffix(".fresh")
        command = [*NICE, sys.executable, "-m", "bench.language.stock_reads", str(_model(folder)), str(fresh)]
        log = folder / "reads.log"
        _run(command, log, ROOT, json.dumps(list(texts)))
        log.unlink()  # Rasa writes every text into it
        fresh.rename(kept)
    found = json.loads(kept.read_text(encoding="utf-8"))
    trained = json.loads((folder / "trained").read_text(encoding="utf-8"))
    return Stock(rasa, dict(zip(texts, found, strict=True)), trained)


def _training_data(config: Settings) -> dict[str, Any]:
    """Every example of ours. The answers' words are left out: only their names are learnt by default."""
    nlu: list[dict[str, Any]] = []
    for folder in (config.bank_dir, config.content_dir / "nlu"):
        for file in sorted(folder.rglob("*.yml")):
            nlu += yaml.safe_load(file.read_text(encoding="utf-8")).get("nlu") or []
    names = [part["intent"] for part in nlu if part.get("intent", "").startswith(f"{RETRIEVAL}/")]
    return {"version": "3.1", "nlu": nlu, "responses": {f"utter_{name}": [{"text": name}] for name in names}}


def _train(folder: Path, nlu: dict[str, Any]) -> None:
    for old in processes.FOLDER.glob("stock-language-*"):
        shutil.rmtree(old)
    folder.mkdir(parents=True)
    for name, content in (("config.yml", CONFIG), ("nlu.yml", nlu)):
        (folder / name).write_text(
            yaml.safe_dump(content, allow_unicode=True, sort_keys=False), encoding="utf-8"
        )
    print("  training stock Rasa on the bank, once: a quarter of an hour or more", flush=True)
    command = [*NICE, sys.executable, "-m", "rasa", "train", "nlu", "--nlu", "nlu.yml", "--out", "models"]
    began = time.monotonic()
    _run(command, folder / "train.log", folder)
    seconds = time.monotonic() - began
    shutil.rmtree(folder / ".rasa", ignore_errors=True)
    if not list((folder / "models").glob("*.tar.gz")):
        raise Failed(f"stock Rasa left no model: see {(folder / 'train.log').relative_to(ROOT)}")
    trained = {"seconds": round(seconds), "load": round(os.getloadavg()[2], 1)}
    (folder / "trained").write_text(json.dumps(trained), encoding="utf-8")


def _model(folder: Path) -> Path:
    return next((folder / "models").glob("*.tar.gz"))


def _run(command: list[str], log: Path, cwd: Path, asked: str = "") -> None:
    with log.open("wb") as output:
        done = subprocess.run(
            command,
            env=processes.environment(**ENVIRONMENT),
            cwd=cwd,
            input=asked.encode(),
            stdout=output,
            stderr=subprocess.STDOUT,
            check=False,
        )
    if done.returncode:
        raise Failed(f"stock Rasa broke off: see {log.relative_to(ROOT)}")


def _hash(*parts: Any) -> str:
    return hashlib.sha256(json.dumps(parts, ensure_ascii=False).encode()).hexdigest()[:12]
