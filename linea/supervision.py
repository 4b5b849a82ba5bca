"""Keeps the line's processes running on one machine: starts, restarts and stops them in order.

supervisord does the work, in this process and with a configuration written here; it opens no socket.
Around it: the children's output with their name in front, one sentence per restart, a back-off that
stops growing, and children that never outlive the supervisor (`follow_parent`).
"""

from __future__ import annotations

import ctypes
import os
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from linea import settings as settings_module
from linea.settings import Settings

PARENT = "SUPERVISION_PARENT"  # the process a child must not outlive
NICE = 10  # training gives way to whoever receives and watches
_PR_SET_PDEATHSIG = 1  # linux/prctl.h
_LOCAL = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True)
class Program:
    """One process and its patience, in seconds.

    `stop_seconds`: how long it may take to stop before it is killed. `started_seconds`: one that ends sooner
    failed to start, and is tried again after 1, 2, 3… up to `longest_wait` seconds; later, at once.
    """

    name: str
    command: tuple[str, ...]
    stop_seconds: int = 10
    started_seconds: int = 5
    longest_wait: int = 5


def programs(settings: Settings) -> tuple[Program, ...]:
    """The processes this installation runs here, in the order in which they stop.

    Rasa and the action server are left out where their address is another machine's.
    """
    found = [Program("web", _linea("web")), Program("worker", _linea("worker"), stop_seconds=15)]
    if is_local(settings.rasa_url):
        # Training comes first in this process's place, so that web and worker never wait for it.
        training_first = (sys.executable, "-m", "linea.supervision", "train", "rasa")
        found.append(Program("rasa", training_first, started_seconds=60, longest_wait=60))
    if is_local(settings.actions_url):
        found.append(Program("actions", _linea("actions"), stop_seconds=5))
    if settings.uses_simulator:
        found.append(Program("simulator", _linea("simulator"), stop_seconds=5))
    return tuple(found)


def run(
    wanted: Sequence[Program],
    data_dir: Path,
    say: Callable[[str], None],
    each_second: Callable[[], None] = lambda: None,
) -> None:
    """Run the programs until SIGINT, SIGTERM or SIGHUP; returns when the last one has stopped.

    `say` gets every line for the terminal; `each_second` is called about once a second, and must be short.
    """
    path = data_dir / "supervisord.conf"
    path.write_text(configuration(wanted, data_dir), encoding="utf-8")
    os.environ[PARENT] = str(os.getpid())
    _serve(path, {program.name: program for program in wanted}, say, each_second)


def configuration(wanted: Sequence[Program], data_dir: Path) -> str:
    """The supervisord configuration: no socket, own log beside the data, one section per program."""
    log = data_dir / "supervisord.log"
    sections = [
        "[supervisord]\nnodaemon = true\nsilent = true\n"
        f"logfile = {_escaped(log)}\nlogfile_maxbytes = 1MB\nlogfile_backups = 1\n"
        f"pidfile = {_escaped(data_dir / 'supervisord.pid')}\nchildlogdir = {_escaped(data_dir)}\n"
    ]
    for priority, program in enumerate(reversed(wanted), start=1):  # the highest stops first
        sections.append(
            f"[program:{program.name}]\n"
            f"command = {_escaped(shlex.join(program.command))}\n"
            f"directory = {_escaped(settings_module.ROOT)}\n"
            'environment = PYTHONUNBUFFERED="1"\n'
            f"priority = {priority}\n"
            "autorestart = true\n"
            "startretries = 1000000000\n"
            f"startsecs = {program.started_seconds}\n"
            f"stopwaitsecs = {program.stop_seconds}\n"
            "stopsignal = TERM\nstopasgroup = true\nkillasgroup = true\n"
            "redirect_stderr = true\nstdout_logfile = NONE\nstdout_events_enabled = true\n"
        )
    return "\n".join(sections)


def follow_parent() -> None:
    """End this process when its supervisor ends, however that ends; first line of every child command.

    Does nothing where no supervisor started this process (systemd, a test, a shell).
    """
    parent = os.environ.pop(PARENT, "")
    if not parent:
        return
    end_with_parent()
    if os.getppid() != int(parent):  # it was gone before we asked
        os.kill(os.getpid(), signal.SIGKILL)


