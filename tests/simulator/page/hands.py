"""What a person does on the page: look at a phone, write, choose."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, Page


def phone(page: Page, name: str) -> Locator:
    """One person's phone."""
    return page.get_by_role("region", name=f"Teléfono de {name}")


def bubbles(page: Page, name: str) -> Locator:
    """The bubbles of one person's chat."""
    return phone(page, name).locator(".bubble")


def write(page: Page, name: str, text: str) -> None:
    """Type into one phone and press Enter."""
    field = phone(page, name).get_by_label(f"Escribir como {name}")
    field.fill(text)
    field.press("Enter")


def channel(page: Page, name: str, title: str) -> None:
    """Let somebody write over WhatsApp or by SMS."""
    phone(page, name).get_by_role("group", name="Por dónde escribe").get_by_role("button", name=title).click()


def attach(page: Page, name: str, what: str) -> None:
    """Choose from the list of things that can be sent."""
    phone(page, name).get_by_role("button", name="Adjuntar").click()
    rows = phone(page, name).get_by_role("dialog", name="Adjuntar")
    rows.get_by_role("button", name=re.compile(rf"^{re.escape(what)}\b")).click()


def happens(page: Page, name: str, what: str) -> None:
    """Choose from the list of things that can happen to somebody."""
    phone(page, name).get_by_role("button", name=f"Otras cosas que le pasan a {name}").click()
    phone(page, name).get_by_role("dialog").get_by_role("button", name=what).click()


def menu(page: Page, bubble: Locator, what: str) -> None:
    """Choose from the menu of one message."""
    bubble.hover()
    bubble.get_by_role("button", name="Más con este mensaje").click()
    page.get_by_role("dialog", name="Con este mensaje").get_by_role("button", name=what).click()
