"""What the operator reads is what the code does."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from innovalley.config import database

ROOT = Path(__file__).resolve().parents[2]
OPERATIONS = (ROOT / "docs" / "operations.md").read_text()
OF_THE_TESTS = {"INNOVALLEY_TEST_EMBEDDED", "INNOVALLEY_TEST_RUN"}


def read_in_the_code() -> set[str]:
    """Every variable of ours that the package names."""
    found: set[str] = set()
    for path in (ROOT / "src").rglob("*.py"):
        found |= set(re.findall(r"\bINNOVALLEY_[A-Z]+(?:_[A-Z]+)*\b(?!_)", path.read_text()))
    return found


def in_the_table() -> set[str]:
    """Every variable that has a row in the table."""
    return set(re.findall(r"^\| `(INNOVALLEY_\w+)` \|", OPERATIONS, re.MULTILINE))


def test_every_variable_that_is_read_is_explained() -> None:
    assert read_in_the_code() - in_the_table() == set()


def test_every_variable_that_is_explained_is_read() -> None:
    assert in_the_table() - read_in_the_code() == set()


@pytest.mark.parametrize("name", database.EXTENSIONS)
def test_every_extension_is_named(name: str) -> None:
    assert re.search(rf"`{name}`|CREATE EXTENSION {name};", OPERATIONS)


def test_every_command_it_shows_exists() -> None:
    from innovalley.cli import main

    shown = set(re.findall(r"innovalley ((?:db )?[a-z]+)\b", "\n".join(commands())))
    known = {*main.commands, *(f"db {name}" for name in main.commands["db"].commands)}  # type: ignore[attr-defined]
    assert shown
    assert shown - known == set()


def commands() -> list[str]:
    """The lines that one is told to type."""
    return re.findall(r"^\$ (.*)$", OPERATIONS, re.MULTILINE) + re.findall(
        r"`(innovalley [^`]*)`", OPERATIONS
    )


def test_every_heading_linked_to_exists() -> None:
    anchors = {
        re.sub(r"[^\w-]", "", h.lower().replace(" ", "-")) for h in re.findall(r"^#+ (.*)$", OPERATIONS, re.M)
    }
    assert set(re.findall(r"\]\(#([\w-]+)\)", OPERATIONS)) - anchors == set()


@pytest.mark.parametrize("file", ["requirements.txt", "requirements-dev.txt"])
def test_the_requirements_are_pinned_by_hash_and_name_no_address(file: str) -> None:
    text = (ROOT / file).read_text()
    assert "://" not in text
    assert not re.search(r"^\s*(-i|--index-url|--extra-index-url|--find-links|-f)\b", text, re.MULTILINE)
    packages = re.split(r"\n(?=\S)", text.strip())
    assert packages
    assert [p.split()[0] for p in packages if "==" not in p or "--hash=sha256:" not in p] == []
