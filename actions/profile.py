"""The profile for the statistics, and what the cash list asks for as well: where, and who lives at home."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache, partial
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import ActiveLoop, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.base import LineAction, context, effect, say
from actions.forms import EXPLAINED, REQUESTED, LineForm
from linea import places, profile_answers, settings
from linea.answers import DECLINED, SKIPPED, Heard, Question
from linea.plain import plain

DONE = "done"  # of a question that needs no asking
MOST_PLACES = 9  # Meta: ten rows in a list, and one is "otro lugar"
OPEN = (DECLINED, SKIPPED)  # what is asked again where it is needed for something else
SLOTS = (
    "profile_sms",
    "profile_age",
    "place",
    "place_among",
    "place_which",
    "profile_gender",
    "profile_migrant",
)
# What the worker keeps, by the slot it is answered in; `profile_migrant` and `place` are taken apart below.
KEPT = {"profile_age": "age", "place": "place", "profile_gender": "gender", "household": "household"}


@cache
def known_places() -> places.Places:
    """Everything that can be named, read once for this process."""
    return places.load(settings.ROOT / "data")


def place(heard: Heard) -> Any:
    """See `linea.profile_answers.place`."""
    return profile_answers.place(known_places(), heard)


def which(tracker: Tracker, heard: Heard) -> str | None:
    """Which of the places of one name is meant; SKIPPED for another place."""
    if plain(heard.text) in ("otro lugar", "otro", "ninguno", "ninguna"):
        return SKIPPED
    return known_places().among(tracker.get_slot("place_among") or (), heard.text)


def took_place(value: Any, channel: str) -> list[dict[str, Any]]:
    """The slots that an answer about the place fills. By SMS nothing is asked twice: the wider will do."""
    if not isinstance(value, Mapping):
        return [SlotSet("place", value), SlotSet("place_which", DONE)]
    asks = bool(value["among"]) and channel != "sms"
    among = value["among"][:MOST_PLACES] if asks else None
    return [
        SlotSet("place", value["code"]),
        SlotSet("place_among", among),
        SlotSet("place_which", None if asks else DONE),
    ]


def took_which(value: str) -> list[dict[str, Any]]:
    """The exact place, where it was said which; else the wider one stays."""
    exact = [] if value == SKIPPED else [SlotSet("place", value)]
    return [*exact, SlotSet("place_which", DONE)]


class AskPlaceWhich(LineAction):
    """Asks which of several places of one name is meant."""

    def name(self) -> str:
        """As Rasa names the question of a form."""
        return "action_ask_place_which"

    def act(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> list[dict[str, Any]]:
        """The places as options."""
        known = known_places()
        options = [
            {"payload": "/answer", "title": known.title(code), "description": known.full(code)[:72]}
            for code in tracker.get_slot("place_among") or ()
        ]
        say(dispatcher, "utter_ask_place_which", options)
        return []


class RecordConsent(LineAction):
    """A yes to what the line has just asked for; which that was, the worker knows."""

    def name(self) -> str:
        """As in `domain.yml`."""
        return "action_record_consent"

    def act(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> list[dict[str, Any]]:
        """The questions begin anew, but for what was answered for another purpose and will do here."""
        effect(dispatcher, "record_consent")
        again = [name for name in ("place", "household") if tracker.get_slot(name) in OPEN]
        whole = context(tracker).get("channel") == "sms"
        if context(tracker).get("asked_for") != "profile":
            return [
                SlotSet(name, None) for name in (*again, *(f"cash_{n}" for n in ("name", "phone", "people")))
            ]
        return [
            *(SlotSet(name, None) for name in (*SLOTS, "household")),
            SlotSet("profile_sms", None if whole else DONE),
            SlotSet(EXPLAINED, None),
        ]


class ProfileForm(LineForm):
    """Age first, so that a child is asked nothing else; by SMS all in one message."""

    def name(self) -> str:
        """As Rasa names the check of a form."""
        return "validate_profile_form"

    @property
    def questions(self) -> Mapping[str, Question]:
        """One for each slot that is asked for."""
        return {
            "profile_sms": partial(profile_answers.in_one, known_places()),
            "profile_age": profile_answers.age,
            "place": place,
            "profile_gender": profile_answers.gender,
            "profile_migrant": partial(profile_answers.migrant, known_places()),
            "household": profile_answers.household,
        }

    def means(self, tracker: Tracker, asked: str, heard: Heard) -> Any:
        """Which of several places can only be told from the list that was shown."""
        return which(tracker, heard) if asked == "place_which" else super().means(tracker, asked, heard)

    def took(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, asked: str, value: Any
    ) -> list[dict[str, Any]]:
        """Kept as soon as it is answered, so that whoever stops half-way has said what they said."""
        events = _filled(asked, value, context(tracker).get("channel", "whatsapp"))
        answers = kept({event["name"]: event["value"] for event in events})
        if answers.get("age") == profile_answers.UNDER_14:
            effect(dispatcher, "no_profile")
            return [*events, SlotSet(REQUESTED, None), ActiveLoop(None)]
        effect(dispatcher, "save_profile", **answers)
        return events


class SaveProfile(LineAction):
    """Says thanks; nothing to a child, to whom something else is said."""

    def name(self) -> str:
        """As in `domain.yml`."""
        return "action_save_profile"

    def act(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> list[dict[str, Any]]:
        """No events: what was answered is kept already."""
        if tracker.get_slot("profile_age") != profile_answers.UNDER_14:
            effect(dispatcher, "save_profile", complete=True)
            say(dispatcher, "utter_profile_thanks")
        return []


def kept(slots: Mapping[str, Any]) -> dict[str, str]:
    """What of the slots the worker keeps, by its own names."""
    answers = {KEPT[name]: str(value) for name, value in slots.items() if name in KEPT and value is not None}
    migrant = slots.get("profile_migrant")
    if isinstance(migrant, Mapping):
        answers["migrant"] = migrant["status"]
        answers |= {"nationality": migrant["nationality"]} if "nationality" in migrant else {}
    elif migrant is not None:
        answers["migrant"] = migrant
    return answers


def _filled(asked: str, value: Any, channel: str) -> list[dict[str, Any]]:
    if asked == "place":
        return took_place(value, channel)
    if asked == "place_which":
        return took_which(value)
    if asked != "profile_sms":
        return [SlotSet(asked, value)]
    said: Mapping[str, Any] = value if isinstance(value, Mapping) else {}
    return [
        SlotSet("profile_sms", DONE),
        *took_place(said.get("place", SKIPPED), channel),
        *(SlotSet(f"profile_{name}", said.get(name, SKIPPED)) for name in ("age", "gender", "migrant")),
        SlotSet("household", said.get("household", SKIPPED)),
    ]
