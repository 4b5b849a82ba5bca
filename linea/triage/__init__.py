"""The traffic light: what a message says of danger, by rules that the protection team reads and edits."""

from linea.triage.reading import Finding, TriageError
from linea.triage.signals import Fired, Signals, Triage, load

__all__ = ["Finding", "Fired", "Signals", "Triage", "TriageError", "load"]
