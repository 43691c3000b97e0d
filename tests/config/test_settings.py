"""What the site sends and keeps is as strict as it can be, and the environment decides what differs."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from typing import Any

import pytest
from django.core.signing import BadSignature
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import path

from innovalley.config.urls import urlpatterns

KEY, OLD_KEY = (letter.join(map(str, range(40))) for letter in "ko")
BASE = {
    "DATABASE_URL": "postgresql://u:pa%20ss@db.example:5433/iv?sslmode=require",
    "INNOVALLEY_SECRET_KEY": KEY,
}
PRODUCTION = BASE | {
    "INNOVALLEY_HTTPS": "1",
    "INNOVALLEY_PROXIES": "1",
    "INNOVALLEY_HOSTS": "valley.example",
}


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run Python in an installation with this environment and nothing else of ours."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("INNOVALLEY_", "DATABASE_", "DJANGO_"))}
    kept |= {"INNOVALLEY_HOME": os.environ["INNOVALLEY_HOME"], "PYTHONPATH": os.pathsep.join(sys.path)}
    kept |= {"DJANGO_SETTINGS_MODULE": "innovalley.config.settings"}
    return subprocess.run(
        [sys.executable, *arguments], env=kept | environment, capture_output=True, text=True, check=False
    )


def settings_of(**environment: str) -> dict[str, Any]:
    """The settings of an installation with this environment."""
    program = (
        "import json; from innovalley.config import settings as s; found = {n: getattr(s, n) for n in dir(s)}; "
        "print(json.dumps({n: v for n, v in found.items() if n.isupper()}, default=lambda v: type(v).__name__))"
    )
    done = run("-c", program, **environment)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


# ------------------------------------------------------------------------------------ the environment


def test_django_s_own_check_of_a_production_site_finds_nothing() -> None:
    done = run("-m", "django", "check", "--deploy", "--fail-level", "WARNING", **PRODUCTION)
    assert done.returncode == 0, done.stderr


def test_behind_tls_cookies_and_addresses_are_for_https_alone() -> None:
    found = settings_of(**PRODUCTION)
    for name in (
        "SESSION_COOKIE_SECURE",
        "CSRF_COOKIE_SECURE",
        "LANGUAGE_COOKIE_SECURE",
        "SECURE_SSL_REDIRECT",
    ):
        assert found[name] is True, name
    assert found["SECURE_HSTS_SECONDS"] >= 365 * 24 * 3600
    assert found["SESSION_COOKIE_NAME"].startswith("__Host-")
    assert found["SECURE_PROXY_SSL_HEADER"] == ["HTTP_X_FORWARDED_PROTO", "https"]
    assert found["ALLAUTH_TRUSTED_PROXY_COUNT"] == 1


def test_without_a_proxy_no_header_can_claim_https() -> None:
    assert settings_of(**PRODUCTION | {"INNOVALLEY_PROXIES": "0"})["SECURE_PROXY_SSL_HEADER"] is None


def test_without_tls_the_site_works_on_this_machine_alone() -> None:
    found = settings_of(**BASE)
    assert found["SECURE_SSL_REDIRECT"] is False
    assert found["SECURE_HSTS_SECONDS"] == 0
    assert found["ALLOWED_HOSTS"] == ["localhost", "127.0.0.1", "[::1]"]
    assert found["DEBUG"] is False


def test_the_secret_key_comes_from_the_environment_and_the_old_one_stays_valid() -> None:
    found = settings_of(**BASE, INNOVALLEY_SECRET_KEY_OLD=OLD_KEY)
    assert (found["SECRET_KEY"], found["SECRET_KEY_FALLBACKS"]) == (KEY, [OLD_KEY])


def test_the_database_comes_from_its_address() -> None:
    found = settings_of(**BASE)["DATABASES"]["default"]
    assert (found["HOST"], found["PORT"], found["NAME"]) == ("db.example", "5433", "iv")
    assert (found["USER"], found["PASSWORD"]) == ("u", "pa ss")
    assert found["OPTIONS"] == {"sslmode": "require"}


def test_the_web_server_keeps_a_pool_of_checked_connections() -> None:
    found = settings_of(**BASE, INNOVALLEY_POOL="1")["DATABASES"]["default"]
    assert found["CONN_HEALTH_CHECKS"] is True
    assert found["OPTIONS"]["pool"]["max_size"] >= 8


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("INNOVALLEY_LOG", "LOUD"),
        ("INNOVALLEY_PROXIES", "one"),
        ("INNOVALLEY_MAIL", "mail.example"),
        ("INNOVALLEY_MAIL", "smtp://mail.example:mail"),
    ],
)
def test_a_value_that_is_none_is_refused_by_its_name(variable: str, value: str) -> None:
    program = "import innovalley.cli as c; c.main(['manage', 'check'], prog_name='innovalley')"
    done = run("-c", program, **BASE, **{variable: value})
    assert done.returncode == 1
    assert done.stderr.startswith("Error: ")
    assert variable in done.stderr
    assert done.stderr.count("\n") == 1


# ------------------------------------------------------------------------------------------ what is sent


def fail(request: HttpRequest) -> HttpResponse:
    """A view with a fault, and a secret near it."""
    password = "do not show this"  # noqa: F841
    raise BadSignature("a fault inside")


class Failing:
    """The site's addresses, and one that fails."""

    urlpatterns = [path("fail/", fail), *urlpatterns]


