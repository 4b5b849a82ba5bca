"""Question files are read whole or refused with the file, the line and the reason."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench import __main__ as command
from bench.language import asked
from bench.language.asked import BadLine, Question

GOOD = '{"text": "¿Dónde está el cajero?", "expect": "answer", "entry": "cajero", "source": "x"}'


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("hola", "not JSON"),
        ("[" * 100_000, "not JSON"),
        ('["hola"]', "not a JSON object"),
        ('{"expect": "answer"}', "text is missing"),
        ('{"text": " ", "expect": "answer"}', "text is missing, or empty"),
        ('{"text": 5, "expect": "answer"}', "no text"),
        ('{"text": "hola"}', "expect is None"),
        ('{"text": "hola", "expect": "anything"}', "expect is 'anything'"),
        ('{"text": "hola", "expect": "answer", "entry": 5}', "neither an id nor a list"),
        ('{"text": "hola", "expect": "answer", "entry": [""]}', "neither an id nor a list"),
        ('{"text": "hola", "expect": "answer", "topic": 5}', "topic is no text"),
    ],
)
def test_a_bad_line_is_named(line: str, reason: str, tmp_path: Path) -> None:
    file = tmp_path / "preguntas.jsonl"
    file.write_text(f"{GOOD}\n\n{line}\n", encoding="utf-8")
    with pytest.raises(BadLine) as raised:
        asked.read_all([file])
    assert str(raised.value).startswith(f"{file}: line 3: ")
    assert reason in str(raised.value)


def test_a_bad_line_stops_the_bench_before_it_measures(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "preguntas.jsonl"
    file.write_text("hola\n", encoding="utf-8")
    assert command.main(["language", "--questions", str(file)]) == 2
    assert f"{file}: line 1: not JSON" in capsys.readouterr().err


@pytest.mark.parametrize("content", [b"", b"\n \n", b"\xff\xfe"])
def test_a_file_without_a_question_is_refused(content: bytes, tmp_path: Path) -> None:
    file = tmp_path / "preguntas.jsonl"
    file.write_bytes(content)
    with pytest.raises(BadLine, match=r"preguntas\.jsonl"):
        asked.read_all([file])


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadLine, match=r"no_hay\.jsonl: cannot be read"):
        asked.read_all([tmp_path / "no_hay.jsonl"])


def test_entries_come_from_the_question_or_from_a_label(tmp_path: Path) -> None:
    file, labels = tmp_path / "preguntas.jsonl", tmp_path / "labels.jsonl"
    lines = [GOOD, '{"text": "a", "expect": "answer"}', '{"text": "b", "expect": "off_topic_or_card"}']
    lines += ['{"text": "c", "expect": "answer", "topic": "pruebas"}']
    file.write_text("\n".join(lines), encoding="utf-8")
    labels.write_text('{"text": "a", "entry": ["x", "y"]}\n{"text": "b", "entry": []}', encoding="utf-8")
    (read,) = asked.read_all([file], [labels])
    assert read.name == "preguntas.jsonl"
    assert read.questions == (
        Question("¿Dónde está el cajero?", "answer", ("cajero",)),
        Question("a", "answer", ("x", "y")),
        Question("b", "off_topic_or_card", ()),
        Question("c", "answer", None, "pruebas"),
    )


def test_a_label_without_an_entry_is_refused(tmp_path: Path) -> None:
    labels = tmp_path / "labels.jsonl"
    labels.write_text('{"text": "a"}', encoding="utf-8")
    with pytest.raises(BadLine, match=r"labels\.jsonl: line 1: entry is missing"):
        asked.read_all([], [labels])


def test_the_files_that_ship_are_labelled_and_ask_nothing_twice() -> None:
    files = asked.read_all([])
    questions = [question for file in files for question in file.questions]
    assert all(question.entries for question in questions if question.expect == "answer")
    assert len({question.text for question in questions}) == len(questions) > 180
