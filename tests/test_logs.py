"""No number, no text and no name of anybody is ever written to a log, by us or by a library."""

from __future__ import annotations

import asyncio
import gc
import io
import logging
import sys
from collections.abc import Callable, Iterator

import pytest
import structlog

from linea import logs

PHONE = "51987654321"
NUMBERS = (PHONE, f"+{PHONE}", "987 654 321", "9-8-7-6-5-4-3-2-1", "987.654.321", "00 51 987654321")
WORDS = "me quiero morir"

Say = Callable[[], None]


@pytest.fixture
def printed(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], str]]:
    """Logging as a process of the line sets it up, and what it has written."""
    output, root = io.StringIO(), logging.getLogger()
    monkeypatch.setattr(sys, "stdout", output)
    level = root.level
    logs.configure("web")
    (handler,) = root.handlers
    yield output.getvalue
    root.removeHandler(handler)
    root.setLevel(level)
    structlog.reset_defaults()


def broken(words: str = WORDS) -> Exception:
    """An exception with somebody's words in it, as it is when it is caught."""
    try:
        raise ValueError(words)
    except ValueError as error:
        return error


def test_a_line_names_the_process_the_event_and_its_ids(printed: Callable[[], str]) -> None:
    logs.get().warning("turn_failed", conversation="a1b2", count=3)
    assert "level=warning process=web event=turn_failed conversation=a1b2 count=3" in printed()


@pytest.mark.parametrize("number", NUMBERS)
def test_a_number_is_masked_wherever_it_stands(printed: Callable[[], str], number: str) -> None:
    log = logs.get()
    log.info("a", detail=f"to {number}.")
    log.info("b", detail=[number], more={"to": number})
    log.info("c", error=f"no route to {number}")
    log.info(number)
    logging.getLogger("httpx").warning("POST to %s", number)
    logging.getLogger("httpx").warning(f"POST to {number}")
    shown = printed()
    assert number not in shown
    assert shown.count("\n") == 6


def test_a_number_given_as_a_number_is_masked(printed: Callable[[], str]) -> None:
    logs.get().info("a", phone=int(PHONE))
    logging.getLogger("lib").error("to %d", int(PHONE))
    assert PHONE not in printed()


def test_short_numbers_stay(printed: Callable[[], str]) -> None:
    logs.get().info("a", code=131047, count=1234567)
    logging.getLogger("lib").error("code %d", 131056)
    shown = printed()
    assert "code=131047" in shown
    assert "count=1234567" in shown
    assert "code 131056" in shown


def with_error() -> None:
    logs.get().error("a", error=broken())


def with_error_under_another_name() -> None:
    logs.get().error("a", cause=broken())


def in_an_except_block() -> None:
    try:
        raise broken()
    except ValueError:
        logs.get().exception("a")
        logging.getLogger("lib").exception("broke")


def with_error_as_argument() -> None:
    logging.getLogger("lib").error("broke: %s, %r", broken(), broken())


def with_error_as_message() -> None:
    logging.getLogger("uvicorn.error").error(broken())


def with_words_as_argument() -> None:
    logging.getLogger("lib").warning("strange body %r", WORDS)
    logging.getLogger("lib").warning("strange body %(body)s", {"body": WORDS})


def with_words_that_do_not_fit() -> None:
    record = logging.LogRecord("lib", logging.WARNING, "lib.py", 1, "too few %s %d", (WORDS,), None)
    logging.getLogger().handlers[0].handle(record)


def with_a_chain_of_errors() -> None:
    error = RuntimeError("outer")
    error.__cause__ = broken()
    logging.getLogger("lib").error("broke", exc_info=error, stack_info=True)


def in_a_task_nobody_waits_for() -> None:
    async def loses_a_task() -> None:
        async def fails() -> None:
            raise broken()

        await asyncio.wait([asyncio.ensure_future(fails())])

    asyncio.run(loses_a_task())
    gc.collect()


@pytest.mark.parametrize(
    "say",
    [
        with_error,
        with_error_under_another_name,
        in_an_except_block,
        with_error_as_argument,
        with_error_as_message,
        with_words_as_argument,
        with_words_that_do_not_fit,
        with_a_chain_of_errors,
        in_a_task_nobody_waits_for,
    ],
)
def test_somebodys_words_are_not_in_the_log(printed: Callable[[], str], say: Say) -> None:
    say()
    shown = printed()
    assert shown
    assert WORDS not in shown
    assert "Traceback" not in shown


@pytest.mark.parametrize(
    "say", [with_error, with_error_as_argument, with_error_as_message, in_an_except_block]
)
def test_the_type_and_place_of_an_exception_are_in_the_log(printed: Callable[[], str], say: Say) -> None:
    say()
    assert "ValueError at test_logs.py:" in printed()


@pytest.mark.parametrize("break_", ["\n", "\r\n", "\r", "\x85", "\u2028"])
def test_a_text_cannot_forge_a_second_line(printed: Callable[[], str], break_: str) -> None:
    logs.get().warning("a", detail=f"x{break_}level=error event=forged")
    logging.getLogger("lib").warning("x" + break_ + "forged")
    assert len(printed().splitlines()) == 2


def test_libraries_are_heard_only_from_warning_up(printed: Callable[[], str]) -> None:
    logging.getLogger("httpx").info("HTTP Request: POST")
    assert printed() == ""


def test_an_exception_that_was_never_raised_has_a_type_and_no_place() -> None:
    assert logs.place(ValueError(WORDS)) == "ValueError at ?"


@pytest.mark.parametrize("value", ["{7*7}", "%s %d", "%(x)s", "100 %"])
def test_a_text_that_looks_like_a_template_breaks_nothing(printed: Callable[[], str], value: str) -> None:
    logs.get().warning("a", detail=value)
    logging.getLogger("lib").warning(value)
    assert printed().count("\n") == 2
