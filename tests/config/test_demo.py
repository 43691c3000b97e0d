"""`innovalley demo` brings the whole site up, keeps it up, and leaves nothing behind."""

from __future__ import annotations

import contextlib
import http.cookiejar
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from innovalley.accounts.models import Role
from innovalley.config.postgres import Cluster
from innovalley.sample.accounts import ACCOUNTS, PASSWORD
from tests.cli.running import COMMAND, environment, innovalley

READY = "Ctrl-C stops"


@pytest.fixture
def home() -> Iterator[Path]:
    """A new INNOVALLEY_HOME that the database's user may enter."""
    path = Path(tempfile.mkdtemp(prefix="innovalley-demo-"))
    path.chmod(0o755)
    yield path
    Cluster(path / "postgres").stop()
    shutil.rmtree(path)


@pytest.fixture
def port() -> int:
    """A port that nothing uses."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Demo:
    """A demo that runs in its own process; `said` is what it told so far."""

    def __init__(self, home: Path, port: int) -> None:
        self.said: list[str] = []
        self.process = subprocess.Popen(
            [*COMMAND, "demo", "--port", str(port)],
            env=environment(home, INNOVALLEY_EMBEDDINGS_URL="off"),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def wait_for(self, text: str) -> None:
        """Read on until it says this."""
        assert self.process.stdout
        for line in self.process.stdout:
            self.said.append(line)
            if text in line:
                return
        pytest.fail("it ended: " + "".join(self.said))

    def programs(self) -> list[psutil.Process]:
        """What it started and watches."""
        return psutil.Process(self.process.pid).children(recursive=True)

    def worker(self) -> psutil.Process:
        """The process of its worker."""
        return next(p for p in self.programs() if "procrastinate" in p.cmdline())

    def end(self) -> int:
        """Read to its end; the exit code."""
        assert self.process.stdout
        self.said.extend(self.process.stdout)
        return self.process.wait()


@contextlib.contextmanager
def running(home: Path, port: int) -> Iterator[Demo]:
    """A demo that is ended, whatever the test finds."""
    demo = Demo(home, port)
    try:
        yield demo
    finally:
        if demo.process.poll() is None:
            demo.process.send_signal(signal.SIGTERM)
            demo.end()
        if demo.process.stdout:
            demo.process.stdout.close()


class Browser:
    """Just enough of one: it keeps cookies and sends forms."""

    def __init__(self, port: int) -> None:
        self.base = f"http://127.0.0.1:{port}"
        jar = http.cookiejar.CookieJar()
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))

    def get(self, path: str) -> tuple[str, str]:
        """The address it ends at, and the page."""
        with self.opener.open(self.base + path) as answer:
            return answer.geturl().removeprefix(self.base), answer.read().decode()

    def sign_in(self, email: str, password: str) -> str:
        """Send the sign-in form; the address it ends at."""
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', self.get("/accounts/login/")[1])
        assert token
        fields = {"csrfmiddlewaretoken": token[1], "login": email, "password": password}
        data = urllib.parse.urlencode(fields).encode()
        with self.opener.open(self.base + "/accounts/login/", data) as answer:
            return str(answer.geturl().removeprefix(self.base))


def is_over(process: psutil.Process) -> bool:
    """Whether a process has ended."""
    try:
        return process.status() == psutil.STATUS_ZOMBIE or not process.is_running()
    except psutil.NoSuchProcess:
        return True


@pytest.mark.e2e
def test_the_life_of_a_demo(home: Path, port: int) -> None:
    with running(home, port) as demo:
        demo.wait_for(READY)
        told = "".join(demo.said)
        assert f"http://127.0.0.1:{port}/" in told
        assert PASSWORD in told
        assert [a.email for a in ACCOUNTS if a.email not in told] == []
        assert {a.role for a in ACCOUNTS} == set(Role)

        browser = Browser(port)
        assert browser.get("/")[0] == "/"
        assert browser.sign_in("office@example.org", PASSWORD) == "/"
        # Several processes serve; what one refused, the others refuse as well.
        stranger = Browser(port)
        for _ in range(5):
            assert stranger.sign_in("leader@example.org", "a wrong one") == "/accounts/login/"
        for _ in range(4):
            assert stranger.sign_in("leader@example.org", PASSWORD) == "/accounts/login/"

        second = innovalley("demo", "--port", str(port + 1), home=home)
        assert second.returncode == 1
        assert f"runs already at http://127.0.0.1:{port}/" in second.stderr

        programs = [*demo.programs(), psutil.Process(Cluster(home / "postgres").status().pid)]
        demo.process.send_signal(signal.SIGINT)
        assert demo.end() == 0
        assert [p for p in programs if not is_over(p)] == []

    with running(home, port) as demo:
        demo.wait_for(READY)
        assert "left as it is" in "".join(demo.said), "it continues with what is there"
        first = demo.worker()
        first.kill()
        demo.wait_for("The worker ended")
        demo.wait_for("The worker runs again")
        assert demo.worker().pid != first.pid
        assert Browser(port).get("/")[0] == "/"

        psutil.Process(Cluster(home / "postgres").status().pid).kill()
        demo.wait_for("The database runs again")
        assert Browser(port).get("/")[0] == "/"

        stopped = innovalley("demo", "--stop", home=home)
        assert stopped.stdout == "The demo has stopped.\n"
        assert demo.end() == 0
    assert Cluster(home / "postgres").status().pid is None
    assert innovalley("demo", "--stop", home=home).stdout == "No demo is running.\n"


@pytest.mark.e2e
def test_ctrl_c_while_it_prepares(home: Path, port: int) -> None:
    with running(home, port) as demo:
        demo.wait_for("Preparing the tables")
        demo.process.send_signal(signal.SIGINT)
        assert demo.end() == 0
        assert "".join(demo.said).endswith("Stopping …\n")
    assert Cluster(home / "postgres").status().pid is None


@pytest.mark.e2e
def test_a_terminal_that_is_closed(home: Path, port: int) -> None:
    with running(home, port) as demo:
        demo.wait_for("Preparing the tables")
        assert demo.process.stdout
        demo.process.stdout.close()
        demo.process.send_signal(signal.SIGHUP)
        demo.process.wait()
    assert Cluster(home / "postgres").status().pid is None


def test_a_port_in_use_is_told_before_anything_starts(home: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        refused = innovalley("demo", "--port", str(port), home=home)
    assert refused.returncode == 1
    assert f"Error: Port {port} of 127.0.0.1 is in use" in refused.stderr
    assert "make demo PORT=" in refused.stderr
    assert not (home / "postgres").exists()


def test_a_database_of_another_version_is_told_and_kept(home: Path, port: int) -> None:
    data = home / "postgres" / "data"
    data.mkdir(parents=True)
    (data / "PG_VERSION").write_text("14\n")
    refused = innovalley("demo", "--port", str(port), home=home)
    assert refused.returncode == 1
    assert "Error: The database in" in refused.stderr
    assert "made by PostgreSQL 14" in refused.stderr
    assert "Traceback" not in refused.stderr
    assert (data / "PG_VERSION").read_text() == "14\n"


def test_a_server_that_does_not_answer_is_told(home: Path, port: int) -> None:
    refused = innovalley(
        "demo", "--port", str(port), home=home, DATABASE_URL="postgresql://u:secret@127.0.0.1:1/x"
    )
    assert refused.returncode == 1
    assert "Error: The database of DATABASE_URL does not answer" in refused.stderr
    assert "Traceback" not in refused.stderr
    assert "secret" not in refused.stderr + refused.stdout


def test_a_database_of_one_s_own_is_never_reset(home: Path, port: int) -> None:
    refused = innovalley("demo", "--reset", "--yes", home=home, DATABASE_URL="postgresql://u@127.0.0.1:1/x")
    assert refused.returncode == 1
    assert "DATABASE_URL" in refused.stderr
