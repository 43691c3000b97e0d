"""The root of the command line; knows the groups and nothing of what they do."""

from __future__ import annotations

import click

from innovalley import __version__
from innovalley.cli.database import db
from innovalley.cli.panels import assign
from innovalley.cli.site import demo, manage


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="innovalley")
def main() -> None:
    """InnoValley (金创谷): run a province's innovation programme.

    \b
    Try the site:        innovalley demo
    Rank without a site: innovalley match --demands demands.csv --supply teams.xlsx --out ranked.xlsx
    """


for command in (demo, db, assign, manage):
    main.add_command(command)
