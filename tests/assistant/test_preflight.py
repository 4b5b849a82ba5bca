"""Each unsafe setting keeps Rasa from starting, with a sentence that names it."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from linea.assistant.preflight import problems, with_actions_url
from linea.settings import ROOT

RASA, ACTIONS = "http://127.0.0.1:5005", "http://127.0.0.1:5055/webhook"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """The project's own Rasa files, to be spoilt."""
    for name in ("credentials.yml", "endpoints.yml", "domain.yml"):
        shutil.copy(ROOT / name, tmp_path)
    return tmp_path


def test_the_project_itself_may_start() -> None:
    assert problems(ROOT, {}, RASA, ACTIONS) == []


def spoil(file: Path, changes: dict[str, Any]) -> None:
    content = yaml.safe_load(file.read_text(encoding="utf-8"))
    for path, value in changes.items():
        *parents, last = path.split("/")
        place = content
        for parent in parents:
            place = place[parent]
        if value is KeyError:
            del place[last]
        else:
            place[last] = value
    file.write_text(yaml.safe_dump(content), encoding="utf-8")


@pytest.mark.parametrize(
    ("file", "changes", "named"),
    [
        ("credentials.yml", {"rest": None}, "solo canal"),
        ("credentials.yml", {"rasa": {"url": "http://localhost:5002/api"}}, "solo canal"),
        ("credentials.yml", {"linea.assistant.channel.LineInput": KeyError, "socketio": None}, "solo canal"),
        ("endpoints.yml", {"tracker_store/type": "SQL"}, "tracker_store"),
        (
            "endpoints.yml",
            {"tracker_store/type": "linea.assistant.tracker_store.PassThroughTrackerStor"},
            "tracker_store",
        ),
        ("endpoints.yml", {"tracker_store": KeyError}, "tracker_store"),
        ("endpoints.yml", {"tracker_store": "redis"}, "tracker_store"),
        ("endpoints.yml", {"action_endpoint": KeyError}, "action_endpoint"),
        ("endpoints.yml", {"event_broker": {"type": "pika"}}, "event_broker"),
        ("endpoints.yml", {"lock_store": {"type": "redis"}}, "lock_store"),
        ("endpoints.yml", {"nlg": {"url": "http://elsewhere"}}, "nlg"),
        ("domain.yml", {"session_config/session_expiration_time": 60}, "session_expiration_time"),
        ("domain.yml", {"session_config": KeyError}, "session_expiration_time"),
        ("domain.yml", {"session_config/carry_over_slots_to_new_session": True}, "carry_over"),
    ],
)
def test_a_wrong_setting_is_named(project: Path, file: str, changes: dict[str, Any], named: str) -> None:
    spoil(project / file, changes)
    found = problems(project, {}, RASA, ACTIONS)
    assert any(named in sentence for sentence in found)


@pytest.mark.parametrize("content", ["", "- a\n", "a: [", "\x00"])
@pytest.mark.parametrize("file", ["credentials.yml", "endpoints.yml", "domain.yml"])
def test_a_file_that_cannot_be_read_is_named(project: Path, file: str, content: str) -> None:
    (project / file).write_text(content, encoding="utf-8")
    assert any(file in sentence for sentence in problems(project, {}, RASA, ACTIONS))
    (project / file).unlink()
    assert any(file in sentence for sentence in problems(project, {}, RASA, ACTIONS))


def test_rasa_and_actions_listen_on_this_machine_only(project: Path) -> None:
    assert "LINEA_RASA_URL" in problems(project, {}, "http://0.0.0.0:5005", ACTIONS)[0]
    assert "LINEA_ACTIONS_URL" in problems(project, {}, RASA, "http://10.0.0.5:5055/webhook")[0]


def test_several_sanic_workers_are_refused(project: Path) -> None:
    assert "SANIC_WORKERS" in problems(project, {"SANIC_WORKERS": "4"}, RASA, ACTIONS)[0]


def test_the_action_server_can_be_elsewhere_on_this_machine(project: Path) -> None:
    changed = yaml.safe_load(with_actions_url(project / "endpoints.yml", "http://127.0.0.1:7777/webhook"))
    assert changed["action_endpoint"]["url"] == "http://127.0.0.1:7777/webhook"
    assert (
        changed["tracker_store"] == yaml.safe_load((project / "endpoints.yml").read_text())["tracker_store"]
    )
