"""In a process of its own: what a trained stock Rasa reads in each text, as JSON.

`python -m bench.language.stock_reads MODEL PREDICTIONS`: a list of texts comes in, a list goes into a file.
"""

from __future__ import annotations

import asyncio
import json
import logging
import sys
import time
from pathlib import Path
from typing import Any

from rasa.core.agent import Agent
from rasa.shared.constants import DEFAULT_NLU_FALLBACK_INTENT_NAME as FALLBACK
from rasa.utils.log_utils import configure_structlog


async def main(model: str, texts: list[str]) -> list[dict[str, Any]]:
    """One prediction a text, in order: the likeliest intent and answer, and whether Rasa would fall back."""
    configure_structlog(logging.WARNING)  # else every text is printed, in time that is measured
    agent = Agent.load(model)
    await agent.parse_message("hola")  # TensorFlow builds its graph on the first
    return [await _read(agent, text) for text in texts]


async def _read(agent: Agent, text: str) -> dict[str, Any]:
    began = time.monotonic()
    parsed = await agent.parse_message(text)
    milliseconds = (time.monotonic() - began) * 1000
    intent = next(one for one in parsed["intent_ranking"] if one["name"] != FALLBACK)
    response = parsed["response_selector"]["default"]["response"]
    return {
        "intent": intent["name"],
        "confidence": intent["confidence"],
        "fallback": parsed["intent"]["name"] == FALLBACK,
        "response": response["intent_response_key"],
        "response_confidence": response["confidence"],
        "milliseconds": milliseconds,
    }


if __name__ == "__main__":
    found = asyncio.run(main(sys.argv[1], json.load(sys.stdin)))
    Path(sys.argv[2]).write_text(json.dumps(found), encoding="utf-8")
