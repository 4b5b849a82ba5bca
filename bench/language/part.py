"""Part `language`: trains the line, asks it and stock Rasa every question, and times both."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from bench import machine, processes, results
from bench.language import curve, outcomes, stock
from bench.language.asked import Question, QuestionFile
from bench.language.outcomes import Decide
from bench.processes import Failed
from linea import bank as bank_module
from linea import settings, training
from linea.assistant.understanding import Understanding, load_from_archive, plain_form
from linea.bank import Bank
from linea.commands.classify import classifier, traffic_light
from linea.settings import ROOT, Settings

LINES = 5000  # issue 2: in under a minute
LENIENT = 0.05  # of what is off topic: a rate of false answers at which both are compared as well
ALL = "all files"


class Line:
    """The model, the traffic light and the bank: what `linea classify` decides with."""

    def __init__(self, config: Settings) -> None:
        self.model = load_from_archive(training.model_path(config))
        self.light = traffic_light(config)
        self.bank: Bank = bank_module.load(config.bank_dir, config.content_dir)

    def decide(self, reader: Understanding | stock.Reader) -> Decide:
        """What the line does with a text, whoever reads it."""
        return classifier(reader, self.light, self.bank)

    def decide_at(self, threshold: float) -> Decide:
        """What it does with another answering threshold."""
        return self.decide(replace(self.model, threshold=threshold))


def measure(files: Sequence[QuestionFile], with_stock: bool = True) -> dict[str, Any]:
    """Outcomes of every file by group, ours and stock Rasa's, the threshold curve, and what it all took.

    Writes the picture of the curve. Counts and file names only: no question leaves with them.
    """
    folder = processes.fresh_folder("language")
    described = machine.describe(folder)
    env = _with_bank_of_its_own(folder)
    watch = _Watch()
    _linea("train", env)
    training_took = watch.seconds()
    config = settings.load(env)
    line = Line(config)
    questions = [question for file in files for question in file.questions]
    _say_what_the_bank_lacks(questions, line.bank)
    ours, one_took = _timed(line, questions)
    lowest, current = line.model.suggest_threshold, line.model.threshold
    swept = curve.sweep(questions, line.bank.entries, line.decide_at, lowest, current)
    curve.draw(swept, results.FOLDER / curve.PICTURE)
    lenient = curve.lowest_with(swept, LENIENT)
    deciders = {"ours": ours}
    if lenient is not None:
        deciders["ours at 5 %"] = line.decide_at(lenient)
    about_stock = None
    if with_stock:
        theirs, about_stock = _stock(line, config, questions, ours)
        deciders |= theirs
    judged = [*files, QuestionFile(ALL, tuple(questions))] if len(files) > 1 else files
    figures = {
        **described,
        "entries": len(line.bank.entries),
        "threshold_at_5_percent": lenient,
        "training": training_took,
        "one": one_took,
        "classify": _classify([question.text for question in questions], env),
        "files": [_judged(file, line, deciders) for file in judged],
        "stock": about_stock,
        "curve": swept,
    }
    _say(figures)
    return figures


def _with_bank_of_its_own(folder: Path) -> dict[str, str]:
    """Settings under which the model is trained afresh, in this folder, whatever models/ holds."""
    shutil.copytree(settings.load(processes.environment()).bank_dir, folder / "bank")
    return processes.environment(LINEA_DATA_DIR=str(folder), LINEA_BANK_DIR=str(folder / "bank"))


class _Watch:
    """Seconds by the clock, and what others took of the machine meanwhile."""

    def __init__(self) -> None:
        self._clock, self._began, self._spent = machine.Clock(), time.monotonic(), sum(os.times()[:4])

    def seconds(self) -> dict[str, float]:
        """Since the start; the CPU time of ended processes of ours counts as ours."""
        others = self._clock.others_percent(sum(os.times()[:4]) - self._spent)
        return {"seconds": round(time.monotonic() - self._began, 1), "others_cpu_percent": others}


def _timed(line: Line, questions: Sequence[Question]) -> tuple[Decide, dict[str, Any]]:
    """Every decision of ours, each taken once, and percentiles of the milliseconds for one."""
    decide, decided, taken = line.decide(line.model), {}, []
    decide("hola")
    watch = _Watch()
    for question in questions:
        began = time.monotonic()
        decided[question.text] = decide(question.text)
        taken.append((time.monotonic() - began) * 1000)
    return decided.__getitem__, {**watch.seconds(), "milliseconds": machine.percentiles(taken)}


def _stock(
    line: Line, config: Settings, questions: Sequence[Question], ours: Decide
) -> tuple[dict[str, Decide], dict[str, Any]]:
    """What the line would do if stock Rasa read for it: as it comes, and held to a rate of false answers."""
    found = stock.read(list(dict.fromkeys(question.text for question in questions)), config)
    entries = line.bank.entries
    outside = [each for each in questions if outcomes.group(each, entries) == "off_topic"]

    def answered(decide: Decide) -> list[str]:
        return [each.text for each in outside if outcomes.judge(each, entries, decide) == "answered"]

    least = {"stock": 0.0}
    if outside:
        falsely = answered(line.decide(found.reader()))
        least["stock at our rate"] = found.least_for(falsely, len(answered(ours)))
        least["stock at 5 %"] = found.least_for(falsely, int(LENIENT * len(outside)))
    spent = [found.predictions[question.text]["milliseconds"] for question in questions]
    return {name: line.decide(found.reader(sure)) for name, sure in least.items()}, {
        "rasa": found.rasa,
        "trained": found.trained,
        "milliseconds": machine.percentiles(spent),
        "least_sureness": {name: round(sure, 4) for name, sure in least.items()},
    }


def _judged(file: QuestionFile, line: Line, deciders: dict[str, Decide]) -> dict[str, Any]:
    entries = line.bank.entries
    groups: dict[str, Any] = {}
    for name, decide in deciders.items():
        for group, counts in outcomes.tally(file.questions, entries, decide).items():
            found = groups.setdefault(group, {"questions": sum(counts.values())})
            found[name] = outcomes.shares(group, counts)
    topics: dict[str, Counter[str]] = {}
    for question in file.questions:
        topic = question.topic or _topic(question, line.bank)
        if topic:
            outcome = outcomes.judge(question, entries, deciders["ours"])
            topics.setdefault(topic, Counter())[outcome] += 1
    known = sum(plain_form(question.text) in line.model.variants for question in file.questions)
    return {
        "name": file.name,
        "questions": len(file.questions),
        "word_for_word": known,
        "groups": groups,
        "topics": {topic: dict(counts) for topic, counts in sorted(topics.items())},
    }


def _topic(question: Question, bank: Bank) -> str | None:
    return next(
        (bank.entries[entry].topic for entry in question.entries or () if entry in bank.entries), None
    )


def _classify(texts: list[str], env: dict[str, str]) -> dict[str, Any]:
    """Seconds of `linea classify` for one message, which is the start, and for five thousand."""
    took = []
    for count in (1, LINES):
        lines = "".join(json.dumps({"text": texts[number % len(texts)]}) + "\n" for number in range(count))
        watch = _Watch()
        said = _linea("classify", env, lines)
        took.append(watch.seconds())
        if said.count('"decision"') != count:
            raise Failed(f"linea classify: {count} messages, {said.count('decision')} decisions")
    one, many = took
    return {
        **many,
        "lines": LINES,
        "seconds_for_one": one["seconds"],
        "ms_per_line": round((many["seconds"] - one["seconds"]) * 1000 / (LINES - 1), 2),
    }


def _linea(command: str, env: dict[str, str], lines: str = "") -> str:
    done = subprocess.run(
        processes.linea(command), env=env, cwd=ROOT, input=lines, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise Failed(f"linea {command}: {done.stderr.strip()[-200:]}")
    return done.stdout


def _say_what_the_bank_lacks(questions: Sequence[Question], bank: Bank) -> None:
    named = {entry for question in questions for entry in question.entries or ()}
    lacking = sorted(named - bank.entries.keys())
    if lacking:
        print(f"  labels that the bank has no entry for: {', '.join(lacking)}", flush=True)


def _say(figures: dict[str, Any]) -> None:
    for file in figures["files"]:
        for group, found in file["groups"].items():
            counts = ", ".join(f"{kind} {share['count']}" for kind, share in found["ours"].items())
            print(f"  {file['name']}, {group}: {counts} of {found['questions']}", flush=True)
    print(f"  training: {figures['training']}, one message: {figures['one']}", flush=True)
