"""One mistake in a file is one finding: where it stands and what to do about it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from linea import bank, settings
from linea.bank import checking

if TYPE_CHECKING:
    from tests.bank.conftest import Content

MISTAKES = yaml.safe_load((Path(__file__).parent / "mistakes.yml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", MISTAKES, ids=[case["mistake"] for case in MISTAKES])
def test_one_mistake_is_one_finding_at_its_line(content: Content, case: dict[str, Any]) -> None:
    path = getattr(content, case["file"])
    content.replace(path, case["old"], case["new"])
    findings = bank.check(content.bank_dir, content.content_dir)
    assert len(findings) == 1, [str(finding) for finding in findings]
    assert case["says"] in findings[0].message
    assert findings[0].blocks is case["blocks"]
    if case["line"]:
        assert (findings[0].path, findings[0].line) == (path, case["line"])


def test_a_bank_in_order_has_no_findings(content: Content) -> None:
    assert bank.check(content.bank_dir, content.content_dir) == []


def test_a_finding_reads_path_line_what_to_do(content: Content) -> None:
    content.replace(content.entry, "status: review", "status: listo")
    (finding,) = bank.check(content.bank_dir, content.content_dir)
    assert str(finding) == (
        "data/bank/prevencion/uso_mascarilla.yml: 5: "
        "«status: listo» no existe: elige draft, review, live, withdrawn"
    )


def test_two_files_of_one_name_are_found_at_the_second(content: Content) -> None:
    text = content.read(content.entry).replace("topic: prevencion", "topic: salud")
    content.write("data/bank/salud/uso_mascarilla.yml", text)
    findings = bank.check(content.bank_dir, content.content_dir)
    assert [(f.path, f.line) for f in findings] == [("data/bank/salud/uso_mascarilla.yml", 1)]
    assert content.entry in findings[0].message


@pytest.mark.parametrize(
    ("raw", "line", "fragment"),
    [
        (b"", 1, "vacío"),
        (b"- una lista\n", 1, "clave: valor"),
        (b'version: "3.1"\nentry: {}\n# ' + b"mam\xe1\n", 3, "UTF-8"),
        (b'version: "3.1"\x00\n', 1, "carácter de control"),
        (b"[" * 3000, 1, ""),
        (b"a: &a [*a]\n", 1, ""),
    ],
    ids=["empty", "a list", "another encoding", "a control character", "too deep", "inside itself"],
)
def test_a_file_that_is_no_entry_is_said_and_never_a_traceback(
    content: Content, raw: bytes, line: int, fragment: str
) -> None:
    path = "data/bank/prevencion/rota.yml"
    (content.root / path).write_bytes(raw)
    findings = bank.check(content.bank_dir, content.content_dir)
    assert findings[0].path == path
    assert findings[0].line == line
    assert fragment in findings[0].message


def test_missing_folders_and_files_are_findings(tmp_path: Path) -> None:
    messages = [str(f) for f in bank.check(tmp_path / "bank", tmp_path)]
    assert any("no hay ninguna pregunta" in message for message in messages)
    assert any("directory.yml" in message and "falta el archivo" in message for message in messages)
    assert any("falta la frase utter_crisis_suicide" in message for message in messages)


def test_a_safety_answer_waits_for_no_value(content: Content) -> None:
    content.replace(content.entry, "  short:", "  safety: true\n  short:")
    content.replace(content.entry, "boca y mentón.", "boca. Límite: [[atm_limit]].")
    (finding,) = bank.check(content.bank_dir, content.content_dir)
    assert (finding.path, finding.line) == (content.entry, 31)
    assert "sale siempre" in finding.message


def test_a_list_has_its_own_limits(content: Content) -> None:
    row = "    - title: Fila {0}\n      payload: /ask_menu\n      description: {1}\n"
    rows = "".join(row.format(number, "d" * (72 + number // 10)) for number in range(11))
    content.replace(
        content.entry,
        "    buttons:\n",
        f"    metadata: {{button: Ver opciones que hay}}\n    buttons:\n{rows}",
    )
    content.replace(content.entry, "title: Otra pregunta", "title: Otra pregunta cualquiera.")
    found = [(f.line, f.message) for f in bank.check(content.bank_dir, content.content_dir)]
    assert [line for line, _ in found] == [33, 66, 67]
    assert "hay 13 opciones y caben 10" in found[0][1]
    assert "tiene 73" in found[1][1]
    assert "25 letras y caben 24" in found[2][1]


@pytest.mark.parametrize(
    "text",
    [
        "Usa 100 ml de agua y 105 mg, o el 100 % de la dosis",
        "Son S/ 106 al mes, entre 2020 y 2023, de 10 a 14 días",
        "Mira https://example.org/113/106 o help.unhcr.org/peru",
        "A 1,5 metros; 36.5 grados; 113.5 y 1.106",
        "De 7:00 a 19:00, paso 1 de 3",
    ],
)
def test_amounts_dates_and_addresses_are_no_telephone_numbers(content: Content, text: str) -> None:
    content.replace(content.entry, "Cubre nariz, boca y mentón.", text)
    assert bank.check(content.bank_dir, content.content_dir) == []


def test_variants_as_a_list_are_read_too(content: Content) -> None:
    rows = content.read(content.nlu).replace("|\n    - menu", "\n  - text: |\n      - menu")
    content.write(content.nlu, rows.replace("- menu", "- como uso la mascarilla"))
    (finding,) = bank.check(content.bank_dir, content.content_dir)
    assert "ya está en faq/uso_mascarilla" in finding.message


def test_normal_tells_ano_from_año() -> None:
    assert checking.normal("¿Qué ES   eso?") == "que es eso"
    assert checking.normal("un año") != checking.normal("un ano")


def test_the_bank_of_this_project_is_in_order() -> None:
    content_dir = settings.ROOT / "data"
    assert [str(finding) for finding in bank.check(content_dir / "bank", content_dir)] == []
