"""Runs the whole site on this machine: database, web server and worker, watched by one process.

`run()` prepares (migrations, sample province, static files), starts the two programs, starts again what
ends by itself (a worker does when its database restarts), and on Ctrl-C or SIGTERM ends everything.
"""

from __future__ import annotations

import contextlib
import ctypes
import fcntl
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from innovalley.config import backup, database, home, postgres
from innovalley.config.home import SetupError

HOST = "127.0.0.1"

_ANSWER_SECONDS = 90  # a cold start on a slow machine
_STOP_SECONDS = 15
_STEADY_SECONDS = 60  # who ran this long did not fail at its start
_LONGEST_PAUSE = 30.0
_TICK_SECONDS = 0.25


class DemoError(SetupError):
    """The site cannot run; the text tells why and what to do."""


def run(port: int, *, say: Callable[[str], None] = print) -> None:
    """Run the site on 127.0.0.1:`port` until Ctrl-C, SIGTERM or SIGHUP; then everything has ended.

    Raises:
        DemoError: the port is in use, another demo runs on this home, or a program does not come up.
        PostgresError: the embedded database cannot run.
    """
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: stop.set())

    def tell(text: str) -> None:
        with contextlib.suppress(OSError):  # the terminal may be closed; that must not keep us from stopping
            say(text)

    with _only_one(port), contextlib.ExitStack() as at_the_end:
        _check_port(port)
        embedded = None if os.environ.get("DATABASE_URL") else postgres.default_cluster()
        programs = [_web(port), _worker()]
        if embedded:
            at_the_end.callback(embedded.stop)
        at_the_end.callback(_end, programs)
        at_the_end.callback(tell, "Stopping …")
        if embedded:
            tell("Starting the database …")
            embedded.ensure()
        _prepare(tell, stop, sample=True)
        for program in programs:
            if not stop.is_set():
                program.start()
        _await_answer(port, programs[0], stop)
        if not stop.is_set():
            tell(_welcome(port))
        while not stop.wait(_TICK_SECONDS):
            if embedded:
                _watch(embedded, tell)
            for program in programs:
                program.watch(tell)


def prepare(*, say: Callable[[str], None] = print) -> None:
    """Bring tables, translations and static files to this version; after each installation and upgrade.

    Raises:
        SetupError: the database cannot hold the site, or a step failed and what it said is on the terminal.
    """
    _prepare(say, threading.Event(), sample=False)