@pytest.fixture
def failing(settings: Any) -> Client:
    """A reader of a site where something fails."""
    settings.ROOT_URLCONF = Failing
    return Client(raise_request_exception=False)


def policy(answer: HttpResponse) -> dict[str, list[str]]:
    """The Content-Security-Policy of a page."""
    parts = answer.headers["Content-Security-Policy"].split(";")
    return {words[0]: words[1:] for words in (part.split() for part in parts)}


@pytest.mark.django_db
@pytest.mark.parametrize(("address", "status"), [("/", 200), ("/nowhere/", 404), ("/fail/", 500)])
def test_every_page_carries_the_strict_policy(failing: Client, address: str, status: int) -> None:
    answer = failing.get(address)
    assert answer.status_code == status
    found = policy(answer)
    assert found["default-src"] == ["'none'"]
    assert found["script-src"] == found["style-src"] == found["connect-src"] == ["'self'"]
    assert found["frame-ancestors"] == found["base-uri"] == ["'none'"]
    assert "unsafe" not in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/", "/nowhere/", "/fail/", "/accounts/login/"])
def test_no_page_needs_what_the_policy_forbids(failing: Client, address: str) -> None:
    page = failing.get(address).content.decode()
    assert re.findall(r"\sstyle\s*=|\son[a-z]+\s*=|<style", page) == []
    scripts = re.findall(r"<script\b[^>]*>", page)
    assert [s for s in scripts if "src=" not in s and 'type="application/json"' not in s] == []
    loaded = re.findall(r"<(?:script|img|iframe|link)\b[^>]*\b(?:src|href)=\"(https?:)?//", page)
    assert loaded == []


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/nowhere/", "/fail/"])
def test_an_error_page_tells_nothing_of_the_inside(failing: Client, address: str) -> None:
    page = failing.get(address).content.decode()
    for inside in (
        "Traceback",
        "a fault inside",
        "do not show this",
        "innovalley/",
        "site-packages",
        "DEBUG",
    ):
        assert inside not in page
    assert 'lang="zh' in page, "it is a page of the site, not the framework's"


@pytest.mark.django_db
def test_behind_a_tls_proxy_http_is_sent_to_https_and_https_stays(settings: Any) -> None:
    for name in ("SECURE_SSL_REDIRECT", "SECURE_PROXY_SSL_HEADER", "SECURE_HSTS_SECONDS"):
        setattr(settings, name, settings_of(**PRODUCTION)[name])
    by_http = Client().get("/", headers={"x-forwarded-proto": "http"})
    assert (by_http.status_code, by_http.headers["Location"]) == (301, "https://testserver/")
    by_https = Client().get("/", headers={"x-forwarded-proto": "https"})
    assert by_https.status_code == 200
    assert by_https.headers["Strict-Transport-Security"] == f"max-age={365 * 24 * 3600}"


def test_a_host_that_is_not_ours_is_refused() -> None:
    assert Client(raise_request_exception=False).get("/", headers={"host": "evil.example"}).status_code == 400


@pytest.mark.django_db
def test_a_form_of_another_site_is_refused() -> None:
    answer = Client(enforce_csrf_checks=True).post("/accounts/login/", {"login": "a@b.example"})
    assert answer.status_code == 403
    assert "DEBUG" not in answer.content.decode()


@pytest.mark.django_db
def test_the_session_s_cookie_is_out_of_reach_of_scripts(client: Client) -> None:
    from innovalley.accounts.models import User

    User.objects.create_user("wang@example.org", "a long sentence 42")
    client.post("/accounts/login/", {"login": "wang@example.org", "password": "a long sentence 42"})
    cookie = client.cookies["sessionid"]
    assert cookie["httponly"] is True
    assert cookie["samesite"] == "Lax"
    assert int(cookie["max-age"] or 0) <= 12 * 60 * 60
