"""`innovalley import`: a table into the registry, by the engine that the import screens use."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
from tqdm import tqdm

from innovalley.config import postgres

KINDS = ("organisation", "person", "team", "achievement", "demand")
SHOWN = 20  # problems


@click.command("import")
@click.argument("kind", type=click.Choice(KINDS))
@click.argument("file", type=click.Path(exists=True, dir_okay=False, readable=True, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Only check the table.")
@click.option("--yes", is_flag=True, help="Write without asking when nothing is wrong.")
@click.option("--skip-existing", is_flag=True, help="Leave rows that are known already as they are.")
@click.option("--as", "email", metavar="EMAIL", help="Who imports; default: the only administrator there is.")
def import_table(
    kind: str, file: Path, dry_run: bool, yes: bool, skip_existing: bool, email: str | None
) -> None:
    """Import a CSV or XLSX table of one KIND into the registry.

    First the whole table is checked and nothing is written; what is wrong is listed by row and column, and the
    exit code is 1. Then either every row is written or none. Imported demands wait for vetting.

    \b
    Example: innovalley import organisation companies.xlsx --dry-run
    Example: innovalley import demand demands.csv --yes --as officer@example.org
    """
    with _site():
        from innovalley.registry.importing.tables import UnreadableError, check_size

        try:
            check_size(file.stat().st_size)
        except UnreadableError as error:
            raise click.ClickException(str(error)) from error
        if dry_run:
            _dry_run(kind, file, skip_existing)
        else:
            _import(kind, file, skip_existing=skip_existing, yes=yes, actor=_actor(email))


@contextlib.contextmanager
def _site() -> Iterator[None]:
    """Django and its database, in the language of the terminal; what an operator can mend is one line."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "innovalley.config.settings")
    import django
    from django.core.exceptions import PermissionDenied
    from django.db import OperationalError, ProgrammingError
    from django.utils import translation

    try:
        django.setup()
        with translation.override(_language()):
            yield
    except postgres.PostgresError as error:
        raise click.ClickException(str(error)) from error
    except PermissionDenied as error:
        raise click.ClickException(str(error)) from error
    except ProgrammingError as error:
        raise click.ClickException("The tables are not there yet: innovalley manage migrate") from error
    except OperationalError as error:
        first = str(error).strip().splitlines()[0]
        raise click.ClickException(f"The database does not answer; nothing was written. {first}") from error


def _language() -> str:
    spoken = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or ""
    return "zh-hans" if spoken.lower().startswith("zh") else "en"


def _actor(email: str | None) -> Any:
    from innovalley.accounts.models import User

    if email:
        user = User.objects.filter(email__iexact=email, is_active=True).first()
        if user is None:
            raise click.ClickException(f"There is no active account {email}.")
        return user
    administrators = list(User.objects.filter(is_superuser=True, is_active=True)[:2])
    if len(administrators) != 1:
        raise click.ClickException("Say who imports: --as EMAIL, an account of the programme office.")
    return administrators[0]


def _dry_run(kind: str, file: Path, skip_existing: bool) -> None:
    from innovalley.registry.importing.checking import check
    from innovalley.registry.importing.kinds import KINDS as known
    from innovalley.registry.importing.reading import read_table
    from innovalley.registry.importing.tables import UnreadableError

    try:
        table = read_table(file.read_bytes(), file.name)
    except UnreadableError as error:
        raise click.ClickException(str(error)) from error
    with _bar("Checking") as watch:
        report, _values = check(
            table,
            known[kind](),
            skip_existing=skip_existing,
            progress=lambda done: watch(done, len(table.rows)),
        )
    _show(report, file)


def _import(kind: str, file: Path, *, skip_existing: bool, yes: bool, actor: Any) -> None:
    from innovalley.registry.importing import actions
    from innovalley.registry.models import ImportRun

    run = actions.upload_table(
        actor=actor,
        kind=kind,
        file_name=file.name,
        content=file.read_bytes(),
        skip_existing=skip_existing,
        queued=False,
    )
    try:
        with _bar("Checking") as watch:
            report = actions.check_run(run_id=run.pk, watch=watch)
        if report is None:
            raise click.ClickException("The import was cancelled meanwhile; nothing is written.")
        _show(report, file)
        _ask(report.ready, yes)
        actions.confirm_run(actor=actor, run_id=run.pk)
        with _bar("Writing") as watch:
            run = actions.write_run(run_id=run.pk, watch=watch)
        if run.state == ImportRun.State.CHECKED:  # someone changed the registry in between
            from innovalley.registry.importing.checking import Report

            _show(Report.from_json(run.report), file)
        if run.state != ImportRun.State.DONE:
            raise click.ClickException("The import was cancelled meanwhile; nothing is written.")
    except BaseException:  # Ctrl-C too
        with contextlib.suppress(Exception):
            actions.cancel_run(actor=actor, run_id=run.pk)
        raise
    click.echo(f"{report.ready} rows imported.")


def _ask(ready: int, yes: bool) -> None:
    if yes:
        return
    if not sys.stdin.isatty():
        raise click.ClickException("Nothing is written: add --yes to write without being asked.")
    click.confirm(f"Write {ready} rows?", abort=True)


def _show(report: Any, file: Path) -> None:
    """Prints the report.

    Raises:
        SystemExit: 1, when there is a problem, or nothing to write.
    """
    parts = [f"{report.rows} rows", f"{report.ready} ready"]
    if report.skipped:
        parts.append(f"{report.skipped} known already and skipped")
    if report.bad_rows:
        parts.append(f"{report.bad_rows} with problems")
    if report.encoding:
        parts.append(f"read as {report.encoding}")
    click.echo(f"{file.name}: {', '.join(parts)}")
    if report.ignored:
        click.echo(f"Columns that are not read: {', '.join(report.ignored)}")
    for problem in report.problems[:SHOWN]:
        place = [f"row {problem.row}"] if problem.row else []
        place += [problem.column] if problem.column else []
        click.echo(f"{', '.join(place)}: {problem.message}" if place else problem.message, err=True)
    if (more := report.problem_count - SHOWN) > 0:
        click.echo(f"… and {more} problems more", err=True)
    if report.problem_count:
        sys.exit(1)
    if not report.ready:
        raise click.ClickException("There is nothing to write.")


@contextlib.contextmanager
def _bar(what: str) -> Iterator[Any]:
    """A progress bar, where someone looks at it; gives what to call with done and total."""
    with tqdm(desc=what, unit=" rows", leave=False, disable=None) as bar:

        def watch(done: int, total: int) -> None:
            bar.total = total
            bar.update(done - bar.n)

        yield watch
