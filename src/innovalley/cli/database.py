"""`innovalley db`: the PostgreSQL that comes with the product."""

from __future__ import annotations

import os

import click

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
    try:
        url = cluster.ensure()
    except postgres.PostgresError as error:
        raise click.ClickException(str(error)) from error
    click.echo(url)
    click.echo(f"PostgreSQL runs; its files: {cluster.folder}", err=True)


@db.command()
def stop() -> None:
    """Stop it; open connections end.

    \b
    Example: innovalley db stop
    """
    try:
        stopped = _cluster().stop()
    except postgres.PostgresError as error:
        raise click.ClickException(str(error)) from error
    click.echo("PostgreSQL stopped." if stopped else "PostgreSQL was not running.")


@db.command()
@click.pass_context
def status(context: click.Context) -> None:
    """Say whether it runs, and where; exit code 3 when it does not.

    \b
    Example: innovalley db status
    """
    try:
        found = _cluster().status()
    except postgres.PostgresError as error:
        raise click.ClickException(str(error)) from error
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
    try:
        cluster = postgres.default_cluster()
        url = os.environ.get("DATABASE_URL") or cluster.ensure()
        psql = str(cluster.program("psql"))
    except postgres.PostgresError as error:
        raise click.ClickException(str(error)) from error
    os.execv(psql, [psql, url, *psql_options])  # noqa: S606  no shell is meant
