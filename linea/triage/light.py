"""The rules and the classifier together: what the rules say stands, the classifier may only raise it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from linea.triage.classifier import Classifier
from linea.triage.reading import COLOURS, URGENCIES
from linea.triage.signals import Colour, Fired, Signals, Triage, Urgency

HEARD = "heard_"  # before the kind: the name of the signal where the classifier raised the colour


class TrafficLight:
    """Text -> colour, with its reason. Without a classifier the rules decide alone."""

    def __init__(self, signals: Signals, classifier: Classifier | None = None) -> None:
        self.signals = signals
        self.classifier = classifier
        self._lines: dict[str, str | None] = {}
        for signal in signals.signals:
            if signal.colour == "red":
                self._lines.setdefault(signal.kind, signal.line)

    def classify(self, text: str) -> Triage:
        """The colour of a message (or of a burst, one message a line). Never raises; empty text is `none`."""
        tokens = self.signals.tokens(text)
        if self.classifier is None:
            return self.signals.judge(tokens)
        ruled, rest = self.signals.judge_and_rest(tokens)
        if ruled.colour == "red":
            return ruled
        heard = self._heard(self.classifier, rest)
        return heard if heard is not None and _height(heard) > _height(ruled) else ruled

    def explain(self, text: str) -> list[Fired]:
        """Every signal that fires on the text, and what the classifier took it for, each with its words."""
        found = self.signals.explain(text)
        _, rest = self.signals.judge_and_rest(self.signals.tokens(text))
        heard = self.classifier.hear(rest) if self.classifier else None
        if heard is not None:
            label = heard.label
            found.append(Fired(f"{HEARD}{label.kind}", label.colour, label.urgency, heard.words))
        return found

    def _heard(self, classifier: Classifier, tokens: Sequence[str]) -> Triage | None:
        heard = classifier.hear(tokens)
        if heard is None or heard.label.kind is None:
            return None
        label = heard.label
        line = self._lines.get(heard.label.kind) if label.colour == "red" else None
        return Triage(
            colour=cast(Colour, label.colour),
            urgency=cast(Urgency, label.urgency),
            alarm=label.colour == "red" and label.kind == "medical_alarm",
            kind=label.kind,
            signal=f"{HEARD}{label.kind}",
            line=line,
        )


def _height(found: Triage) -> tuple[int, int]:
    return COLOURS.index(found.colour), URGENCIES.index(found.urgency)