def stop_running() -> bool:
    """End the demo that runs on this home, from another terminal; False when none runs.

    Raises:
        DemoError: it does not end.
    """
    with (home.folder() / "demo.lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return False
        except BlockingIOError:
            pass
        lock.seek(0)
        os.kill(int(lock.read().split()[0]), signal.SIGTERM)
        deadline = time.monotonic() + 3 * _STOP_SECONDS
        while time.monotonic() < deadline:
            with contextlib.suppress(BlockingIOError):
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return True
            time.sleep(_TICK_SECONDS)
    raise DemoError("The demo does not end.")


def reset(say: Callable[[str], None] = print) -> None:
    """Delete the demo's database with everything in it; only the embedded one, only while no demo runs."""
    with _only_one(0):
        backup.recreate()
    say("The old database is deleted.")


# ------------------------------------------------------------------------------------- before the start


@contextlib.contextmanager
def _only_one(port: int) -> Iterator[None]:
    """Two supervisors of one home would stop each other's database."""
    with (home.folder() / "demo.lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            _, _, other = lock.read().partition(" ")
            raise DemoError(
                f"The demo runs already{f' at http://{HOST}:{other}/' if other.strip('0') else ''}. "
                "To stop it: Ctrl-C in its terminal, or `make stop` (`innovalley demo --stop`)."
            ) from None
        lock.truncate(0)
        lock.write(f"{os.getpid()} {port}")
        lock.flush()
        yield


def _check_port(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except PermissionError:
            raise DemoError(f"Port {port} needs root; take one above 1023: make demo PORT=8123") from None
        except OSError:
            raise DemoError(
                f"Port {port} of {HOST} is in use by another program. Take another one: "
                f"make demo PORT={port + 123} (innovalley demo --port {port + 123})"
            ) from None


def _prepare(say: Callable[[str], None], stop: threading.Event, *, sample: bool) -> None:
    """What `prepare` does, and the sample province for an empty database."""
    from innovalley.config.translations import compile_all

    if os.environ.get("DATABASE_URL"):
        database.check()
    compile_all()
    steps = [
        ("Preparing the tables …", ["migrate", "--noinput", "--verbosity", "0"]),
        *([("Looking for the sample province …", ["load_sample"])] if sample else []),
        ("Collecting the static files …", ["collectstatic", "--noinput", "--verbosity", "0"]),
    ]
    for text, arguments in steps:
        if stop.is_set():
            return
        say(text)
        # A session of its own: Ctrl-C lets the step end, and then stops.
        done = subprocess.run(  # noqa: S603
            _django(*arguments), env=_environment(), check=False, start_new_session=True
        )
        if done.returncode:
            raise DemoError(f"`innovalley manage {arguments[0]}` failed; what it said stands above.")


# ---------------------------------------------------------------------------------------- the programs


@dataclass
class _Program:
    """One program that is to run for as long as the demo does."""

    name: str
    command: list[str]
    environment: dict[str, str]
    log: Path
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    pause: float = 0.0
    again_at: float | None = None
    output: IO[bytes] | None = field(default=None, repr=False)

    def start(self) -> None:
        """Start it, away from the terminal's signals, its output going to its log."""
        self.log.parent.mkdir(exist_ok=True)
        with self.log.open("ab" if self.process else "wb") as output:
            self.process = subprocess.Popen(  # noqa: S603
                self.command,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=_end_with_parent,
            )
        self.started = time.monotonic()
        self.again_at = None

    def watch(self, say: Callable[[str], None]) -> None:
        """Start it again when it has ended, at once after a steady run and ever later when it keeps failing."""
        now = time.monotonic()
        if self.again_at is not None:
            if now >= self.again_at:
                self.start()
                say(f"The {self.name} runs again.")
        elif self.process and (code := self.process.poll()) is not None:
            steady = now - self.started > _STEADY_SECONDS
            self.pause = 1.0 if steady or not self.pause else min(2 * self.pause, _LONGEST_PAUSE)
            self.again_at = now + self.pause
            say(f"The {self.name} ended ({code}); it starts again in {self.pause:.0f} s. Its log: {self.log}")

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to it and to all that it started."""
        if self.process:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, number)

    def last_words(self) -> str:
        """The end of its log."""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-15:]) if self.log.exists() else ""


def _web(port: int) -> _Program:
    command = [sys.executable, "-m", "gunicorn", "innovalley.config.wsgi:application"]
    command += ["--bind", f"{HOST}:{port}", "--worker-class", "gthread", "--threads", "8", "--timeout", "60"]
    command += ["--graceful-timeout", "5", "--no-control-socket", "--log-level", "warning"]
    environment = {"WEB_CONCURRENCY": "2", **_environment(), "INNOVALLEY_POOL": "1"}
    return _Program("web server", command, environment, home.folder() / "logs" / "web.log")


def _worker() -> _Program:
    command = _django("procrastinate", "worker", "--shutdown-graceful-timeout", "5")
    return _Program("worker", command, _environment(), home.folder() / "logs" / "worker.log")


def _django(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "django", *arguments]


def _environment() -> dict[str, str]:
    own = {"INNOVALLEY_SECRET_KEY": os.environ.get("INNOVALLEY_SECRET_KEY") or home.kept_secret_key()}
    own |= {"DJANGO_SETTINGS_MODULE": "innovalley.config.settings", "PYTHONUNBUFFERED": "1"}
    # One thread for each numeric library: two processes on two cores otherwise collapse.
    return {"OMP_NUM_THREADS": "1", **os.environ, **own}


def _end_with_parent() -> None:
    """Linux: a supervisor that is killed takes its programs along."""
    if sys.platform == "linux":
        set_parent_death_signal = 1
        ctypes.CDLL(None).prctl(set_parent_death_signal, signal.SIGTERM)


def _watch(cluster: postgres.Cluster, say: Callable[[str], None]) -> None:
    """Start the database again when something killed it; its port stays, so the programs find it."""
    if cluster.status().pid is None:
        say(f"The database ended. Its log: {cluster.log}")
        cluster.ensure()
        say("The database runs again.")


def _await_answer(port: int, web: _Program, stop: threading.Event) -> None:
    deadline = time.monotonic() + _ANSWER_SECONDS
    while not stop.wait(_TICK_SECONDS):
        try:
            with urllib.request.urlopen(f"http://{HOST}:{port}/", timeout=10) as answer:
                answer.read()
            return
        except urllib.error.HTTPError as error:
            raise DemoError(f"The site answers with an error ({error.code}):\n{web.last_words()}") from error
        except OSError:
            pass
        if (web.process and web.process.poll() is not None) or time.monotonic() > deadline:
            raise DemoError(f"The web server does not come up:\n{web.last_words()}")


def _end(programs: list[_Program]) -> None:
    for program in programs:
        program.signal(signal.SIGTERM)
    deadline = time.monotonic() + _STOP_SECONDS
    for program in programs:
        if program.process:
            with contextlib.suppress(subprocess.TimeoutExpired):
                program.process.wait(max(0.0, deadline - time.monotonic()))
            program.signal(signal.SIGKILL)
            program.process.wait()


def _welcome(port: int) -> str:
    """The address, and the accounts where the sample province is loaded."""
    lines = ["", f"InnoValley 金创谷   http://{HOST}:{port}/", ""]
    done = subprocess.run(  # noqa: S603
        _django("load_sample", "--accounts"), env=_environment(), check=False, capture_output=True, text=True
    )
    return "\n".join([*lines, done.stdout, "Ctrl-C stops web server, worker and database."])
