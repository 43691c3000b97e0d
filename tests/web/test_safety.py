"""The Content-Security-Policy holds: no page brings anything inline, and every answer carries the policy."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.test import Client

from tests.registry import factories as make

PACKAGE = Path(__file__).resolve().parents[2] / "src" / "innovalley"
TEMPLATES = sorted(PACKAGE.rglob("templates/**/*.html"))
SCRIPTS = sorted(PACKAGE.rglob("static/**/*.js"))

INLINE = {
    "an inline style": re.compile(r"""<[^>]*\sstyle\s*="""),
    "a style element": re.compile(r"<style\b"),
    "an inline handler": re.compile(r"""<[^>]*\son[a-z]+\s*="""),
    "htmx's inline handler": re.compile(r"hx-on\b"),
    "an htmx filter, which needs eval": re.compile(r"""hx-trigger="(?:[^"]*,)?\s*[\w:.-]+\["""),
    "a value computed by htmx, which needs eval": re.compile(r"""hx-(vals|headers)=["']?js:"""),
    "a script address": re.compile(r"javascript:", re.IGNORECASE),
    "an inline script": re.compile(r"<script\b(?![^>]*(\ssrc=|application/json))"),
    "something of another site": re.compile(r"""(src|href)=["'](https?:)?//"""),
}


def findings(text: str) -> list[str]:
    # Template tags may hold quotes and brackets of their own.
    plain = re.sub(r"\{%.*?%\}|\{\{.*?\}\}|\{#.*?#\}", "…", text, flags=re.DOTALL)
    return [name for name, pattern in INLINE.items() if pattern.search(plain)]


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_templates_bring_nothing_inline(template: Path) -> None:
    assert findings(template.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ('<p style="width: 1%">', "an inline style"),
        ('<p style="width: {{ x }}%">', "an inline style"),
        ('<button onclick="go()">', "an inline handler"),
        ("<script>go()</script>", "an inline script"),
        ('<a href="{% if x > 1 %}a{% endif %}" onclick="go()">', "an inline handler"),
        ('<div hx-trigger="load, keyup[ctrlKey]">', "an htmx filter, which needs eval"),
        ("<div hx-on::load='go()'>", "htmx's inline handler"),
        ('<img src="https://cdn.example/a.png">', "something of another site"),
    ],
)
def test_the_scan_finds_what_it_looks_for(text: str, name: str) -> None:
    assert name in findings(text)


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_scripts_need_no_eval_and_stand_alone(script: Path) -> None:
    text = script.read_text(encoding="utf-8")
    assert not re.search(r"\beval\(|new Function\(|document\.write|^\s*import\s", text, re.MULTILINE)


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/", "/search/?q=x", "/accounts/login/", "/no-such-page/"])
def test_every_page_carries_the_policy_and_keeps_it(client: Client, address: str) -> None:
    response = client.get(address)
    policy = response.headers["Content-Security-Policy"]
    assert "script-src 'self';" in f"{policy};"
    assert "style-src 'self';" in f"{policy};"
    assert "unsafe" not in policy
    assert findings(response.content.decode()) == []
    assert response.headers["X-Frame-Options"] == "DENY"


@pytest.mark.django_db
@pytest.mark.parametrize(
    "address", ["/", "/persons/", "/demands/", "/imports/", "/accounts/2fa/", "/no-such-page/"]
)
def test_no_browser_keeps_a_page_of_a_signed_in_user(client: Client, address: str) -> None:
    client.force_login(make.user())
    assert "no-store" in client.get(address).headers["Cache-Control"]


@pytest.mark.django_db
def test_what_someone_typed_after_the_session_ended_is_not_kept_either(client: Client) -> None:
    answer = client.post("/imports/new/", {"kind": "typed"})
    assert "typed" in answer.content.decode()
    assert "no-store" in answer.headers["Cache-Control"]


@pytest.mark.django_db
def test_pages_of_the_public_may_be_kept(client: Client) -> None:
    assert "no-store" not in client.get("/demands/").headers.get("Cache-Control", "")
