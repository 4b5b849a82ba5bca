"""The profile for the statistics: when it may be asked for, what is kept of it, and when nothing is.

It stands by itself: no name, number or words of anybody, and after the night nothing leads to a person.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from linea import consent
from linea.answers import DECLINED, SKIPPED
from linea.bank import Bank
from linea.codes import new_id
from linea.conversations import needs_person
from linea.profile_answers import AGES, GENDERS, HOUSEHOLD, MIGRANTS, NONE, UNDER_14
from linea.scene import Outcome, Scene
from linea.store.models import Consent, Conversation, Handoff, Profile

PURPOSE = "profile"
QUESTION = "utter_ask_profile"
FROM, UNTIL = time(8, 0), time(21, 0)  # when it may be asked for (DESIGN 5.7)
CALM = ("none", "green")

# What each answer can be; DECLINED and SKIPPED besides, and None while it was not asked.
ANSWERS = ("age", "place", "gender", "migrant", "nationality", "household", "complete")
CHOICES: Mapping[str, tuple[str, ...]] = {"age": AGES, "gender": GENDERS, "migrant": MIGRANTS}


def may_ask(session: Session, conversation: Conversation, now: datetime, bank: Bank) -> bool:
    """Whether the profile may be asked for now: after help, once, by day, of nobody in need (DESIGN 5.7).

    Once a day and not once a conversation: a person whom the team had to see today, who was yellow or red,
    said to be a child or was asked already, is not asked in another conversation either.
    """
    local = now.astimezone(bank.timezone).time()
    if (
        conversation.helped_at is None
        or conversation.profile_asked_at is not None
        or conversation.mode != "bot"
        or conversation.child
        or conversation.colour not in CALM
        or not FROM <= local < UNTIL
    ):
        return False
    handed_over = select(Handoff.id).where(Handoff.conversation_id == Conversation.id).exists()
    other = (
        select(Conversation.id)
        .where(Conversation.person_id == conversation.person_id)
        .where(
            or_(
                Conversation.profile_asked_at.isnot(None),
                Conversation.child.is_(True),
                Conversation.colour.notin_(CALM),
                handed_over,
            )
        )
    )
    return session.execute(other.limit(1)).first() is None


def agreed(scene: Scene, asked: Mapping[str, Any]) -> None:
    """They said yes to the profile. Raises ConsentError if the line did not ask."""
    conversation = scene.conversation
    words = scene.bank.line(QUESTION, conversation.channel).text
    consent.record(scene.session, scene.keys, conversation, PURPOSE, QUESTION, words, scene.now)


def save(scene: Scene, asked: Mapping[str, Any]) -> None:
    """Keep what was answered so far: `asked` holds columns of the profile by name, and `complete`.

    Raises ConsentError without a consent of this conversation, ValueError for what is no choice: no words of
    anybody can get in here.
    """
    given = consent.of_conversation(scene.session, scene.conversation, PURPOSE)
    if not given:
        raise consent.ConsentError(PURPOSE)
    answers = {name: asked[name] for name in ANSWERS if asked.get(name) is not None}
    for name, value in answers.items():
        if not _is_choice(name, value):
            raise ValueError(name)
    profile = scene.session.execute(
        select(Profile).where(Profile.consent_id == given[-1])
    ).scalar_one_or_none()
    if profile is None:
        profile = Profile(id=new_id(), consent_id=given[-1], code=scene.conversation.code, at=scene.now)
        scene.session.add(profile)
    for name, value in answers.items():
        setattr(profile, name, value)
    scene.session.flush()


def drop(scene: Scene, asked: Mapping[str, Any]) -> Outcome:
    """They are under 14: nothing of the profile stays, and a person of the team answers."""
    for consent_id in consent.of_conversation(scene.session, scene.conversation, PURPOSE):
        consent.end(scene.session, consent_id)
    scene.conversation.child = True
    needs_person(scene.session, scene.conversation, "child", scene.now)
    scene.conversation.waiting_told = True
    return Outcome(line="utter_child")


def of_code(session: Session, code: str, since: datetime) -> Profile | None:
    """The profile of a conversation by its code, as its log row has it; `since`: when it was opened."""
    found: Profile | None = (
        session.execute(
            select(Profile)
            .join(Consent, Consent.id == Profile.consent_id)
            .where(Profile.code == code, Consent.at >= since)
            .order_by(Profile.at)
        )
        .scalars()
        .first()
    )
    return found


def _is_choice(name: str, value: Any) -> bool:
    if name == "complete":
        return value is True
    if name in ("age", "gender", "migrant", "place", "household") and value in (DECLINED, SKIPPED):
        return True
    if name in CHOICES:
        return value in CHOICES[name] and value != UNDER_14
    if name == "household":
        return set(str(value).split()) <= {*HOUSEHOLD, NONE}
    code = str(value)
    if name == "nationality":
        return len(code) == 2 and code.isalpha()
    return name == "place" and (code == "abroad" or (len(code) == 2 and code.isalpha()) or code.isdecimal())
