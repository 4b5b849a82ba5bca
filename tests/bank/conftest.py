"""A small bank in order, made in a folder of its own, for tests to break or to render."""

from __future__ import annotations

from pathlib import Path

import pytest

from linea.bank.content_rules import REQUIRED_LINES

ENTRY = """\
version: "3.1"
entry:
  title: ¿Cómo uso la mascarilla?
  topic: prevencion
  status: review
  sources:
  - {org: OMS, title: Mascarillas, url: "https://example.org/m", published: 2023-01-13}
  read: 2026-11-01
  expires: 2027-11-01
  signed: {}
  official: Infosalud [[infosalud]]
  handover: offer
  short: Usar mascarilla
nlu:
- intent: faq/uso_mascarilla
  examples: |
    - como uso la mascarilla
    - ¿cómo se pone la mascarilla?
    - la mascarilla va sobre la nariz
    - hay que taparse la nariz
    - que tapabocas sirve
    - sirve la de tela
    - cuando me pongo mascarilla
    - tengo que usar tapabocas
    - como se lava la mascarilla
    - cada cuanto la cambio
responses:
  utter_faq/uso_mascarilla:
  - text: |-
      Cubre nariz, boca y mentón.
      Si te falta el aire, llama al [[samu]].
    buttons:
    - title: Otra pregunta
      payload: faq/lavado_manos
    - title: Hablar con alguien
      payload: /ask_for_person
  - channel: sms
    text: "Cubre nariz y boca. Sin aire: llama al [[samu]]"
"""

DIRECTORY = """\
directory:
  samu:
    number: "106"
    name: SAMU
    source: {org: MINSA, title: SAMU, url: "https://example.org/106"}
    checked: 2026-11-01
  infosalud:
    number: "113"
    name: Infosalud
    source: MINSA
    checked: 2026-11-01
  ombudsman:
    number: "0800-15-170"
    name: Defensoría del Pueblo
    source: Guía de 2020
    checked: 2026-11-01
"""

PROGRAMME = """\
programme:
  organisation:
    value: "Puente Amigo"
  hours:
    value: ""
  atm_limit:
    value: ""
"""

NLU = """\
version: "3.1"
nlu:
- intent: ask_for_person
  examples: |
    - quiero hablar con una persona
- intent: ask_menu
  examples: |
    - menu
"""

_TEXTS = {
    "utter_unsigned": "En revisión. Mira: [[official]]",
    "utter_expired": "Verificando. Mira: [[official]]",
    "utter_handoff_waiting_hours": "Te escriben. Atendemos [[hours]]",
}


def lines() -> str:
    """Every required line, with the number that texts of danger need."""
    rows = ['version: "3.1"', "responses:"]
    for name in REQUIRED_LINES:
        text = _TEXTS.get(name, f"Texto de {name}. Llama al [[samu]]")
        rows += [f"  {name}:", f'  - text: "{text}"', "  - channel: sms"]
        rows += [f'    text: "{text.replace("revisión", "revision")} sms"']
    return "\n".join(rows) + "\n"


def second_entry() -> str:
    """Another entry, so that one can point to the other."""
    return (
        ENTRY.replace("uso_mascarilla", "lavado_manos")
        .replace("short: Usar mascarilla", "short: Lavarse las manos")
        .replace("faq/lavado_manos\n    - title: H", "faq/uso_mascarilla\n    - title: H")
        .replace("    - ", "    - para las manos ")
        .replace("- para las manos title", "- title")
    )


class Content:
    """The files of a small bank, by the path a finding names."""

    entry = "data/bank/prevencion/uso_mascarilla.yml"
    second = "data/bank/prevencion/lavado_manos.yml"
    lines = "data/lines/todas.yml"
    directory = "data/directory.yml"
    programme = "data/programme.yml"
    nlu = "data/nlu/otras.yml"

    def __init__(self, root: Path) -> None:
        self.root = root
        self.bank_dir = root / "data/bank"
        self.content_dir = root / "data"
        self.write(self.entry, ENTRY)
        self.write(self.second, second_entry())
        self.write(self.lines, lines())
        self.write(self.directory, DIRECTORY)
        self.write(self.programme, PROGRAMME)
        self.write(self.nlu, NLU)

    def read(self, path: str) -> str:
        """What stands in a file now."""
        return (self.root / path).read_text(encoding="utf-8")

    def write(self, path: str, text: str) -> None:
        """A file with this text."""
        target = self.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")

    def replace(self, path: str, old: str, new: str) -> None:
        """The file with one passage changed; a passage that is not there is a mistake in the test."""
        text = self.read(path)
        assert old in text, old
        self.write(path, text.replace(old, new, 1))


@pytest.fixture
def content(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Content:
    """A bank in order, seen from its own folder."""
    monkeypatch.chdir(tmp_path)
    return Content(tmp_path)
