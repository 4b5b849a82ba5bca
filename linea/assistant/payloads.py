"""What Rasa calls parse data: the form of a reading, and of a tapped button, which needs no reading."""

from __future__ import annotations

from typing import Any

from linea.assistant.reading import RETRIEVAL, Reading

RANKED = 5  # places of a ranking kept: every event of a conversation carries one


class UnknownPayload(ValueError):
    """A button carries something that is neither `/intent` nor `faq/<entry>`."""


def parsed(reading: Reading) -> dict[str, Any]:
    """A reading as Rasa's `intent`, `intent_ranking`, `entities` and `response_selector`.

    Ours beside them, where there are any: `suggestions` of a doubt and `also`, ids of entries.
    """
    intents: dict[str, float] = {}
    for label, share in reading.ranking:
        name = label.split("/", 1)[0]
        intents[name] = max(intents.get(name, 0.0), share)
    if reading.intent not in intents:  # below the threshold
        intents[reading.intent] = reading.confidence
    ranking = sorted(intents.items(), key=lambda pair: (pair[0] != reading.intent, -pair[1]))
    entries = [(label, share) for label, share in reading.ranking if label.startswith(f"{RETRIEVAL}/")]
    return {
        "intent": _share(reading.intent, reading.confidence),
        "intent_ranking": [_share(name, share) for name, share in ranking[:RANKED]],
        "entities": [],
        "response_selector": _selected(entries[:RANKED]) if entries else {},
        **({"suggestions": list(reading.suggestions)} if reading.suggestions else {}),
        **({"also": list(reading.also)} if reading.also else {}),
    }


def parse_data_for(payload: str, title: str) -> dict[str, Any]:
    """The parse data of a tapped option: `payload` is `/intent` or `faq/<entry>`, `title` what was read.

    Raises UnknownPayload for anything else.
    """
    if payload.startswith("/") and payload[1:].isidentifier():
        label = payload[1:]
    elif payload.startswith(f"{RETRIEVAL}/") and payload.removeprefix(f"{RETRIEVAL}/").isidentifier():
        label = payload
    else:
        raise UnknownPayload("an option's payload is /intent or faq/<entry>")
    return {"text": title, **parsed(Reading(label, 1.0, ((label, 1.0),)))}


def _share(name: str, share: float) -> dict[str, Any]:
    return {"name": name, "confidence": round(share, 4)}


def _selected(entries: list[tuple[str, float]]) -> dict[str, Any]:
    best, share = entries[0]
    return {
        "all_retrieval_intents": [RETRIEVAL],
        RETRIEVAL: {
            "response": {
                "responses": [],
                "confidence": round(share, 4),
                "intent_response_key": best,
                "utter_action": f"utter_{best}",
            },
            "ranking": [
                {"confidence": round(share, 4), "intent_response_key": label} for label, share in entries
            ],
        },
    }
