"""The whole line as real processes on this machine, and a hand to write, tap, kill and look."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx

from linea import handoff, keys, people, settings
from linea.clock import now
from linea.messages import Sender
from linea.store import Store
from linea.store.models import Conversation, Heartbeat, InboxRow, OutboxRow

PATIENCE = 60.0  # seconds after which something that should happen has not


def free_ports(count: int) -> list[int]:
    """Ports nobody holds at this moment."""
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]


def until(look: Callable[[], Any], what: str, patience: float = PATIENCE) -> Any:
    """What `look` returns once it is true; the test fails, naming `what`, if it never is."""
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        found = look()
        if found:
            return found
        time.sleep(0.05)
    raise AssertionError(f"never happened: {what}")


class Assistant:
    """Rasa and its action server, shared by many lines: they keep nothing."""

    def __init__(self, folder: Path) -> None:
        rasa, actions = free_ports(2)
        self.folder = folder
        self.rasa_url = f"http://127.0.0.1:{rasa}"
        self.actions_url = f"http://127.0.0.1:{actions}/webhook"
        self.processes: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, *names: str) -> None:
        """Start `rasa`, `actions` or both; returns once they answer."""
        env = {**clean_environment(), "LINEA_RASA_URL": self.rasa_url, "LINEA_ACTIONS_URL": self.actions_url}
        env["LINEA_DATA_DIR"] = str(self.folder)
        for name in names or ("rasa", "actions"):
            self.processes[name] = spawn([name], env, self.folder / f"{name}.log")
        if not names or "rasa" in names:
            until(self.ready, "Rasa is ready", 120)

    def ready(self) -> bool:
        """Whether Rasa has a model."""
        return bool(get(f"{self.rasa_url}/webhooks/linea/health").get("ready"))

    def signal(self, name: str, number: int) -> None:
        """Send a signal to one of the two."""
        self.processes[name].send_signal(number)

    def stop(self, *names: str) -> None:
        """End one or both."""
        for name in names or tuple(self.processes):
            end(self.processes.pop(name))


class Line:
    """Web, worker and simulator over one database; the judge is the simulator's Graph API."""

    def __init__(self, folder: Path, assistant: Assistant | None = None, **changes: str) -> None:
        self.folder = folder
        web, simulator, *others = free_ports(4)
        self.kill_file = folder / "kill"
        self.env = clean_environment() | {
            "LINEA_DATA_DIR": str(folder),
            "LINEA_BURST_PAUSE_SECONDS": "0",  # each message is a turn of its own, if no test wants a pause
            "LINEA_PORT": str(web),
            "LINEA_SIMULATOR_PORT": str(simulator),
            "LINEA_RASA_URL": assistant.rasa_url if assistant else f"http://127.0.0.1:{others[0]}",
            "LINEA_ACTIONS_URL": (
                assistant.actions_url if assistant else f"http://127.0.0.1:{others[1]}/webhook"
            ),
            "LINEA_TEST_KILL_FILE": str(self.kill_file),
            **changes,
        }
        self.web_url = f"http://127.0.0.1:{web}"
        self.simulator_url = f"http://127.0.0.1:{simulator}"
        self.settings = settings.load(self.env)
        self.store = Store(self.settings.database_url)
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        self.client = httpx.Client(timeout=PATIENCE + 10, trust_env=False)

    # -- processes ----------------------------------------------------------------------------------

    def start(self, *names: str, clock_offset: float = 0.0) -> None:
        """Start these processes (all three if none is named), `clock_offset` seconds ahead of today."""
        if not self.processes:
            self.cli("migrate")
        env = self.env | {"LINEA_TEST_CLOCK_OFFSET_SECONDS": str(clock_offset)}
        for name in names or ("simulator", "web", "worker"):
            self.processes[name] = spawn([name], env, self.folder / f"{name}.log")
        if not names or "simulator" in names:
            until(lambda: get(f"{self.simulator_url}/api/faults"), "the simulator answers")
        if not names or "web" in names:
            until(lambda: get(f"{self.web_url}/healthz"), "web answers")
        if not names or "worker" in names:
            until(self.worker_beats, "the worker says that it is alive")

    def worker_beats(self) -> bool:
        """Whether the worker started last has said that it is alive."""
        if self.processes["worker"].poll() is not None:
            raise AssertionError((self.folder / "worker.log").read_text()[-2000:])
        beats = self.rows(Heartbeat)
        return bool(beats) and beats[0].detail.get("pid") == self.processes["worker"].pid

    def run(self) -> None:
        """Start everything as a newcomer does, under the supervisor."""
        self.processes["run"] = spawn(["run"], self.env, self.folder / "run.log")
        until(lambda: get(f"{self.web_url}/readyz").get("ready"), "the whole line is ready", 180)

    def stop(self, *names: str, number: int = signal.SIGTERM) -> None:
        """End processes of ours, kindly unless told otherwise."""
        for name in names or tuple(self.processes):
            end(self.processes.pop(name), number)

    def close(self) -> None:
        """End everything and let the database go."""
        self.stop()
        self.client.close()
        self.store.close()

    def cli(self, *args: str, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
        """What `linea ARGS` says."""
        return subprocess.run(
            [sys.executable, "-m", "linea.cli", *args],
            env=self.env | (env or {}),
            cwd=settings.ROOT,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    def kill_at(self, step: str) -> None:
        """The next process to reach this step dies as by kill -9."""
        draft = self.kill_file.with_suffix(".draft")
        draft.write_text(step)
        draft.rename(self.kill_file)

    # -- people -------------------------------------------------------------------------------------

    def writes(self, phone: str, text: str) -> dict[str, Any]:
        """Somebody writes; the webhook is on its way when this returns."""
        return self._post("/api/messages", {"phone": phone, "text": text})

    def asks(self, phone: str, channel: str = "whatsapp", **wish: Any) -> dict[str, Any]:
        """Somebody does what a telephone can do on a channel (the wishes of `linea/simulator/control.py`)."""
        return self._post("/api/messages", {"phone": phone, "channel": channel, **wish})

    def tells(self, event: str, **told: Any) -> dict[str, Any]:
        """Meta tells the line of something that is no message: `people/change`, `echo`, `standby` ..."""
        return self._post(f"/api/{event}", told)

    def sends(self, phone: str, raw: dict[str, Any]) -> dict[str, Any]:
        """Somebody sends any message object of Meta's."""
        return self._post("/api/messages", {"phone": phone, "raw": raw})

    def taps(self, phone: str, option_id: str, title: str | None = None) -> dict[str, Any]:
        """Somebody taps a button or a row."""
        return self._post("/api/messages", {"phone": phone, "option_id": option_id, "title": title})

    def fault(self, kind: str, **details: Any) -> None:
        """Tell the simulator to fail."""
        self._post("/api/faults", {"kind": kind, **details})

    def no_faults(self) -> None:
        """Let the simulator behave."""
        self.client.delete(f"{self.simulator_url}/api/faults").raise_for_status()

    def said(self, phone: str, count: int = 1, since: int = 0) -> list[dict[str, Any]]:
        """What the line has said to somebody, once there are at least `count` messages after `since`."""
        found = self.heard(phone, count, since)
        assert len(found) >= count, f"only {len(found)} of {count} messages came"
        return found

    def heard(
        self, phone: str, count: int = 1, since: int = 0, wait: float = PATIENCE
    ) -> list[dict[str, Any]]:
        """The same, but what there is after `wait` seconds will do."""
        query: dict[str, Any] = {
            "phone": phone,
            "sender": "line",
            "since": since,
            "count": count,
            "wait": wait,
        }
        answer = self.client.get(f"{self.simulator_url}/api/messages", params=query)
        answer.raise_for_status()
        return list(answer.json()["messages"])

    def heard_on(self, channel: str, phone: str, count: int) -> list[dict[str, Any]]:
        """What the line has said to somebody on one channel, once there are `count` messages."""
        query = {"phone": phone, "channel": channel, "sender": "line", "count": count}
        answer = self.client.get(
            f"{self.simulator_url}/api/messages", params={**query, "wait": PATIENCE if count else 0}
        )
        answer.raise_for_status()
        found = list(answer.json()["messages"])
        assert len(found) >= count, f"only {len(found)} of {count} messages came"
        return found

    def answers(self, phone: str, channel: str = "whatsapp") -> list[dict[str, Any]]:
        """All that the line has said to somebody on one channel, once nothing more is to come."""
        self.settled()
        return self.heard_on(channel, phone, 0)

    def state_of(self, message: dict[str, Any], wanted: str) -> None:
        """Wait until a bubble has this state."""

        def look() -> bool:
            return any(m["id"] == message["id"] and m["state"] == wanted for m in self.all_messages())

        until(look, f"a message becomes {wanted}")

    def all_messages(self) -> list[dict[str, Any]]:
        """Every bubble of every phone."""
        return list(self.client.get(f"{self.simulator_url}/api/messages").json()["messages"])

    # -- operators ----------------------------------------------------------------------------------

    def queue(self) -> list[handoff.Waiting]:
        """Who waits for a person."""
        with self.store.reading() as session:
            return handoff.queue(session, now())

    def in_queue(self, count: int = 1) -> list[handoff.Waiting]:
        """The queue, once it holds at least `count`."""
        return list(until(lambda: found if len(found := self.queue()) >= count else None, "somebody waits"))

    def waiting(self, phone: str, channel: str = "whatsapp") -> handoff.Waiting:
        """Somebody's row of the queue, once it is there."""
        code = self.conversation(phone, channel).code
        found: handoff.Waiting = until(
            lambda: next((row for row in self.queue() if row.code == code), None), f"{code} waits"
        )
        return found

    def conversation(self, phone: str, channel: str = "whatsapp") -> Conversation:
        """The newest conversation of somebody on one channel, once it has begun."""
        secrets = keys.load(self.settings)

        def look() -> Conversation | None:
            with self.store.reading() as session:
                person = people.find(session, secrets, Sender(phone))
            mine = [c for c in self.rows(Conversation) if (c.person_id, c.channel) == (person, channel)]
            return max(mine, key=lambda each: each.opened_at, default=None)

        found: Conversation = until(look, "their conversation has begun")
        return found

    def rows(self, model: Any) -> list[Any]:
        """All rows of a table, detached."""
        with self.store.reading() as session:
            found = session.query(model).all()
            session.expunge_all()
            return list(found)

    def settled(self) -> None:
        """Wait until nothing is on its way to the line, nor waiting to be handled or sent."""
        until(
            lambda: (
                not self._on_the_way()
                and not any(row.state in ("new", "waiting") for row in self.rows(InboxRow))
                and not any(row.state in ("queued", "sending") for row in self.rows(OutboxRow))
            ),
            "everything is handled and sent",
        )

    def _on_the_way(self) -> bool:
        """Whether the line has yet to take something that people have sent."""
        unaccepted = self.client.get(f"{self.simulator_url}/api/inbox", params={"accepted_at": "None"})
        hooks = unaccepted.json()["webhooks"]
        return any(hook["kind"] != "status" and not hook["given_up"] for hook in hooks)

    def logs(self) -> bytes:
        """Everything any process of ours has printed."""
        return b"".join(path.read_bytes() for path in sorted(self.folder.glob("*.log")))

    def _post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        answer = self.client.post(
            self.simulator_url + path, json={k: v for k, v in body.items() if v is not None}
        )
        assert answer.status_code == 200, answer.text
        return dict(answer.json())


def clean_environment() -> dict[str, str]:
    """This environment without any setting of the line."""
    return {name: value for name, value in os.environ.items() if not name.startswith("LINEA_")}


def spawn(args: list[str], env: dict[str, str], log: Path) -> subprocess.Popen[bytes]:
    """A `linea` process with its output in a file."""
    with log.open("ab") as output:
        return subprocess.Popen(
            [sys.executable, "-m", "linea.cli", *args],
            env=env,
            cwd=settings.ROOT,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )


def end(process: subprocess.Popen[bytes], number: int = signal.SIGTERM) -> None:
    """End a process and wait for it."""
    if process.poll() is None:
        process.send_signal(signal.SIGCONT)
        process.send_signal(number)
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def get(url: str) -> dict[str, Any]:
    """A JSON object from a page, or an empty one while there is none."""
    try:
        found = httpx.get(url, timeout=5.0, trust_env=False).json()
    except (httpx.HTTPError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def canaries(token: bytes, folder: Path) -> Iterator[Path]:
    """Every file below a folder that holds a token."""
    for path in folder.rglob("*"):
        if path.is_file() and not path.name.startswith("simulator.db") and token in path.read_bytes():
            yield path
