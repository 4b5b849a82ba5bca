"""Trains the assistant and the traffic light's classifier when what they are made of has changed, and vouches
for a model's file by its hash."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import subprocess
import sys
import tempfile
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path

from linea import triage
from linea.settings import ROOT, Settings
from linea.triage import lessons, messages

NAME = "linea"
_STEPS = {  # what Rasa logs, and what it means
    "Starting to train component 'BankUnderstanding'": "  aprendiendo las preguntas del banco",
    "Starting to train component 'RulePolicy'": "  aprendiendo las reglas de la conversación",
    "Your Rasa model is trained": "  guardando el modelo",
}


class TrainingFailed(Exception):
    """The assistant could not be trained, the last model stays; says why, in Spanish, with Rasa's reasons."""


def model_path(settings: Settings) -> Path:
    """Where the model of these settings is: `models/`, as for `rasa shell`, unless the bank is elsewhere."""
    return settings.models_dir / f"{NAME}.tar.gz"


def ensure_model(settings: Settings, say: Callable[[str], None] = print) -> Path:
    """The trained model for the data as it is now; returns at once when nothing has changed.

    Trains with `rasa train` otherwise (about 15 s), telling `say` how it goes. Two callers at once train
    once. Raises TrainingFailed; the model from before, if there was one, is then still in its place.
    """
    model = model_path(settings)
    model.parent.mkdir(parents=True, exist_ok=True)
    with _alone(model.parent / ".training"):
        wanted = _hash_of_sources(settings)
        if not is_intact(model) or _note(model).get("data") != wanted:
            _train(settings, model, wanted, say)
    return model


def ensure_classifier(settings: Settings, say: Callable[[str], None] = print) -> Path | None:
    """The classifier for the messages as they are now; None where there are none, and the rules decide alone.

    Fits it otherwise (some 20 s); returns at once when nothing has changed. Raises TriageError for faults in
    the files; the classifier from before, if there was one, is then still in its place.
    """
    folder = settings.content_dir / "triage"
    if not (folder / messages.FOLDER).is_dir():
        return None
    file = settings.classifier_file
    file.parent.mkdir(parents=True, exist_ok=True)
    with _alone(file.parent / ".training-triage"):
        wanted = _hash_of_triage(settings)
        if not is_intact(file) or _note(file).get("data") != wanted:
            _fit_classifier(settings, file, wanted, say)
    return file


def is_intact(model: Path) -> bool:
    """Whether the model is byte for byte the one that training left."""
    return model.is_file() and _note(model).get("model") == _sha256(model)


def _fit_classifier(settings: Settings, file: Path, data_hash: str, say: Callable[[str], None]) -> None:
    from linea.triage import fitting  # scikit-learn: only who fits pays for it

    started = time.monotonic()
    folder = settings.content_dir / "triage"
    signals = triage.load(folder)
    said, findings = messages.read_folder(folder / messages.FOLDER)
    if findings:
        raise triage.TriageError(findings)
    say(f"Enseñando al semáforo con {len(said)} mensajes…")
    examples = lessons.gather(signals, said, settings.bank_dir, settings.content_dir / "nlu")
    data = fitting.fit(examples).to_bytes()
    with tempfile.TemporaryDirectory(dir=file.parent, prefix=".training-") as draft:
        fresh = Path(draft) / file.name
        fresh.write_bytes(data)
        _put_in_place(fresh, file, data_hash)
    say(f"Semáforo al día en {time.monotonic() - started:.0f} s.")


def _put_in_place(fresh: Path, model: Path, data_hash: str) -> None:
    note = fresh.with_name("note.json")
    note.write_text(json.dumps({"data": data_hash, "model": _sha256(fresh)}), encoding="utf-8")
    # In this order: a death in between leaves a model without its note, which is trained again.
    os.replace(fresh, model)
    os.replace(note, _note_path(model))


def _train(settings: Settings, model: Path, data_hash: str, say: Callable[[str], None]) -> None:
    started = time.monotonic()
    entries = sum(1 for _ in settings.bank_dir.rglob("*.yml"))
    say(f"Entrenando al asistente con las {entries} preguntas del banco (menos de un minuto)…")
    with tempfile.TemporaryDirectory(dir=model.parent, prefix=".training-") as folder:
        _run_rasa(settings, Path(folder), say)
        fresh = Path(folder) / model.name
        if not fresh.is_file():
            raise TrainingFailed(
                "Rasa terminó sin dejar un modelo; el anterior, si había, sigue en su sitio."
            )
        _put_in_place(fresh, model, data_hash)
    say(f"Asistente entrenado en {time.monotonic() - started:.0f} s.")


def _run_rasa(settings: Settings, folder: Path, say: Callable[[str], None]) -> None:
    data = [settings.bank_dir, *(settings.content_dir / name for name in ("lines", "advice", "nlu", "rules"))]
    command = [
        *(sys.executable, "-m", "rasa", "train", "--skip-validation", "--fixed-model-name", NAME),
        *("--config", "config.yml", "--domain", "domain.yml", "--out", str(folder)),
        *("--data", *map(str, data)),
    ]
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("LINEA_")},
        "RASA_TELEMETRY_ENABLED": "false",
        "RASA_CACHE_DIRECTORY": str(
            folder / "cache"
        ),  # Rasa's own "nothing changed" takes longer than training
        "LOG_LEVEL": "INFO",
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "PYTHONWARNINGS": "ignore::DeprecationWarning",
    }
    last: deque[str] = deque(maxlen=12)
    with subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            last.append(line.rstrip())
            step = next((said for logged, said in _STEPS.items() if logged in line), None)
            if step:
                say(step)
    if process.returncode:
        reasons = "\n".join(last)
        raise TrainingFailed(
            f"No se pudo entrenar al asistente; el modelo anterior, si había, sigue en su sitio.\n{reasons}"
        )


def _hash_of_sources(settings: Settings) -> str:
    """Over everything that makes the model what it is: Rasa's files, the data, our component, Rasa itself."""
    content = [settings.content_dir / name for name in ("lines", "advice", "nlu", "rules")]
    files = [ROOT / "config.yml", ROOT / "domain.yml"]
    for folder in (settings.bank_dir, *content):
        files += sorted(folder.rglob("*.yml"))
    files += [*sorted((ROOT / "linea" / "assistant").glob("*.py")), ROOT / "linea" / "linear.py"]
    return _hash_of(files, f"rasa {version('rasa')} scikit-learn {version('scikit-learn')}")


def _hash_of_triage(settings: Settings) -> str:
    """Over messages, rules (they spell what is read), everyday questions, our code, and scikit-learn."""
    folders = (settings.content_dir / "triage", settings.content_dir / "nlu", settings.bank_dir)
    files = [file for folder in folders for file in sorted(folder.rglob("*.yml"))]
    files += [*sorted((ROOT / "linea" / "triage").glob("*.py")), ROOT / "linea" / "linear.py"]
    return _hash_of(files, f"scikit-learn {version('scikit-learn')}")


def _hash_of(files: Iterable[Path], versions: str) -> str:
    total = hashlib.sha256(versions.encode())
    for file in files:
        total.update(f"\0{file.name}\0{_sha256(file)}".encode())
    return total.hexdigest()


def _note(model: Path) -> dict[str, str]:
    try:
        found = json.loads(_note_path(model).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _note_path(model: Path) -> Path:
    return model.with_name(f"{model.name.split('.')[0]}.json")


def _sha256(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


@contextmanager
def _alone(lock: Path) -> Iterator[None]:
    with lock.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
