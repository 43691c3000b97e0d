"""Five hundred bidders hand in within the last minute, while web server, worker and database are killed.

A gunicorn of two processes and a worker serve a database of their own (.data/surge-postgres, with fsync). First
all bidders hand in as fast as they are answered; then all hand in a second bid while one process of each kind is
killed with kill -9 in the middle. Who gets no answer sends the same form again, as a browser's reload does. At the
end the deadline passes, custodians open the call, and every receipt given is looked for among the opened bids.

Everything stays on 127.0.0.1. INNOVALLEY_SURGE_BIDDERS=100 makes it smaller.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import http.client
import os
import random
import secrets
import signal
import socket
import statistics
import subprocess
import sys
import threading
import time
import urllib.parse
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
import psycopg

from innovalley.config import postgres

TITLE = "Bids in the last minute: 500 bidders, 2 cores, kill -9 in the middle"

BIDDERS = int(os.environ.get("INNOVALLEY_SURGE_BIDDERS", "500"))
AT_ONCE = 48  # requests under way
PATIENCE = 60.0  # seconds after which a bidder gives up
DATABASE = "bench_surge"
PASSPHRASES = ["surge custodian one", "surge custodian two"]
ROOT = Path(__file__).resolve().parent.parent
CSRF = "x" * 32


@dataclass
class Outcome:
    """What one bidder got: the number of the receipt ("" for none), and how long it took with all repeats."""

    receipt: str = ""
    seconds: float = 0.0
    repeats: int = 0


@dataclass
class Form:
    """What one bidder's browser sends, again and again the same."""

    path: str
    body: str
    cookies: str


@dataclass
class Round:
    """One round of all bidders."""

    outcomes: list[Outcome] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def receipts(self) -> list[str]:
        return [each.receipt for each in self.outcomes if each.receipt]

    @property
    def rate(self) -> float:
        return len(self.receipts) / self.seconds

    def percentile(self, part: int) -> float:
        return statistics.quantiles([each.seconds for each in self.outcomes], n=100)[part - 1]


def run() -> list[tuple[str, str]]:
    """Serves, measures, kills, opens and cleans up."""
    folder = postgres.reachable(ROOT / ".data" / "surge-postgres")
    cluster = postgres.Cluster(folder, port=_free_port(), durable=True)  # after the kill at the same address
    server = cluster.ensure()
    try:
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)")
            connection.execute(f"CREATE DATABASE {DATABASE}")
        _set_up(server.rpartition("/")[0] + f"/{DATABASE}")
        return _run(cluster)
    finally:
        from django.db import connections

        connections.close_all()
        with psycopg.connect(cluster.ensure(), autocommit=True) as connection:
            connection.execute(f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)")
        cluster.stop()


def _run(cluster: postgres.Cluster) -> list[tuple[str, str]]:
    call_id, rounds_of_forms = _prepare()
    with _site() as (port, web, worker):
        calm = _all_hand_in(port, rounds_of_forms[0])
        killed: list[str] = []
        killer = threading.Thread(target=_kill_all, args=(cluster, web, worker, calm.seconds / 3, killed))
        killer.start()
        stormy = _all_hand_in(port, rounds_of_forms[1])
        killer.join()
    given = calm.receipts + stormy.receipts
    opened, seconds = _open(call_id)
    lost = sorted(set(given) - opened)
    return [
        ("bidders, each with two bids", f"{BIDDERS}"),
        ("accepted a second, nothing killed", f"{calm.rate:.0f}"),
        ("… answer, median / 95th percentile", f"{calm.percentile(50):.2f} s / {calm.percentile(95):.2f} s"),
        ("accepted a second, with kills and repeats", f"{stormy.rate:.0f}"),
        (
            "… answer, median / 95th percentile",
            f"{stormy.percentile(50):.2f} s / {stormy.percentile(95):.2f} s",
        ),
        ("… killed with kill -9", ", ".join(killed)),
        ("… forms sent again", f"{sum(each.repeats for each in stormy.outcomes)}"),
        ("receipts given", f"{len(given)} of {2 * BIDDERS}"),
        ("receipts that are one envelope each", f"{len(set(given))}"),
        ("bids opened", f"{len(opened)} in {seconds:.1f} s"),
        ("lost receipts", f"{len(lost)}"),
    ]


def _set_up(url: str) -> None:
    os.environ.update(
        DATABASE_URL=url,
        DJANGO_SETTINGS_MODULE="innovalley.config.settings",
        INNOVALLEY_SECRET_KEY="for the benchmark only",
        INNOVALLEY_LOG="ERROR",
        INNOVALLEY_HOME=str(ROOT / ".data" / "surge-home"),
        OMP_NUM_THREADS="1",
    )
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)
    call_command("collectstatic", verbosity=0, interactive=False)


