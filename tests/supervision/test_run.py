"""`linea run` says in one sentence why it does not start, and in time where to look."""

from __future__ import annotations

import dataclasses
import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from linea import settings as settings_module
from linea.commands import run as run_module

PATIENCE = 60


def _linea_run(folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("LINEA_")}
    return subprocess.run(
        [sys.executable, "-m", "linea.cli", "run"],
        cwd=settings_module.ROOT,
        env={**clean, "LINEA_DATA_DIR": str(folder), **environment},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )


@pytest.fixture
def taken() -> Iterator[int]:
    """A port on which something else already listens."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        yield other.getsockname()[1]


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("LINEA_PORT", "{}"),
        ("LINEA_RASA_URL", "http://127.0.0.1:{}"),
        ("LINEA_ACTIONS_URL", "http://127.0.0.1:{}/webhook"),
        ("LINEA_SIMULATOR_PORT", "{}"),
    ],
)
def test_a_taken_port_is_named_with_the_setting_that_changes_it(
    taken: int, variable: str, value: str
) -> None:
    settings = settings_module.load({variable: value.format(taken)})
    sentences = [sentence for sentence in run_module.taken_ports(settings) if str(taken) in sentence]
    assert len(sentences) == 1
    assert variable in sentences[0]


def test_run_ends_with_one_sentence_when_a_port_is_taken(taken: int, tmp_path: Path) -> None:
    ended = _linea_run(tmp_path, LINEA_PORT=str(taken))
    assert ended.returncode == 2
    assert f"El puerto {taken} (web)" in ended.stderr
    assert list(tmp_path.iterdir()) == [], "it began all the same"


def test_run_ends_with_one_sentence_when_a_setting_is_wrong(tmp_path: Path) -> None:
    ended = _linea_run(tmp_path, LINEA_PORT="ochenta")
    assert ended.returncode == 2
    assert ended.stderr.count("\n") == 1
    assert "LINEA_PORT" in ended.stderr


def test_it_says_once_that_it_receives_and_once_that_it_answers(capsys: pytest.CaptureFixture[str]) -> None:
    class Web(BaseHTTPRequestHandler):
        report: dict[str, bool] = {"database": True, "worker": False}

        def do_GET(self) -> None:
            body = json.dumps(self.report).encode()
            self.send_response(200 if self.report.get("ready") else 503)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Web) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        settings = dataclasses.replace(settings_module.load({}), port=server.server_port)
        announcer = run_module.Announcer(settings)
        announcer.look()
        assert capsys.readouterr().out == ""

        Web.report = {"database": True, "worker": True}
        announcer.look()
        announcer.look()
        receiving = capsys.readouterr().out
        assert receiving.count("recibe mensajes") == 1
        assert f"http://127.0.0.1:{settings.simulator_port}/" in receiving

        Web.report = {"database": True, "worker": True, "ready": True}
        announcer.look()
        announcer.look()
        assert capsys.readouterr().out.count("ya contesta") == 1
        server.shutdown()


def test_a_line_that_is_not_up_yet_is_no_error(taken: int, capsys: pytest.CaptureFixture[str]) -> None:
    announcer = run_module.Announcer(settings_module.load({"LINEA_PORT": str(taken)}))
    announcer.look()
    assert capsys.readouterr().out == ""
