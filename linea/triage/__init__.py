"""The traffic light: what a message says of danger, by rules that the protection team reads and edits,
and by a classifier that has read how people say it."""

from linea.triage.classifier import Classifier
from linea.triage.light import TrafficLight
from linea.triage.reading import Finding, TriageError
from linea.triage.signals import NONE, Fired, Signals, Triage, load

__all__ = [
    "NONE",
    "Classifier",
    "Finding",
    "Fired",
    "Signals",
    "TrafficLight",
    "Triage",
    "TriageError",
    "load",
]
