"""`innovalley demo` and `innovalley manage`: the site."""

from __future__ import annotations

import os

import click

from innovalley.config import postgres


@click.command()
@click.option(
    "--port", default=8000, show_default=True, type=click.IntRange(1, 65535), help="Port of 127.0.0.1."
)
@click.option("--reset", is_flag=True, help="First delete the demo's database and begin afresh.")
@click.option("--yes", is_flag=True, help="Do not ask before --reset deletes.")
@click.option("--stop", is_flag=True, help="End the demo that runs in another terminal, and nothing else.")
def demo(port: int, reset: bool, yes: bool, stop: bool) -> None:
    """Run the whole site with the sample province on this machine.

    Starts the database (unless DATABASE_URL names one), prepares it, fills it with the sample province if it
    is empty, starts web server and worker, and prints the address and the demo accounts. Ctrl-C stops all;
    the next run continues with what is there.

    \b
    Example: innovalley demo --port 8123
    """
    from innovalley.config import demo as site

    if stop:
        click.echo("The demo has stopped." if site.stop_running() else "No demo is running.")
        return
    if reset:
        folder = postgres.default_cluster().folder
        yes or click.confirm(f"Delete everything in the database of {folder}?", abort=True)
        site.reset(click.echo)
    site.run(port, say=click.echo)


@click.command()
def prepare() -> None:
    """Bring tables, translations and static files to this version.

    To be run after each installation and upgrade of a site that runs by its own services; `innovalley demo`
    does it by itself.

    \b
    Example: innovalley prepare
    """
    from innovalley.config import demo as site

    site.prepare(say=click.echo)


@click.command(context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def manage(arguments: tuple[str, ...]) -> None:
    """Django's own commands: migrate, createsuperuser, dbshell, … (`innovalley manage help` lists them).

    \b
    Example: innovalley manage migrate --plan
    """
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "innovalley.config.settings")
    from django.core.management import execute_from_command_line
    from django.db import OperationalError

    try:
        execute_from_command_line(["innovalley manage", *(arguments or ("help",))])
    except OperationalError as error:
        raise click.ClickException(f"The database does not answer: {error}") from error
