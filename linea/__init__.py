"""Línea: a humanitarian WhatsApp help line around a Rasa assistant."""
