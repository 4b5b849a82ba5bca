"""A chat becomes a test: recorded as YAML, played again with somebody new; it says where the line differs."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from linea.simulator import recording
from linea.simulator.asking import BadWish
from tests.simulator.harness import ROSA, Line, Simulator

BUTTONS = ("Menú", "Una persona")
LONG = "Una respuesta que dice siempre lo mismo aunque cambie el código "


@pytest.fixture
def answering(simulator: Simulator, line: Line) -> Simulator:
    """A simulator whose line answers every text and every tap, each time with another number."""
    count = iter(range(1000, 9999))

    def answer(channel: str, phone: str, words: str) -> None:
        text = f"{LONG}{next(count)}: «{words}»"
        if channel == "sms":
            simulator.sms(text, phone)
        else:
            simulator.send(with_buttons(text, phone))

    line.when_written_to = answer
    return simulator


def with_buttons(text: str, to: str) -> dict[str, Any]:
    replies = [
        {"type": "reply", "reply": {"id": f"{text[-20:]}{title}", "title": title}} for title in BUTTONS
    ]
    action = {"buttons": replies}
    interactive = {"type": "button", "body": {"text": text}, "action": action}
    return {"messaging_product": "whatsapp", "to": to, "type": "interactive", "interactive": interactive}


def says(simulator: Simulator, **wish: Any) -> None:
    """Somebody writes, and the line's answer is there."""
    channel = wish.get("channel", "whatsapp")
    before = len(simulator.rows("messages", phone=ROSA, sender="line", channel=channel))
    simulator.write(**wish)
    if {"text", "tap"} & set(wish):
        simulator.rows("messages", phone=ROSA, sender="line", channel=channel, count=before + 1, wait=20)


def recorded(simulator: Simulator, **query: Any) -> str:
    answer = simulator.http.get("/api/recording", params={"phone": ROSA, **query})
    assert answer.status_code == 200, answer.text
    return answer.text


def replayed(simulator: Simulator, text: str, **wish: Any) -> dict[str, Any]:
    return simulator.post("replay", recording=text, **{"wait": 20, **wish})


def everything(simulator: Simulator) -> None:
    """A chat in which everything happens that a recording can hold."""
    says(simulator, text="Hola")
    says(simulator, tap="Menú")
    says(simulator, text="¿y eso?", reply_to="line:1", forwarded=True)
    for wish in (
        {"image": {"caption": "mira"}},
        {"voice": {}},
        {"document": {"filename": "receta.pdf"}},
        {"location": {"latitude": -12.05, "longitude": -77.04}},
        {"reaction": {"target": "line:2", "emoji": "👍"}},
        {"edit": {"target": "own:1", "text": "otra cosa"}},
        {"revoke": {"target": "own:2"}},
        {"unsupported": "poll"},
        {"contacts": [{"name": "Ana", "phones": ["+51900000003"]}]},
        {"raw": {"type": "hologram", "hologram": {"x": 1}}},
    ):
        simulator.write(**wish)
    simulator.post("echo", phone=ROSA, text="Te llamo")
    simulator.post("standby", phone=ROSA, text="a otro sistema")
    simulator.post("handover", phone=ROSA, taken=True)
    simulator.post("handover", phone=ROSA, taken=False)
    simulator.post("people/change", phone=ROSA, device=True)


# -- recording ----------------------------------------------------------------------------------------


def test_a_chat_is_written_down_as_a_conversation_that_anybody_can_read(answering: Simulator) -> None:
    says(answering, text="Hola")
    says(answering, tap="Una persona")
    found = yaml.safe_load(recorded(answering, title="Saludo"))
    assert (found["title"], found["channel"]) == ("Saludo", "whatsapp")
    assert found["steps"] == [
        {"send": {"text": "Hola"}},
        {"expect": {"contains": LONG.strip(), "options": list(BUTTONS)}},
        {"send": {"tap": "Una persona"}},
        {"expect": {"contains": LONG.strip(), "options": list(BUTTONS)}},
    ]


