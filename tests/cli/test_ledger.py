"""`innovalley ledger`: checks that need no site, and one line for whatever is wrong."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from innovalley.cli import main
from innovalley.ledger.models import Seal
from tests.cli.running import innovalley
from tests.ledger.factories import entries


def run(*arguments: str) -> tuple[int, str]:
    done = CliRunner().invoke(main, ["ledger", *arguments])
    return done.exit_code, done.output


@pytest.fixture
def exported(transactional_db: None, tmp_path: Path) -> Path:
    """An export made by the command, of entries that nobody had sealed."""
    entries(5, receipt="ZB-1")
    out = tmp_path / "ledger.jsonl"
    code, output = run("export", str(out))
    assert (code, Seal.objects.get().root in output) == (0, True)
    return out


def test_an_export_is_checked_without_site_and_database(exported: Path, tmp_path: Path) -> None:
    home = tmp_path / "untouched"
    head = Seal.objects.get().root
    done = innovalley("ledger", "verify", str(exported), "--head", head, home=home)
    assert (done.returncode, done.stderr.count("Traceback")) == (0, 0)
    assert "5 entries under 1 seals are unchanged and complete" in done.stdout
    assert not home.exists()


def test_the_first_bad_entry_is_named(exported: Path) -> None:
    text = exported.read_text()
    exported.write_text(text.replace('"act":"test.act"', '"act":"test.lie"', 1))
    first = json.loads(text.splitlines()[1])["entry"]["id"]
    code, output = run("verify", str(exported))
    assert code == 3
    assert f"BAD: entry {first} (line 2) was changed" in output


def test_a_head_that_is_not_in_it_is_named(exported: Path) -> None:
    code, output = run("verify", str(exported), "--head", "ab" * 32)
    assert (code, "ab" * 32 in output) == (3, True)


def test_a_receipt_is_checked(exported: Path, tmp_path: Path) -> None:
    from innovalley.ledger import receipts

    entry = receipts.entry_of("ZB-1")
    assert entry is not None
    file = tmp_path / "receipt.json"
    file.write_text(json.dumps(receipts.receipt_of(entry)))
    head = Seal.objects.get().root
    code, output = run("check-receipt", str(file), "--head", head)
    assert (code, f"Entry {entry.pk} " in output, head in output) == (0, True, True)
    file.write_text(file.read_text().replace("test.act", "test.lie"))
    assert run("check-receipt", str(file))[0] == 3


@pytest.mark.parametrize("content", ["", "no json", "[]", "{}"])
def test_what_is_no_receipt_is_told_in_one_line(tmp_path: Path, content: str) -> None:
    file = tmp_path / "receipt.json"
    file.write_text(content)
    code, output = run("check-receipt", str(file))
    assert code in (1, 3)
    assert len(output.strip().splitlines()) == 1


def test_an_export_that_cannot_be_written_is_told(transactional_db: None, tmp_path: Path) -> None:
    code, output = run("export", str(tmp_path / "no" / "such" / "folder.jsonl"))
    assert (code, "cannot be written" in output) == (1, True)
