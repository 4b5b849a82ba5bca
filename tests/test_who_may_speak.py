"""Whatever happens, in whatever order: while a person has the chat, the line sends nothing but a crisis text.

INV-13 (and with it INV-04, 06, 07, 17): a machine that makes orders of events nobody thought of.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import select

from linea import absence, conversations, dispatch, night, outbox
from linea.handoff import HandoffError
from linea.messages import Inbound
from linea.on_call import Duty
from linea.roster import Contact
from linea.store import Store
from linea.store.models import Alert, Conversation, Handoff, InboxRow, OutboxRow, Page
from tests.helpline import ANA, BETO, CARLA, ON_CALL, PILAR, RED, STAFF_ABUSE, YELLOW, Helpline

LIMA = ZoneInfo("America/Lima")
PEOPLE = st.sampled_from([ANA, BETO])
OPERATORS = st.sampled_from(["rosa", "luis"])
ANSWERS = st.sampled_from(["utter_faq/mascarilla", "utter_faq/persona", "utter_thank", "utter_fallback", ""])
OUTCOMES = st.sampled_from(["accepted", "retry", "uncertain", "failed", "halt"])
STATUSES = st.sampled_from(["sent", "delivered", "read", "failed"])
DAY = timedelta(hours=24)
PROTECTED = Conversation.audience == "protection"
SCALE = int(os.environ.get("LINEA_TEST_SCALE", "1"))  # `make soak` looks longer
HAND_OVER = [{"effect": "hand_over", "reason": "asked"}]


class WhoMaySpeak(RuleBasedStateMachine):
    """A line with two people, two operators and two workers, one of which may come back from the dead."""

    migrated: Path

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        shutil.copy(self.migrated, self.folder / "linea.db")
        self.line = Helpline(Store(f"sqlite:///{self.folder}/linea.db"))
        self.line.duty = Duty(ON_CALL)
        self.turns: list[dispatch.Turn] = []
        self.attempts: list[outbox.Sending] = []
        self.delivered: list[Inbound] = []
        self.claimed: list[tuple[bool, bool]] = []

    def teardown(self) -> None:
        self.line.store.close()
        shutil.rmtree(self.folder)

    # -- what people do ---------------------------------------------------------------------------------

    @rule(
        person=PEOPLE,
        words=st.sampled_from(["hola", RED, YELLOW, STAFF_ABUSE, "BORRAR", "tengo 12 años"]),
        kind=st.sampled_from(["text", "option", "media", "location", "other", "silent", "copy"]),
        watched=st.booleans(),
    )
    def somebody_writes(self, person: str, words: str, kind: str, watched: bool) -> None:
        message = self.line.message(words, person, kind=kind)
        self.delivered.append(message)
        self.line.arrives(message)
        if watched:
            self.line.looks()

    @precondition(lambda self: self.delivered)
    @rule(data=st.data())
    def a_message_is_delivered_again(self, data: st.DataObject) -> None:
        before = len(self.line.all(InboxRow))
        assert self.line.arrives(data.draw(st.sampled_from(self.delivered))) == 0
        assert len(self.line.all(InboxRow)) == before

    # -- what operators do ------------------------------------------------------------------------------

    def operates(self, act: Callable[..., object], operator: str, data: st.DataObject) -> None:
        codes = [conversation.code for conversation in self.line.all(Conversation)]
        if not codes:
            return
        code = data.draw(st.sampled_from(codes))
        audience = data.draw(st.sampled_from(["team", "team", "protection"]))
        try:
            act(code, operator=operator, audience=audience)
        except HandoffError:
            return
        mode = self.line.one(Conversation, Conversation.code == code).mode
        assert mode == ("bot" if act == self.line.closes else "human")

    @rule(operator=OPERATORS, data=st.data())
    def somebody_takes(self, operator: str, data: st.DataObject) -> None:
        self.operates(self.line.takes, operator, data)

    @rule(operator=OPERATORS, data=st.data())
    def somebody_replies(self, operator: str, data: st.DataObject) -> None:
        self.operates(self.line.replies, operator, data)

    @rule(operator=OPERATORS, data=st.data())
    def somebody_closes(self, operator: str, data: st.DataObject) -> None:
        self.operates(self.line.closes, operator, data)

    # -- what the worker does ---------------------------------------------------------------------------

    @rule(operator=OPERATORS, here=st.booleans())
    def somebody_comes_or_goes_home(self, operator: str, here: bool) -> None:
        (self.line.starts if here else self.line.goes_home)(operator)

    # -- what whoever is on call does -------------------------------------------------------------------

    @rule(outcome=OUTCOMES)
    def the_team_is_called(self, outcome: str) -> None:
        before = len(self.line.all(Conversation))
        self.line.calls()
        self.line.pages(outcome)
        assert len(self.line.all(Conversation)) == before

    @rule(contact=st.sampled_from([*ON_CALL.people, CARLA, PILAR]), words=st.sampled_from(["VOY", "ya voy"]))
    def somebody_who_was_called_answers(self, contact: Contact, words: str) -> None:
        called = self.line.all(Page, Page.staff == contact.name, Page.created_at > self.line.now - DAY)
        before = len(self.line.all(InboxRow))
        self.line.says(words, contact)
        if called:
            assert len(self.line.all(InboxRow)) == before

    @rule(worker=st.sampled_from(["w1", "w2"]), burst=st.booleans())
    def a_worker_takes_turns(self, worker: str, burst: bool) -> None:
        self.turns += self.line.turns(worker=worker, burst=burst)

    @precondition(lambda self: self.turns)
    @rule(
        data=st.data(),
        utter=ANSWERS,
        asked=st.booleans(),
        how=st.sampled_from(["finish", "other", "fail", "back"]),
    )
    def a_turn_ends(self, data: st.DataObject, utter: str, asked: bool, how: str) -> None:
        turn = data.draw(st.sampled_from(self.turns))  # and perhaps a second time, as a zombie's
        now, line = self.line.now, self.line.line
        if how == "finish":
            said = [utter] if utter else []
            effects = [{"effect": turn.right}] if turn.right else HAND_OVER if asked else []
            self.line.finishes(turn, *said, effects=effects, events=[{"event": "x"}])
        elif how == "other":
            self.line.write(lambda s: dispatch.finish_kept(s, turn, line, now))
        elif how == "fail":
            self.line.write(lambda s: dispatch.count_failure(s, turn, line, now))
        else:
            self.line.write(lambda s: dispatch.put_back(s, turn, now, dispatch.LEASE))

    @rule(away=st.booleans())
    def a_second_ticks(self, away: bool) -> None:
        line, now = self.line.line, self.line.now
        self.line.speaks_for_operators()
        self.line.sweeps()
        self.line.write(lambda s: conversations.end_silent(s, now))
        if away:
            self.line.write(lambda s: absence.tell_away(s, line, now))
        self.line.write(lambda s: absence.give_up(s, line, now))
        self.line.calls()
        self.line.reminds()

    @rule()
    def the_sender_claims(self) -> None:
        claimed = self.line.claims()
        self.attempts += claimed
        for sending in claimed:
            row = self.line.one(OutboxRow, OutboxRow.id == sending.id)
            assert row.safety or row.origin == "operator" or row.person_id not in self.held()

    @precondition(lambda self: self.attempts)
    @rule(data=st.data(), outcome=OUTCOMES)
    def an_attempt_ends(self, data: st.DataObject, outcome: str) -> None:
        sending = data.draw(st.sampled_from(self.attempts))
        self.line.records(sending, outcome, external_id=f"wamid.{sending.id}")

    @precondition(lambda self: self.attempts)
    @rule(data=st.data(), status=STATUSES)
    def a_status_comes(self, data: st.DataObject, status: str) -> None:
        self.line.reports(data.draw(st.sampled_from(self.attempts)).id, status)

    # -- what time does ---------------------------------------------------------------------------------

    @rule(minutes=st.sampled_from([0.1, 0.6, 1.1, 11, 61, 25 * 60, 8 * 24 * 60]))
    def time_passes(self, minutes: float) -> None:
        self.line.passes(minutes=minutes)
        if minutes > 7 * 24 * 60:
            self.delivered.clear()

    @rule()
    def the_night_comes(self) -> None:
        night.erase_now(self.line.store, LIMA, self.line.now)

    # -- what always holds ------------------------------------------------------------------------------

    def held(self) -> set[str]:
        """Who is with a person now."""
        return {row.person_id for row in self.line.all(Conversation, Conversation.mode == "human")}

    @invariant()
    def nothing_of_the_line_waits_for_who_is_with_a_person(self) -> None:
        waiting = self.line.all(OutboxRow, OutboxRow.state == "queued", OutboxRow.person_id.in_(self.held()))
        assert [row.utter for row in waiting if row.origin != "operator" and not row.safety] == []

    @invariant()
    def only_red_has_safety_texts(self) -> None:
        for row in self.line.all(OutboxRow, OutboxRow.safety.is_(True)):
            assert row.utter.startswith(("utter_crisis_", "utter_staff_abuse"))

    @invariant()
    def what_is_told_of_the_team_is_seen_and_called_for_by_protection_alone(self) -> None:
        told = {row.conversation_id for row in self.line.all(InboxRow, InboxRow.signal == "favours")}
        protected = {row.id: row.code for row in self.line.all(Conversation, PROTECTED)}
        assert told <= protected.keys()
        assert not {row.code for row in self.line.queue()} & set(protected.values())
        alerts = {row.id: row for row in self.line.all(Alert)}
        for page in self.line.all(Page, Page.kind == "call", Page.staff == PILAR.name):
            assert alerts[page.alert_id].conversation_id in protected
        for page in self.line.all(Page, Page.kind == "call", Page.staff != PILAR.name):
            alert = alerts[page.alert_id]  # from before it was told, and closed with it
            assert alert.conversation_id not in protected or alert.closed_at is not None

    @invariant()
    def an_alert_stands_alone_and_only_where_a_person_is_awaited(self) -> None:
        standing = [row.conversation_id for row in self.line.all(Alert, Alert.closed_at.is_(None))]
        assert len(set(standing)) == len(standing)

    @invariant()
    def a_red_that_nobody_has_is_an_alert(self) -> None:
        alerted = {row.conversation_id for row in self.line.all(Alert, Alert.closed_at.is_(None))}
        reds = {row.id for row in self.line.all(Conversation, Conversation.colour == "red")}
        for row in self.line.all(Handoff, Handoff.closed_at.is_(None), Handoff.operator.is_(None)):
            assert row.conversation_id in alerted or row.conversation_id not in reds

    @invariant()
    def a_person_has_one_open_conversation_and_it_one_open_handoff(self) -> None:
        with self.line.store.reading() as session:
            open_ones = session.execute(select(Conversation.person_id).where(Conversation.ended_at.is_(None)))
            people = open_ones.scalars().all()
            handoffs = session.execute(select(Handoff.conversation_id).where(Handoff.closed_at.is_(None)))
            awaited = handoffs.scalars().all()
        assert len(set(people)) == len(people)
        assert len(set(awaited)) == len(awaited)

    @invariant()
    def every_mode_has_its_handoff(self) -> None:
        awaited = {row.conversation_id for row in self.line.all(Handoff, Handoff.closed_at.is_(None))}
        for conversation in self.line.all(Conversation):
            assert (conversation.mode == "bot") == (conversation.id not in awaited)

    @invariant()
    def what_is_not_handled_is_due(self) -> None:
        due = {row.id for row in self.line.all(Conversation, Conversation.due_at.isnot(None))}
        leased = {row.id for row in self.line.all(Conversation, Conversation.lease_owner.isnot(None))}
        unhandled = InboxRow.state.in_(
            ("new", "waiting")
        )  # an edit is watched for danger, and never answered
        for row in self.line.all(InboxRow, unhandled, InboxRow.kind.notin_(("silent", "copy"))):
            assert row.conversation_id in due | leased

    @invariant()
    def every_red_message_is_before_a_person_until_it_was_closed(self) -> None:
        awaited = {row.conversation_id for row in self.line.all(Handoff)}
        for row in self.line.all(InboxRow, InboxRow.colour == "red"):
            assert row.conversation_id in awaited


@pytest.mark.parametrize("steps", [12, 40])
def test_while_a_person_has_the_chat_the_line_is_silent(migrated: Path, steps: int) -> None:
    machine = type("Machine", (WhoMaySpeak,), {"migrated": migrated})
    examples = SCALE * 360 // steps
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            phases=[Phase.reuse, Phase.generate],  # shrinking these takes minutes
            print_blob=True,
        ),
    )


def test_after_closing_the_assistant_is_always_awake(helpline: Helpline) -> None:
    for before in ("hola", RED, YELLOW):
        for taken in (False, True):
            helpline.arrives(before)
            for turn in helpline.turns():
                helpline.finishes(turn, "utter_thank")
            if taken:
                helpline.takes(helpline.code())
                helpline.arrives("¿sigues ahí?")
                helpline.looks()
            helpline.closes(helpline.code())
            helpline.arrives("otra pregunta")
            assert helpline.answers("utter_faq/mascarilla")
            assert "Respuesta mascarilla" in helpline.queued()[-1]
            helpline.passes(minutes=61)