def test_what_changes_each_time_is_left_out_of_what_is_expected(answering: Simulator) -> None:
    says(answering, text="Hola")
    assert "1000" not in recorded(answering)


def test_only_what_came_since_a_moment_is_written_down(answering: Simulator) -> None:
    says(answering, text="uno")
    since = answering.rows("messages", phone=ROSA)[-1]["id"]
    says(answering, text="dos")
    steps = yaml.safe_load(recorded(answering, since=since))["steps"]
    assert [step["send"] for step in steps if "send" in step] == [{"text": "dos"}]


def test_each_channel_is_a_conversation_of_its_own(answering: Simulator) -> None:
    says(answering, text="por WhatsApp")
    says(answering, channel="sms", text="por SMS")
    answering.write(channel="sms", image={"caption": "mira"})
    answering.write(channel="sms", raw={"Body": None})
    found = yaml.safe_load(recorded(answering, channel="sms"))
    assert found["channel"] == "sms"
    assert [step["send"] for step in found["steps"] if "send" in step] == [
        {"text": "por SMS"},
        {"image": {"caption": "mira"}},
        {"raw": {"Body": None}},
    ]
    assert "SMS" not in recorded(answering)


def test_everything_that_happens_is_written_down_and_can_be_read(answering: Simulator) -> None:
    everything(answering)
    conversation = recording.read(recorded(answering))
    kinds = [kind for kind, _ in conversation.steps]
    assert {kind: kinds.count(kind) for kind in kinds} == {
        "send": 13,
        "expect": 3,
        "echo": 1,
        "standby": 1,
        "handover": 2,
        "change": 1,
    }
    sent = [name for kind, wish in conversation.steps if kind == "send" for name in wish]
    assert {"text", "tap", "reply_to", "forwarded", "image", "voice", "document", "location"} <= set(sent)
    assert {"reaction", "edit", "revoke", "unsupported", "raw"} <= set(sent)


# -- playing again ------------------------------------------------------------------------------------


def test_a_recording_played_again_with_somebody_new_says_ok(answering: Simulator) -> None:
    everything(answering)
    text = recorded(answering, title="Todo")
    answering.http.delete("/api/faults")
    told = replayed(answering, text)
    assert told["ok"], [step for step in told["steps"] if not step["ok"]]
    assert told["title"] == "Todo"
    assert told["phone"] != ROSA
    assert len(told["steps"]) == len(yaml.safe_load(text)["steps"])
    again = yaml.safe_load(answering.http.get("/api/recording", params={"phone": told["phone"]}).text)
    assert again["steps"] == yaml.safe_load(text)["steps"]


def test_an_sms_conversation_is_played_by_sms_and_by_whatsapp_if_wished(answering: Simulator) -> None:
    says(answering, channel="sms", text="Hola")
    text = recorded(answering, channel="sms")
    told = replayed(answering, text)
    assert told["ok"]
    assert {row["channel"] for row in answering.rows("messages", phone=told["phone"])} == {"sms"}
    other = replayed(answering, text, channel="whatsapp", phone="+51987000077")
    assert (other["ok"], other["phone"]) == (True, "+51987000077")
    assert {row["channel"] for row in answering.rows("messages", phone="+51987000077")} == {"whatsapp"}


def test_who_changes_number_goes_on_with_the_new_one(answering: Simulator) -> None:
    steps = [{"send": {"text": "Hola"}}, {"expect": {}}, {"change": "number"}, {"send": {"text": "sigo"}}]
    told = replayed(answering, yaml.safe_dump({"steps": [*steps, {"expect": {"contains": "sigo"}}]}))
    assert told["ok"], told["steps"]


def expecting(**wanted: Any) -> str:
    return yaml.safe_dump(
        {"steps": [{"send": {"text": "Hola"}}, {"expect": wanted}, {"send": {"text": "nunca"}}]}
    )


