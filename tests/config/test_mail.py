"""The mail server out of one address."""

from __future__ import annotations

from pathlib import Path

import pytest

from innovalley.config import mail
from innovalley.config.home import SetupError


def server(address: str) -> tuple[object, ...]:
    """Host, port, user, password, STARTTLS, TLS."""
    found = mail.settings(address, Path("unused"))
    return tuple(
        found[f"EMAIL_{name}"]
        for name in ("HOST", "PORT", "HOST_USER", "HOST_PASSWORD", "USE_TLS", "USE_SSL")
    )


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("smtp://localhost", ("localhost", 25, "", "", False, False)),
        ("smtp+starttls://u:p%40ss@mail.example", ("mail.example", 587, "u", "p@ss", True, False)),
        (
            "smtps://u%40x.example:p@mail.example:4650",
            ("mail.example", 4650, "u@x.example", "p", False, True),
        ),
    ],
)
def test_addresses(address: str, expected: tuple[object, ...]) -> None:
    assert server(address) == expected


@pytest.mark.parametrize(
    "address", ["mail.example", "http://mail.example", "smtp://", "smtp://mail.example:x"]
)
def test_what_is_no_address_is_refused_with_an_example(address: str) -> None:
    with pytest.raises(SetupError, match=r"INNOVALLEY_MAIL looks like smtp://"):
        mail.settings(address, Path("unused"))


def test_without_a_server_mails_are_kept_for_the_operator(tmp_path: Path) -> None:
    found = mail.settings("", tmp_path)
    assert found["EMAIL_BACKEND"].endswith("filebased.EmailBackend")
    assert found["EMAIL_FILE_PATH"] == tmp_path