def _prepare() -> tuple[int, list[list[Form]]]:
    """An open call with two challenges, and for each bidder two filled forms with a session."""
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore

    from innovalley.accounts.models import Role, User
    from innovalley.challenges import actions
    from innovalley.challenges.content import Typed
    from innovalley.registry.models import Membership, Organisation, Team

    call = _open_call()
    challenges = list(call.challenges.prefetch_related("specs"))
    forms: list[list[Form]] = [[], []]
    for number in range(BIDDERS):
        organisation = Organisation.objects.create(name_zh=f"单位{number}", kind=Organisation.Kind.UNIVERSITY)
        team = Team.objects.create(name_zh=f"团队{number}", organisation=organisation)
        user = User(email=f"bidder{number}@example.org", role=Role.TEAM, password="!")
        user.save()
        Membership.objects.create(user=user, organisation=organisation)
        session = SessionStore()
        session[SESSION_KEY] = str(user.pk)
        session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
        session[HASH_SESSION_KEY] = user.get_session_auth_hash()
        session.create()
        for turn, challenge in enumerate(challenges):
            draft = actions.start_bid(
                actor=user,
                call_id=call.pk,
                organisation=organisation,
                typed=Typed(challenge=str(challenge.pk)),
            )
            cookies = f"sessionid={session.session_key}; csrftoken={CSRF}"
            forms[turn].append(Form(draft.get_absolute_url(), _body(team.pk, challenge), cookies))
    return call.pk, forms


def _open_call() -> Any:
    from innovalley.accounts.models import Role, User
    from innovalley.challenges import actions
    from innovalley.challenges.call_rules import CallRules, Funding, PanelSettings
    from innovalley.challenges.locking import clock
    from innovalley.challenges.models import Call, Demand, DemandSpec, DemandState
    from innovalley.engine.specs import find
    from innovalley.registry.models import Organisation

    office = User.objects.create_user("office@example.org", role=Role.OFFICE)
    keepers = [User.objects.create_user(f"keeper{n}@example.org", role=Role.LEADER) for n in range(2)]
    company = Organisation.objects.create(name_zh="需求单位", kind=Organisation.Kind.COMPANY)
    demands = []
    for number in range(2):
        demand = Demand.objects.create(title=f"需求{number}", organisation=company, state=DemandState.VETTED)
        for position, spec in enumerate(find("抗压强度不低于60MPa，回收率不低于90%，能耗不超过2kWh/t")):
            DemandSpec.objects.create(demand=demand, position=position, **DemandSpec.columns_of(spec))
        demands.append(demand)
    call = actions.write_call(actor=office, year=2027)
    now = clock()
    actions.save_call(
        actor=office,
        call_id=call.pk,
        version=call.version,
        content={
            "title": "榜单",
            "opens_at": now - dt.timedelta(days=1),
            "deadline_at": now + dt.timedelta(hours=1),
        },
        rules=CallRules(),
        funding=Funding(),
        panel=PanelSettings(),
        challenges=[(demand.pk, 1, None) for demand in demands],
        custodians=[keeper.pk for keeper in keepers],
    )
    for keeper, passphrase in zip(keepers, PASSPHRASES, strict=True):
        actions.set_passphrase(actor=keeper, call_id=call.pk, passphrase=passphrase)
    actions.open_call(actor=office, call_id=call.pk)
    return Call.objects.get(pk=call.pk)


def _body(team: int, challenge: Any) -> str:
    """The form as the page sends it: about 10,000 characters of plan."""
    fields = [
        ("csrfmiddlewaretoken", CSRF),
        ("version", "1"),
        ("tab", secrets.token_hex(16)),
        ("token", secrets.token_urlsafe(24)),
        ("challenge", str(challenge.pk)),
        ("team", str(team)),
        ("budget-2027.fiscal", "80"),
        ("budget-2027.own", "100.5"),
        ("step_until", "2027-12"),
        ("step_what", "完成中试"),
        ("declared", "1"),
        ("submit", "1"),
    ]
    fields += [
        (f"plan_{name}", "分步说明技术路线与已有基础。" * 180)
        for name in ("goal", "route", "ability", "risks")
    ]
    for spec, value in zip(challenge.specs.all(), ("65", "88", "1.5"), strict=False):
        fields += [
            (f"promise-{spec.pk}-comparison", spec.comparison),
            (f"promise-{spec.pk}-value", value),
            (f"promise-{spec.pk}-unit", spec.unit),
        ]
    return urllib.parse.urlencode(fields)


