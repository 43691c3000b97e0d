"""What an installation keeps of itself."""

from __future__ import annotations

import stat
import subprocess
import sys
from pathlib import Path

import pytest

from innovalley.config import home
from innovalley.config.home import SetupError


@pytest.fixture(autouse=True)
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty installation on the embedded database."""
    monkeypatch.setenv("INNOVALLEY_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("INNOVALLEY_SECRET_KEY")
    monkeypatch.delenv("DATABASE_URL")
    return tmp_path / "home"


def test_the_key_is_made_once_and_read_by_its_owner_alone(own_home: Path) -> None:
    key = home.secret_key()
    assert len(key) >= 50
    assert home.secret_key() == key
    assert stat.S_IMODE((own_home / "secret-key").stat().st_mode) == 0o600


def test_many_processes_that_are_first_at_once_agree_on_the_key() -> None:
    program = "from innovalley.config import home; print(home.secret_key())"
    first = [
        subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) for _ in range(6)
    ]
    assert {one.communicate()[0].strip() for one in first} == {home.secret_key()}


def test_a_key_in_the_environment_is_the_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INNOVALLEY_SECRET_KEY", "given")
    assert home.secret_key() == "given"


def test_with_a_server_of_one_s_own_the_key_must_be_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://db.example/iv")
    with pytest.raises(SetupError, match="INNOVALLEY_SECRET_KEY"):
        home.secret_key()


def test_a_home_that_is_no_folder_is_told(own_home: Path) -> None:
    own_home.touch()
    with pytest.raises(SetupError, match="INNOVALLEY_HOME"):
        home.folder()


def test_a_relative_home_is_the_same_from_everywhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("INNOVALLEY_HOME", "here")
    assert home.folder() == tmp_path / "here"
