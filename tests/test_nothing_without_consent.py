"""After two hundred conversations nothing personal is in the database that nobody agreed to.

The assistant is played by its own rules (data/rules/profile.yml, cash_list.yml); all the rest is the line's.
A random test: the seed is printed, and LINEA_TEST_SEED repeats it.
"""

from __future__ import annotations

import json
import os
import random
from functools import partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from linea import cash_list, dispatch, inbox, night, watch
from linea.consent import QUESTIONS
from linea.messages import Parsed
from linea.store.models import Base, Candidate, Consent, ConsentHolder, Conversation, Person, Profile
from tests.helpline import RED, YELLOW, Helpline, classify
from tests.test_cash_list import DAYS, list_bank

LIMA = ZoneInfo("America/Lima")
CONVERSATIONS = 200
WORDS = (
    *("gracias", "gracias", "chau", "hola", "que mascarilla uso", "como me inscribo", "sí", "no", "menu"),
    *("quiero anotarme", "salir", "una persona", RED, YELLOW, "tengo 12 años"),
    *("mis datos", "BORRAR", "salir de la lista"),
)
PROFILE = {
    "age": ("18_29", "30_59", "60_up", "declined", "skipped"),
    "place": ("150132", "15", "PE", "VE", "abroad", "declined"),
    "gender": ("woman", "man", "other", "declined"),
    "migrant": ("peruvian", "migrant", "declined"),
    "household": ("pregnancy", "chronic elder", "none", "skipped"),
}


class Assistant:
    """One conversation as the rules lead it; what is asked next is all that it remembers."""

    def __init__(self, line: Helpline, chance: random.Random, number: int) -> None:
        self.line, self.chance = line, chance
        self.phone = f"+5198{number:07}"
        self.token = f"Canario{number}"
        self.asks: list[str] = []  # questions of the form that are still open
        self.asked = False  # a consent has just been asked for

    def goes_on(self) -> None:
        """One message and its answer."""
        words = self.chance.choice(WORDS)
        if self.chance.random() < 0.8 and (self.asks or self.asked):
            words = self.answer() if self.asks else "sí"
        for turn in self.line.write(partial(self.comes, words)):
            if turn.right:
                self.line.finishes(turn, effects=[{"effect": turn.right}])
                continue
            utters, effects = self.rule(words, turn.context)
            self.asked = any(utter in QUESTIONS for utter in utters)
            self.line.finishes(turn, *utters, effects=effects)

    def comes(self, words: str, session: Session) -> list[dispatch.Turn]:
        """What the web and the worker do with a message, in one transaction: a disk takes its time."""
        line = self.line
        inbox.accept(session, line.keys, Parsed((line.message(words, self.phone),)), line.now)
        watch.look(session, classify, line.line, line.now, keys=line.keys)
        return dispatch.prepare(session, "w1", line.now, 8, line.bank)

    def answer(self) -> str:
        if self.asks[0] == "name":
            return f"me llamo {self.token.translate(str.maketrans('0123456789', 'abcdefghij'))}"
        return {"phone": self.phone}.get(self.asks[0], f"{self.token} {self.chance.randrange(99)}")

    def rule(self, words: str, known: dict[str, Any]) -> tuple[list[str], list[dict[str, Any]]]:
        """What the rules of the assistant do with these words."""
        if words in WORDS and words not in ("sí", "no") and self.asks:
            left, self.asks = self.asks, []
            on_list = left[-1] == "needs"
            if words == "salir":
                return ["utter_affirm"], [{"effect": "leave_cash_list"}] if on_list else []
        if known["asked_for"] and words == "sí":
            profile = known["asked_for"] == "profile"
            self.asks = list(PROFILE) if profile else ["name", "phone", "needs"]
            return ["utter_affirm"], [{"effect": "record_consent"}]
        if self.asks:
            return self.fill(self.asks.pop(0))
        if words == "quiero anotarme":
            return ["utter_cash_list_terms" if known["cash_list_open"] else "utter_cash_list_closed"], []
        if words == "una persona":
            return [], [{"effect": "hand_over"}]
        said = {"gracias": "utter_thank", "que mascarilla uso": "utter_faq/mascarilla",
                "como me inscribo": "utter_faq/anotarse"}.get(words, "utter_affirm")  # fmt: skip
        asks = known["may_ask_profile"] and said != "utter_affirm"
        return [said, *(["utter_ask_profile"] if asks else [])], []

    def fill(self, asked: str) -> tuple[list[str], list[dict[str, Any]]]:
        if asked in PROFILE:
            if asked == "age" and self.chance.random() < 0.1:
                self.asks = []
                return [], [{"effect": "no_profile"}]
            effect = {"effect": "save_profile", asked: self.chance.choice(PROFILE[asked])}
            return ["utter_affirm"], [
                effect,
                *([] if self.asks else [{"effect": "save_profile", "complete": True}]),
            ]
        effect = {"effect": "save_candidate", "field": asked, "whose": self.chance.choice(("own", "other"))}
        if asked == "needs":
            effect = {"effect": "save_candidate", "complete": True, "place": "150132", "people": "3"}
        return ["utter_affirm"], [effect]


def talks(line: Helpline, chance: random.Random) -> None:
    for number in range(CONVERSATIONS):
        one = Assistant(line, chance, number)
        for _ in range(chance.randint(2, 9)):
            one.goes_on()
            line.passes(seconds=chance.randint(2, 8))
        for conversation in line.all(Conversation, Conversation.mode == "waiting"):
            line.closes(conversation.code, farewell=[])


def test_after_many_conversations_nothing_personal_is_kept_that_nobody_agreed_to(
    helpline: Helpline, database: Path
) -> None:
    seed = int(os.environ.get("LINEA_TEST_SEED") or random.SystemRandom().randrange(10**6))
    print(f"LINEA_TEST_SEED={seed}")
    helpline.bank = list_bank(**DAYS)
    talks(helpline, random.Random(seed))
    before = {table: len(helpline.all(table)) for table in (Profile, Candidate, Consent)}
    assert min(before.values()) > 5, "too little was agreed to for the test to say anything"
    helpline.passes(hours=25)
    night.erase_now(helpline.store, LIMA, helpline.now)

    agreed = {row.id: row for row in helpline.all(Consent)}
    profiles, candidates = helpline.all(Profile), helpline.all(Candidate)
    assert all(agreed[row.consent_id].purpose == "profile" for row in profiles)
    assert all(agreed[row.consent_id].purpose == "cash_list" for row in candidates)
    assert {row.consent_id for row in helpline.all(ConsentHolder)} == {row.consent_id for row in candidates}
    assert helpline.all(Person) == []

    # Of every column that is not sealed: no word and no number of anybody.
    with helpline.store.reading() as session:
        rows = {
            table.name: session.connection().exec_driver_sql(f"SELECT * FROM {table.name}").all()
            for table in Base.metadata.sorted_tables
        }
    kept = json.dumps([[str(value) for value in row] for found in rows.values() for row in found])
    assert "Canario" not in kept
    assert "+5198" not in kept
    everything = b"".join(path.read_bytes() for path in database.parent.rglob("*") if path.is_file())
    assert b"Canario" not in everything
    assert b"5198000" not in everything

    # What is sealed is of those who agreed, and of nobody else.
    listed = helpline.write(lambda s: cash_list.entries(s, helpline.keys))
    assert len(listed) == len(candidates)
    assert all(one.phone.startswith("+5198") for one in listed)
