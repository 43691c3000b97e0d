"""A real browser on the whole site: fixtures and checks for the tests that look at pages.

`site` is a server on a database of its own; `province` the same with the sample province in it. `open_page`
gives a page of Chromium as a reader would have it (language, colours, width) and fails the test afterwards
when the page complained: an error on the console, a breach of the Content-Security-Policy, an answer of 5xx.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Protocol

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.db import connections
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Response, sync_playwright

from tests import database

# Playwright's loop runs in this thread, where Django then refuses to speak to the database.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
WCAG = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")
TIMEOUT_MS = 15_000  # what waits longer than this has failed


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything here is an e2e test, and one process runs a file: its browser and its server serve them all."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.e2e)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One Chromium for a file; its event loop ends with it, since tests of other files run loops of their own.

    Within a loop Django keeps other connections than without: none may be left over from the one to the other,
    since the database is made anew meanwhile.
    """
    connections.close_all()
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        yield chromium
        chromium.close()
        connections.close_all()


@pytest.fixture
def site(transactional_db: None, live_server: Any) -> str:
    """The address of the site on an empty database, which is made anew after the test."""
    return str(live_server.url)


@pytest.fixture
def province(transactional_db: None, live_server: Any) -> str:
    """The address of the site with the sample province, which is made anew after the test."""
    connections["default"].close()
    database.clone(database.template(sample=True), database.own_name())
    return str(live_server.url)


class OpenPage(Protocol):
    """Opens a page; see the fixture `open_page`."""

    def __call__(
        self,
        address: str = "",
        *,
        language: str = "zh-hans",
        theme: str = "light",
        width: int = 1280,
        height: int = 900,
        scripts: bool = True,
    ) -> Page: ...


@pytest.fixture
def open_page(browser: Browser) -> Iterator[OpenPage]:
    """Opens an address in a fresh browser profile of the given language, colours and width."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def open_one(
        address: str = "",
        *,
        language: str = "zh-hans",
        theme: str = "light",
        width: int = 1280,
        height: int = 900,
        scripts: bool = True,
    ) -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": height},
            locale="en-GB" if language == "en" else "zh-CN",
            color_scheme="dark" if theme == "dark" else "light",
            reduced_motion="reduce",  # a picture in motion is no picture
            java_script_enabled=scripts,
        )
        contexts.append(context)
        context.set_default_timeout(TIMEOUT_MS)
        page = context.new_page()
        listen(page, complaints.append)
        if address:
            origin = "/".join(address.split("/")[:3])
            context.add_cookies([{"name": "django_language", "value": language, "url": origin}])
            page.goto(address)
        return page

    yield open_one
    for context in contexts:
        context.close()
    assert complaints == []


def listen(page: Page, complain: Callable[[str], Any]) -> None:
    """Have `complain` told of what goes wrong on `page`: Chromium reports breaches of the CSP as console errors."""

    def on_console(message: ConsoleMessage) -> None:
        expected = "Failed to load resource" in message.text  # an answer of 4xx; on_response judges it
        # htmx reports a request that a newer one took the place of, as one goes on typing.
        expected = expected or message.text.startswith(("htmx:afterRequest,", "htmx:sendAbort,"))
        if message.type in ("error", "warning") and not expected:
            complain(f"{page.url}: {message.text}")

    def on_response(response: Response) -> None:
        if response.status >= 500 or (response.status >= 400 and "/static/" in response.url):
            complain(f"{response.url}: {response.status}")

    page.on("console", on_console)
    page.on("pageerror", lambda error: complain(f"{page.url}: {error}"))
    page.on("response", on_response)


def sign_in(page: Page, site: str, email: str, password: str) -> None:
    """Sign in by the form, and wait until it has led somewhere."""
    page.goto(f"{site}/accounts/login/")
    page.fill("input[name=login]", email)
    page.fill("input[name=password]", password)
    page.locator("main form button").click()
    page.wait_for_url(lambda url: "/accounts/login" not in url)


def assert_accessible(page: Page, within: str | None = None) -> None:
    """No finding of axe against WCAG 2.2 AA; each finding is told with the place it was made at.

    `within` is the selector of the part to look at, as an open menu, which covers others.
    """
    to_top(page)  # a target that the bar half covers is not too small
    found = Axe().run(page, context=within, options={"runOnly": {"type": "tag", "values": list(WCAG)}})
    violations = [
        f"{violation['id']}: {violation['help']} – {node['target']}: {node.get('failureSummary', '')}"
        for violation in found.response["violations"]
        for node in violation["nodes"]
    ]
    assert violations == [], page.url


def assert_fits(page: Page) -> None:
    """The page does not scroll sideways."""
    too_wide = page.evaluate(
        """() => {
            const width = document.documentElement.clientWidth;
            if (document.documentElement.scrollWidth <= width) return [];
            return [...document.querySelectorAll("body *")]
                .filter((each) => each.getBoundingClientRect().right > width + 1)
                .map((each) => each.outerHTML.slice(0, 120));
        }"""
    )
    assert too_wide == [], page.url


def to_top(page: Page) -> None:
    """Scroll up at once."""
    page.evaluate("window.scrollTo({top: 0, behavior: 'instant'})")


def take_picture(page: Page, name: str) -> None:
    """Keep a picture of the whole page in the folder INNOVALLEY_SHOTS, when it is set."""
    if folder := os.environ.get("INNOVALLEY_SHOTS"):
        to_top(page)
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)
