"""`innovalley db`: the PostgreSQL that comes with the product."""

from __future__ import annotations

import os
from pathlib import Path

import click

from innovalley.config import backup, database, postgres


@click.group()
def db() -> None:
    """The PostgreSQL that comes with the product.

    It lies in the folder `postgres` of INNOVALLEY_HOME (default: .data of the checkout). Where DATABASE_URL
    is set, the site uses that server and these commands, but for `shell`, have nothing to do.

    \b
    Example: innovalley db start && innovalley db shell -c "SELECT version()"
    """


def _cluster() -> postgres.Cluster:
    if os.environ.get("DATABASE_URL"):
        raise click.ClickException("DATABASE_URL is set: that server is not ours to start or stop.")
    return postgres.default_cluster()


@db.command()
def start() -> None:
    """Start it, creating it when it is new; prints its URL.

    \b
    Example: innovalley db start
    """
    cluster = _cluster()
    click.echo(cluster.ensure())
    click.echo(f"PostgreSQL runs; its files: {cluster.folder}", err=True)


@db.command()
def stop() -> None:
    """Stop it; open connections end.

    \b
    Example: innovalley db stop
    """
    click.echo("PostgreSQL stopped." if _cluster().stop() else "PostgreSQL was not running.")


@db.command()
@click.pass_context
def status(context: click.Context) -> None:
    """Say whether it runs, and where; exit code 3 when it does not.

    \b
    Example: innovalley db status
    """
    found = _cluster().status()
    click.echo(f"files:   {found.folder}")
    click.echo(f"process: {found.pid or 'not running'}")
    if found.url:
        click.echo(f"url:     {found.url}")
    else:
        context.exit(3)


@db.command(context_settings={"ignore_unknown_options": True})
@click.argument("psql_options", nargs=-1, type=click.UNPROCESSED)
def shell(psql_options: tuple[str, ...]) -> None:
    """Open psql on the site's database; what follows goes to psql.

    \b
    Example: innovalley db shell -c "SELECT count(*) FROM registry_team"
    """
    psql = str(database.program("psql"))
    conninfo, environment = database.for_programs()
    os.execve(psql, [psql, conninfo, *psql_options], os.environ | environment)  # noqa: S606  no shell is meant


@db.command()
@click.argument("file", type=click.Path(path_type=Path))
def dump(file: Path) -> None:
    """Write the whole database to a new FILE; the site may go on meanwhile.

    \b
    Example: innovalley db dump innovalley-$(date +%F).dump
    """
    backup.dump(file)
    click.echo(f"Written: {file} ({file.stat().st_size:,} bytes)")


@db.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--replace", is_flag=True, help="First delete the embedded database with what is in it.")
@click.option("--yes", is_flag=True, help="Do not ask before --replace deletes.")
def restore(file: Path, replace: bool, yes: bool) -> None:
    """Read a FILE that `innovalley db dump` wrote into an empty database. Stop the site before.

    \b
    Example: innovalley db restore innovalley-2026-11-24.dump --replace
    """
    if replace and not yes and not backup.is_empty():
        click.confirm("Delete everything in the present database?", abort=True)
    backup.restore(file, replace=replace)
    click.echo("Read back. Next: innovalley prepare")
