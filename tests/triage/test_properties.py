"""What never changes a colour, whatever the message; of the rules and the classifier together."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from linea.triage import TrafficLight, Triage, messages
from linea.triage.reading import COLOURS, URGENCIES
from linea.triage.spans import WINDOW

from .conftest import CASES, SHIPPED

SAID, _ = messages.read_folder(SHIPPED / messages.FOLDER)
WRITTEN = [case.text for case in CASES]
TEXTS = st.sampled_from(WRITTEN) | st.sampled_from([said.text for said in SAID])
REDS = [case.text for case in CASES if case.colour == "red"]
HEARD = [said.text for said in SAID if said.label.colour == "red"]  # few of these are red by a rule
EMOJI = st.lists(st.sampled_from("😭 😢 🙏 💔 ❤️ 😂 🇵🇪 👩‍👧 🤍 ‼️".split()), max_size=4).map("".join)
INVISIBLE = st.sampled_from(["\u200b", "\u200d", "\ufe0f", "\u00ad", "\u2060", "\u0301", "\x00", "\u202e"])
NEUTRAL = st.sampled_from(
    [
        "Buenas tardes señorita",
        "También quería saber dónde hacerme la prueba",
        "Mi hija va al colegio en Comas",
        "Gracias por la información",
        "Ayer fui al banco y había mucha cola",
        "Me registré en la página pero no me llegó ningún mensaje",
        "El lunes voy a la posta con mi mamá",
        "jajaja",
        "Otra pregunta, la mascarilla se lava?",
    ]
)


def _without_accents(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))


@pytest.mark.parametrize(
    "rewrite",
    [
        lambda text: unicodedata.normalize("NFC", text),
        lambda text: unicodedata.normalize("NFD", text),
        lambda text: unicodedata.normalize("NFKC", text),
        str.upper,
        str.lower,
        str.title,
        _without_accents,
        lambda text: text.replace(" ", "   "),
        lambda text: text.replace(" ", "\t"),
        lambda text: text.replace(" ", "\u00a0"),
        lambda text: f"  {text}\n\n",
        lambda text: f"¿{text}",
    ],
    ids="NFC NFD NFKC upper lower title accents blanks tabs nbsp edges opening".split(),
)
def test_another_way_of_typing_keeps_the_colour(light: TrafficLight, rewrite: Callable[[str], str]) -> None:
    for text in [*WRITTEN, *HEARD[::5]]:
        assert (light.classify(rewrite(text)).colour, text) == (light.classify(text).colour, text)


@settings(max_examples=300, deadline=None)
@given(text=TEXTS, mark=INVISIBLE, data=st.data())
def test_an_invisible_character_keeps_the_colour(
    light: TrafficLight, text: str, mark: str, data: st.DataObject
) -> None:
    at = data.draw(st.integers(0, len(text)))
    assert light.classify(text[:at] + mark + text[at:]).colour == light.classify(text).colour


@settings(max_examples=200, deadline=None)
@given(text=TEXTS, before=EMOJI, after=EMOJI)
def test_emoji_around_keep_the_colour(light: TrafficLight, text: str, before: str, after: str) -> None:
    expected = light.classify(text).colour
    assert light.classify(f"{before} {text} {after}").colour == expected
    assert light.classify(f"{before}{text}{after}").colour == expected


@settings(max_examples=300, deadline=None)
@given(
    red=st.sampled_from([*REDS, *HEARD]),
    before=st.lists(NEUTRAL, max_size=3),
    after=st.lists(NEUTRAL, max_size=3),
    joint=st.sampled_from([". ", "\n", "! ", "... "]),
)
def test_sentences_around_never_lower_a_red(
    light: TrafficLight, red: str, before: list[str], after: list[str], joint: str
) -> None:
    assume(light.classify(red).colour == "red")
    assert light.classify(joint.join([*before, red, *after])).colour == "red"


@settings(max_examples=400, deadline=None)
@given(
    red=st.sampled_from([*REDS, *HEARD]),
    before=st.lists(TEXTS, max_size=3),
    after=st.lists(TEXTS, max_size=3),
    joint=st.sampled_from([". ", "\n", "! "]),
)
def test_other_messages_around_never_lower_a_red(
    light: TrafficLight, red: str, before: list[str], after: list[str], joint: str
) -> None:
    assume(light.classify(red).colour == "red")
    assert light.classify(joint.join([*before, red, *after])).colour == "red"


@settings(max_examples=200, deadline=None)
@given(red=st.sampled_from(HEARD), data=st.data())
def test_a_red_sent_in_pieces_is_still_heard(light: TrafficLight, red: str, data: st.DataObject) -> None:
    tokens = light.signals.tokens(red)
    assume(len(tokens) <= WINDOW and light.signals.judge_and_rest(tokens)[1] == tokens)
    assume((light.classify(red).signal or "").startswith("heard_"))
    blanks = [at for at, letter in enumerate(red) if letter == " "]
    for at in data.draw(st.lists(st.sampled_from(blanks), max_size=4)) if blanks else ():
        red = f"{red[:at]}\n{red[at + 1 :]}"  # as linea/watch.py puts short messages together
    assert light.classify(red).colour == "red"


@settings(max_examples=300, deadline=None)
@given(red=st.sampled_from(REDS), before=TEXTS, after=TEXTS)
def test_other_messages_after_a_comma_never_lower_a_red(
    light: TrafficLight, red: str, before: str, after: str
) -> None:
    if light.classify(red).kind != "help":  # AYUDA counts as a sentence of its own
        assert light.classify(", ".join([before, red, after])).colour == "red"


@settings(max_examples=200, deadline=None)
@given(text=TEXTS, words=st.lists(NEUTRAL, min_size=1, max_size=6))
def test_a_red_in_the_middle_of_a_long_message_is_found(
    light: TrafficLight, text: str, words: list[str]
) -> None:
    around = ". ".join(words * 20)
    colour = light.classify(f"{around}. {text}. {around}").colour
    assert COLOURS.index(colour) >= COLOURS.index(light.classify(text).colour)


@settings(max_examples=400, deadline=None)
@given(
    text=st.text(alphabet=st.characters(), max_size=300)
    | st.text(alphabet=" .,!\n\ud800\x00\u0301aeme", max_size=300)
)
def test_no_text_is_too_strange(light: TrafficLight, text: str) -> None:
    found = light.classify(text)
    assert found.colour in COLOURS
    assert found.urgency in URGENCIES
    assert (found.signal is None) == (found.kind is None) == (found.colour == "none")


def test_the_same_message_is_always_taken_alike(light: TrafficLight) -> None:
    first: list[Triage] = [light.classify(text) for text in WRITTEN]
    assert [light.classify(text) for text in reversed(WRITTEN)] == first[::-1]