def end_with_parent() -> None:
    """Have the kernel end this process with its parent; also a `preexec_fn` for children not our own."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def is_local(url: str) -> bool:
    """True when the address is this machine's own loopback."""
    return urlsplit(url).hostname in _LOCAL


def one_after_another(first: Sequence[str], then: Sequence[str]) -> None:
    """Run `first` to its end, out of the others' way, then become `then`, also when `first` failed.

    A training that failed leaves the model from before, and `linea rasa` starts with none but a whole one:
    when somebody left a mistake in a file, old answers are better than no answers.
    """
    supervisor = os.environ.get(PARENT, "")
    follow_parent()
    own = {**os.environ, PARENT: str(os.getpid())}
    subprocess.run(first, env=own, preexec_fn=lambda: os.nice(NICE), check=False)
    environment = {**os.environ, PARENT: supervisor} if supervisor else dict(os.environ)
    os.execve(then[0], list(then), environment)


def _serve(
    path: Path, wanted: dict[str, Program], say: Callable[[str], None], each_second: Callable[[], None]
) -> None:
    # Imported here: the children read this module too, and need none of it.
    from supervisor import events, supervisord
    from supervisor.options import ServerOptions
    from supervisor.states import SupervisorStates

    width = max(map(len, wanted), default=0)
    half_lines: dict[str, bytes] = {}

    def output(event: Any) -> None:
        name = event.process.config.name
        *lines, half_lines[name] = (half_lines.get(name, b"") + _bytes(event.data)).split(b"\n")
        for line in lines:
            say(f"{name:<{width}} | {line.decode('utf-8', 'replace').rstrip()}")

    def ended(event: Any) -> None:
        name = event.process.config.name
        if options.mood == SupervisorStates.RUNNING:
            alarm.ring()
            say(f"{name:<{width}} | se detuvo sin que nadie lo pidiera; se enciende otra vez")

    def failed_to_start(event: Any) -> None:
        process = event.process
        name = process.config.name
        process.backoff = min(process.backoff, wanted[name].longest_wait)
        process.delay = min(process.delay, time.time() + process.backoff)
        say(f"{name:<{width}} | se detuvo apenas encendido; otro intento en {process.backoff} s")

    class Supervisor(supervisord.Supervisor):
        def runforever(self) -> None:
            # supervisord forgets its listeners on every run, so they are named here.
            events.subscribe(events.ProcessLogStdoutEvent, output)
            events.subscribe(events.ProcessStateExitedEvent, ended)
            events.subscribe(events.ProcessStateBackoffEvent, failed_to_start)
            events.subscribe(events.SupervisorStoppingEvent, lambda _event: say("Apagando en orden…"))
            super().runforever()

        looked = 0.0

        def tick(self, now: float | None = None) -> None:
            super().tick(now)
            if not self.stopping and time.monotonic() - self.looked >= 1:
                each_second()
                self.looked = time.monotonic()

    options = ServerOptions()
    options.realize(["-n", "-c", str(path)])
    options.first, options.test = True, False
    alarm = _Alarm()
    supervisord.asyncore.socket_map[alarm.fd] = alarm
    try:
        Supervisor(options).main()
    except supervisord.asyncore.ExitNow:
        pass
    finally:
        alarm.close()
        options.close_logger()


class _Alarm:
    """Wakes supervisord's one-second wait as soon as a child ends or a signal comes."""

    def __init__(self) -> None:
        self.fd, self._writer = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        signal.set_wakeup_fd(self._writer, warn_on_full_buffer=False)

    def ring(self) -> None:
        os.write(self._writer, b"!")

    def close(self) -> None:
        signal.set_wakeup_fd(-1)
        os.close(self.fd)
        os.close(self._writer)

    def readable(self) -> bool:
        return True

    def writable(self) -> bool:
        return False

    def handle_read_event(self) -> None:
        os.read(self.fd, 4096)

    def handle_error(self) -> None:
        raise RuntimeError("the supervisor's own pipe broke")


def _linea(command: str) -> tuple[str, ...]:
    return (sys.executable, "-m", "linea.cli", command)


def _escaped(value: object) -> str:
    return str(value).replace("%", "%%")


def _bytes(data: bytes | str) -> bytes:
    return data.encode() if isinstance(data, str) else data


if __name__ == "__main__":
    one_after_another(_linea(sys.argv[1]), _linea(sys.argv[2]))
