"""`innovalley db`: the PostgreSQL that comes with the product."""

from __future__ import annotations

import os
from typing import Any

import click
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from innovalley.config import postgres


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
    cluster = postgres.default_cluster()
    parts: dict[str, Any] = conninfo_to_dict(os.environ.get("DATABASE_URL") or cluster.ensure())
    if password := parts.pop("password", None):  # every user of the machine can read a program's arguments
        os.environ["PGPASSWORD"] = str(password)
    psql = str(cluster.program("psql"))
    os.execv(psql, [psql, make_conninfo(**parts), *psql_options])  # noqa: S606  no shell is meant
