"""The reviewed bank of questions and answers: read, checked, and rendered for a channel."""

from linea.bank.checking import check
from linea.bank.entry import Answer, BankError, Entry, Finding, RenderError, Signature, Variant, Wording
from linea.bank.rendering import Bank, load

__all__ = [
    "Answer",
    "Bank",
    "BankError",
    "Entry",
    "Finding",
    "RenderError",
    "Signature",
    "Variant",
    "Wording",
    "check",
    "load",
]
