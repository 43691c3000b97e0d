"""The root of the command line; knows the groups and nothing of what they do."""

from __future__ import annotations

from typing import Any

import click

from innovalley import __version__
from innovalley.cli.database import db
from innovalley.cli.importing import import_table
from innovalley.cli.ledger import ledger
from innovalley.cli.match import match
from innovalley.cli.panels import assign
from innovalley.cli.site import demo, manage, prepare
from innovalley.cli.specs import specs
from innovalley.config.home import SetupError


class _Commands(click.Group):
    """Tells what an operator can mend in one line, without a traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except SetupError as error:
            raise click.ClickException(str(error)) from error


@click.group(
    cls=_Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100}
)
@click.version_option(__version__, prog_name="innovalley")
def main() -> None:
    """InnoValley (金创谷): run a province's innovation programme.

    \b
    Example: innovalley demo
    Example: innovalley match --demands demands.csv --supply teams.xlsx --out ranked.xlsx
    """


for command in (demo, db, prepare, import_table, match, specs, assign, ledger, manage):
    main.add_command(command)
