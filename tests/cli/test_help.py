"""`--help` everywhere, with an example that can be copied."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator

import click
import pytest
from click.testing import CliRunner

from innovalley.cli import main


def every_command(command: click.Command, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """The words of every command and group."""
    yield path
    if isinstance(command, click.Group):
        for name, child in command.commands.items():
            yield from every_command(child, (*path, name))


@pytest.mark.parametrize("path", list(every_command(main)), ids=" ".join)
def test_every_command_has_help_with_an_example(path: tuple[str, ...]) -> None:
    shown = CliRunner().invoke(main, [*path, "--help"], prog_name="innovalley")
    assert shown.exit_code == 0
    assert shown.output.startswith(" ".join(("Usage: innovalley", *path)))
    assert f"Example: {' '.join(('innovalley', *path))}" in shown.output


@pytest.mark.parametrize("path", list(every_command(main)), ids=" ".join)
def test_every_option_is_explained(path: tuple[str, ...]) -> None:
    command: click.Command = main
    for name in path:
        assert isinstance(command, click.Group)
        command = command.commands[name]
    unexplained = [p.name for p in command.params if isinstance(p, click.Option) and not p.help]
    assert unexplained == []


def test_help_needs_no_database(tmp_path_factory: pytest.TempPathFactory) -> None:
    home = tmp_path_factory.mktemp("home") / "untouched"
    environment = {**os.environ, "INNOVALLEY_HOME": str(home), "PYTHONPATH": os.pathsep.join(sys.path)}
    environment.pop("DATABASE_URL", None)
    program = "from innovalley.cli import main; main(prog_name='innovalley')"
    done = subprocess.run([sys.executable, "-c", program, "--help"], env=environment, check=False)
    assert done.returncode == 0
    assert not home.exists()


def test_an_unknown_command_is_refused_in_one_line() -> None:
    refused = CliRunner().invoke(main, ["mtach"], prog_name="innovalley")
    assert refused.exit_code == 2
    assert "No such command 'mtach'" in refused.output


def test_django_s_own_help_is_one_word_further() -> None:
    """`innovalley manage migrate --help` is Django's; `innovalley manage --help` is ours."""
    program = "from innovalley.cli import main; main(prog_name='innovalley')"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    shown = subprocess.run(
        [sys.executable, "-c", program, "manage", "migrate", "--help"],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert "--fake-initial" in shown.stdout
