"""The page of the simulator in Chromium; whatever it complains about fails the test."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, ConsoleMessage, Page, expect, sync_playwright

from tests.simulator.harness import PATIENCE, Simulator

CHROMIUM = Path(os.environ.get("CHROMIUM", "/usr/bin/chromium"))
REFUSED = "the server responded with a status of 400"  # the browser's own words; the page says it in its own
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BrowserContext]:
    """Chromium with an empty profile."""
    if not CHROMIUM.exists():
        pytest.fail(f"These tests need Chromium and there is none at {CHROMIUM}: install it or set CHROMIUM.")
    profile = tmp_path_factory.mktemp("profile")
    expect.set_options(timeout=PATIENCE * 1000)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch_persistent_context(profile, executable_path=CHROMIUM, args=FLAGS)
        browser.set_default_timeout(PATIENCE * 1000)
        yield browser
        browser.close()


@pytest.fixture
def page(simulator: Simulator, browser: BrowserContext) -> Iterator[Page]:
    """The page, opened; at the end the security policy has refused nothing and nothing has gone wrong."""
    complaints: list[str] = []

    def listen(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and REFUSED not in message.text:
            complaints.append(message.text)

    page = browser.new_page()
    page.set_viewport_size({"width": 1280, "height": 800})
    page.on("console", listen)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(simulator.url)
    expect(page.locator(".phone")).to_have_count(2)
    yield page
    page.close()
    assert complaints == []
