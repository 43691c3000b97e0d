"""`innovalley demo` and `innovalley manage`: the site."""

from __future__ import annotations

import os
import sys

import click

from innovalley.config import postgres


@click.command()
def demo() -> None:
    """Run the whole site with the sample province on this machine."""
    raise click.ClickException("not there yet")


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