@contextlib.contextmanager
def _site() -> Iterator[tuple[int, subprocess.Popen[bytes], list[subprocess.Popen[bytes]]]]:
    """The web server and a worker (which `_kill_all` replaces); their end is waited for."""
    port = _free_port()
    command = [
        sys.executable,
        "-m",
        "gunicorn",
        "innovalley.config.wsgi:application",
        "--bind",
        f"127.0.0.1:{port}",
    ]
    command += ["--worker-class", "gthread", "--threads", "8", "--workers", "2", "--timeout", "60"]
    command += ["--no-control-socket", "--log-level", "error"]
    web = subprocess.Popen(command, env={**os.environ, "INNOVALLEY_POOL": "1"})
    workers = [_worker()]
    try:
        _await(port)
        yield port, web, workers
    finally:
        for process in [web, *workers]:
            process.terminate()
        for process in [web, *workers]:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(15)
            process.kill()
            process.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _worker() -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "django", "procrastinate", "worker"]
    return subprocess.Popen(
        command, env=dict(os.environ), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )


def _await(port: int) -> None:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        with contextlib.suppress(OSError, http.client.HTTPException):
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
            connection.request("GET", "/calls/")
            if connection.getresponse().status == 200:
                return
        time.sleep(0.2)
    raise RuntimeError("the web server does not answer")


def _all_hand_in(port: int, forms: list[Form]) -> Round:
    shuffled = random.Random(1).sample(forms, len(forms))
    started = time.perf_counter()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        outcomes = list(pool.map(lambda form: _hand_in(port, form), shuffled))
    return Round(outcomes, time.perf_counter() - started)


def _hand_in(port: int, form: Form) -> Outcome:
    """Sends the form, again while there is no answer or an error of the server."""
    outcome = Outcome()
    started = time.perf_counter()
    while time.perf_counter() - started < PATIENCE:
        with contextlib.suppress(OSError, http.client.HTTPException):
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
            headers = {"Content-Type": "application/x-www-form-urlencoded", "Cookie": form.cookies}
            connection.request("POST", form.path, form.body, headers)
            answer = connection.getresponse()
            answer.read()
            connection.close()
            location = answer.headers.get("Location", "")
            if answer.status == 302 and location.startswith("/receipts/"):
                outcome.receipt = location.split("/")[2]
                break
            if answer.status < 500:
                raise RuntimeError(f"a form was answered with {answer.status}")
        outcome.repeats += 1
        time.sleep(0.25)
    outcome.seconds = time.perf_counter() - started
    return outcome


def _kill_all(
    cluster: postgres.Cluster,
    web: subprocess.Popen[bytes],
    workers: list[subprocess.Popen[bytes]],
    pause: float,
    killed: list[str],
) -> None:
    """Kills a web process, the worker and the database, `pause` seconds apart; what watches them starts them again."""

    def database() -> None:
        postmaster = int((cluster.data / "postmaster.pid").read_text().split()[0])
        os.kill(postmaster, signal.SIGKILL)
        psutil.wait_procs([psutil.Process(postmaster)] if psutil.pid_exists(postmaster) else [], timeout=10)
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:  # its children may take a moment to notice
            with contextlib.suppress(psycopg.OperationalError, postgres.PostgresError):
                psycopg.connect(cluster.ensure(), connect_timeout=5).close()
                return
            time.sleep(0.1)
        raise RuntimeError("the database does not come back")

    def web_process() -> None:
        psutil.Process(web.pid).children()[0].kill()  # gunicorn starts another

    def worker() -> None:
        workers[-1].kill()
        workers.append(_worker())

    steps: list[tuple[str, Callable[[], None]]] = [
        ("web process", web_process),
        ("worker", worker),
        ("database", database),
    ]
    for name, step in steps:
        time.sleep(pause / 2)
        step()
        killed.append(name)


def _open(call_id: int) -> tuple[set[str], float]:
    """The deadline passes, custodians contribute; the numbers of the opened bids, and how long the opening took."""
    from django.db import connections

    from innovalley.challenges import actions
    from innovalley.challenges.locking import clock
    from innovalley.challenges.models import Bid, Call

    connections.close_all()
    Call.objects.filter(pk=call_id).update(deadline_at=clock())
    for custodian, passphrase in zip(
        Call.objects.get(pk=call_id).custodians.select_related("user"), PASSPHRASES, strict=True
    ):
        actions.contribute_share(actor=custodian.user, call_id=call_id, passphrase=passphrase)
    started = time.perf_counter()
    actions.open_bids(call_id=call_id)
    return set(Bid.objects.values_list("number", flat=True)), time.perf_counter() - started