@pytest.mark.parametrize(
    ("wanted", "problem"),
    [
        ({"contains": "otra cosa"}, "«otra cosa» is not in"),
        ({"options": ["Sí", "No"]}, "the options are ['Menú', 'Una persona'], not ['Sí', 'No']"),
        ({"options": []}, "the options are"),
    ],
)
def test_it_ends_at_the_first_step_that_fails_and_says_which_and_why(
    answering: Simulator, wanted: dict[str, Any], problem: str
) -> None:
    told = replayed(answering, expecting(**wanted))
    assert [step["ok"] for step in told["steps"]] == [True, False]
    assert not told["ok"]
    assert problem in told["steps"][1]["problem"]
    assert "«Hola»" in told["steps"][1]["found"]


def test_a_line_that_says_nothing_fails_the_step(simulator: Simulator, line: Line) -> None:
    told = replayed(simulator, expecting(contains=""), wait=0.2)
    assert (told["ok"], told["steps"][1]["problem"], told["steps"][1]["found"]) == (
        False,
        "nothing came",
        None,
    )


def test_a_step_that_cannot_be_sent_fails(simulator: Simulator, line: Line) -> None:
    told = replayed(simulator, yaml.safe_dump({"steps": [{"send": {"tap": "Menú"}}]}), wait=0.2)
    assert (told["ok"], told["steps"][0]["problem"]) == (False, "no message offers «Menú»")


# -- keeping ------------------------------------------------------------------------------------------


def test_a_recording_is_kept_listed_and_played_by_its_name(answering: Simulator) -> None:
    says(answering, text="Hola")
    kept = answering.post("recordings", name="saludo-1", phone=ROSA, title="Saludo")["recordings"]
    assert kept == [{"name": "saludo-1", "title": "Saludo", "channel": "whatsapp", "steps": 2}]
    assert answering.http.get("/api/recordings").json()["recordings"] == kept
    assert answering.post("replay", name="saludo-1", wait=20)["ok"]
    path = answering.settings.data_dir / "recordings" / "saludo-1.yml"
    path.write_text("steps: 7", encoding="utf-8")
    (told,) = answering.http.get("/api/recordings").json()["recordings"]
    assert (told["name"], told["steps"]) == ("saludo-1", 0)


@pytest.mark.parametrize("name", ["", "../x", "A", "a b", ".x", "x/y", "a" * 62, "a.yml"])
def test_a_name_that_could_be_a_path_is_refused(judge: Simulator, name: str) -> None:
    assert judge.refusal("recordings", name=name, phone=ROSA)
    assert judge.refusal("replay", name=name)


def test_what_is_not_there_cannot_be_played(judge: Simulator) -> None:
    assert judge.refusal("replay", name="nobody") == "there is no recording nobody"
    assert "exactly one" in judge.refusal("replay")
    assert "exactly one" in judge.refusal("replay", name="a", recording="steps: []")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("[", "not YAML"),
        ("7", "object"),
        ("{}", "steps is needed"),
        ("steps: 7", "steps"),
        ("steps: [7]", "step 1"),
        ("steps: [{send: {text: a}}, {}]", "step 2: exactly one"),
        ("steps: [{send: {text: a}, expect: {}}]", "step 1: exactly one"),
        ("steps: [{shout: a}]", "step 1: shout"),
        ("steps: [{send: {}}]", "step 1: exactly one"),
        ("steps: [{send: {text: a, tap: b}}]", "step 1: exactly one"),
        ("steps: [{expect: {contains: 7}}]", "step 1: contains"),
        ("steps: [{change: name}]", "step 1: change must be one of"),
        ("steps: [{handover: maybe}]", "step 1: handover must be one of"),
        ("channel: fax\nsteps: []", "channel must be one of"),
        ("!!python/object/apply:os.system [ls]", "not YAML"),
        ("steps: [" + "{echo: a}, " * 501 + "]", "at most 500 steps"),
    ],
)  # fmt: skip
def test_a_recording_that_makes_no_sense_is_refused_by_its_step(text: str, problem: str) -> None:
    with pytest.raises(BadWish, match=problem):
        recording.read(text)
