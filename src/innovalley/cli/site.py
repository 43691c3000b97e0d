"""`innovalley demo` and `innovalley manage`: the site."""

from __future__ import annotations

import os
import sys

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

    try:
        if stop:
            click.echo("The demo has stopped." if site.stop_running() else "No demo is running.")
            return
        if reset:
            folder = postgres.default_cluster().folder
            yes or click.confirm(f"Delete everything in the database of {folder}?", abort=True)
            site.reset(click.echo)
        site.run(port, say=click.echo)
    except (site.DemoError, postgres.PostgresError) as error:
        raise click.ClickException(str(error)) from error


@click.command(add_help_option=False, context_settings={"ignore_unknown_options": True})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def manage(arguments: tuple[str, ...]) -> None:
    """Django's own commands: migrate, createsuperuser, dbshell, …

    \b
    Example: innovalley manage migrate --plan
    """
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "innovalley.config.settings")
    from django.core.management import execute_from_command_line

    try:
        execute_from_command_line(["innovalley manage", *(arguments or ("help",))])
    except postgres.PostgresError as error:
        click.echo(f"Error: {error}", err=True)
        sys.exit(1)
