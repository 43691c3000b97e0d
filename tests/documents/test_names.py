"""Names are shown as people wrote them, without what could mislead a reader or a machine."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from innovalley.documents.names import MAX_BYTES, clean_name, ending_of


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("技术方案（终稿）.docx", "技术方案（终稿）.docx"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\王\\方案.pdf", "方案.pdf"),
        ("a\0b\n.pdf", "ab.pdf"),
        ("..", ""),
        ("", ""),
        (".htaccess", "htaccess"),
        ("invoice\u202efdp.exe", "invoicefdp.exe"),
        ('a<b>:"|?*.pdf', "a_b______.pdf"),
        ("CON.pdf", "_CON.pdf"),
        ("report.pdf. . ", "report.pdf"),
        ("e\u0301.pdf", "é.pdf"),
        ("\ud800x.pdf", "x.pdf"),
    ],
)
def test_names(sent: str, shown: str) -> None:
    assert clean_name(sent) == shown


def test_a_long_name_keeps_its_ending() -> None:
    shown = clean_name("方" * 255 + ".docx")
    assert shown.startswith("方方")
    assert shown.endswith("方.docx")
    assert len(shown.encode()) <= MAX_BYTES


@given(st.text(max_size=400))
def test_whatever_is_sent_the_name_is_harmless_and_stays_what_it_is(sent: str) -> None:
    shown = clean_name(sent)
    assert clean_name(shown) == shown
    assert len(shown.encode()) <= MAX_BYTES
    assert not set(shown) & set('/\\\0\n\r<>:"|?*')
    assert not shown.startswith(".")


@pytest.mark.parametrize(
    ("name", "ending"),
    [("a.PDF", "pdf"), ("a", ""), (".pdf", ""), ("a.tar.gz", "gz"), ("a.方案", ""), ("a.", "")],
)
def test_endings(name: str, ending: str) -> None:
    assert ending_of(name) == ending
