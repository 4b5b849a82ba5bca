"""What actions of the assistant ask for, done in the transaction of their turn (DESIGN 2).

An action names an effect; the subject that it is about does it. What cannot be done any more (an hour that
somebody else took) says what is said in the place of the assistant's words.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from linea import appointments, cash_list, consent, profile, rights
from linea.conversations import raise_colour
from linea.scene import Effect, Outcome, Scene

__all__ = ["EFFECTS", "Outcome", "Scene", "UnknownEffect", "apply"]


class UnknownEffect(LookupError):
    """An action asked for something nobody does."""


def _hand_over(scene: Scene, asked: Mapping[str, Any]) -> Outcome:
    return Outcome(handover=str(asked.get("reason", "asked")))


def _raise_alarm(scene: Scene, asked: Mapping[str, Any]) -> Outcome:
    """A person said yes to the list of alarm signs: as if they had written one of them."""
    raise_colour(scene.conversation, "red", "now")
    return Outcome(red="utter_medical_alarm")


def _record_consent(scene: Scene, asked: Mapping[str, Any]) -> Outcome | None:
    """For the purpose that the line has just asked for; Raises ConsentError where it asked for none."""
    agreed = AGREED.get(scene.conversation.asking or "")
    if agreed is None:
        raise consent.ConsentError(str(scene.conversation.asking))
    return agreed(scene, asked)


# What a yes does, by the purpose that was asked for.
AGREED: Mapping[str, Effect] = {"profile": profile.agreed, "cash_list": cash_list.agreed}

EFFECTS: Mapping[str, Effect] = {
    "hand_over": _hand_over,
    "raise_alarm": _raise_alarm,
    "record_consent": _record_consent,
    "save_profile": profile.save,
    "no_profile": profile.drop,
    "save_candidate": cash_list.save,
    "leave_cash_list": cash_list.leave,
    "offer_appointment": appointments.offer,
    "choose_slot": appointments.choose,
    "other_slot": appointments.other,
    "ask_appointment": appointments.ask,
    "book_appointment": appointments.book,
    "no_appointment": appointments.decline,
    "move_appointment": appointments.move,
    "ask_cancel": appointments.ask_cancel,
    "cancel_appointment": appointments.cancel,
    "keep_appointment": appointments.keep,
    "my_data": rights.my_data,
    "ask_erase": rights.ask_erase,
    "erase": rights.erase,
    "keep": rights.keep,
    "leave_lists": rights.leave_lists,
}


def apply(scene: Scene, asked: Iterable[Mapping[str, Any]]) -> Outcome:
    """Do everything a turn asks for, in order; of the outcomes the first reason and the first line count.

    Raises UnknownEffect: the turn is then a failed one, and nothing of it is kept.
    """
    handover, said, leaves, erased, red = None, Outcome(), False, False, None
    for each in asked:
        effect = EFFECTS.get(str(each.get("effect")))
        if effect is None:
            raise UnknownEffect(str(each.get("effect"))[:40])
        outcome = effect(scene, each) or Outcome()
        handover = handover or outcome.handover
        said = said if said.line else outcome
        leaves, erased = leaves or outcome.leaves, erased or outcome.erased
        red = red or outcome.red
    return replace(said, handover=handover, leaves=leaves, erased=erased, red=red)
