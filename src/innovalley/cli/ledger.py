"""`innovalley ledger`: exports of the ledger, and checks that need no site and no database."""

from __future__ import annotations

import json
import os
from pathlib import Path

import click
from tqdm import tqdm

from innovalley.ledger.verifying import check_receipt, verify_export

BAD = 3  # exit code
_IN = click.Path(exists=True, dir_okay=False, readable=True, path_type=Path)


@click.group()
def ledger() -> None:
    """The ledger of acts: export it, and prove that it was not rewritten.

    \b
    Example: innovalley ledger verify ledger.jsonl --head 5f2c…
    """


@ledger.command()
@click.argument("out", type=click.Path(dir_okay=False, path_type=Path))
def export(out: Path) -> None:
    """Write every entry and seal to OUT, one JSON object a line; sealing first what waits.

    \b
    Example: innovalley ledger export ledger.jsonl
    """
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "innovalley.config.settings")
    import django
    from django.db import OperationalError, ProgrammingError

    try:
        django.setup()
        _export(out)
    except OperationalError as error:
        raise click.ClickException(f"The database does not answer: {str(error).splitlines()[0]}") from error
    except ProgrammingError as error:
        raise click.ClickException("The tables are not there yet: innovalley manage migrate") from error
    except OSError as error:
        raise click.ClickException(f"{out} cannot be written: {error.strerror or error}.") from error


def _export(out: Path) -> None:
    from innovalley.ledger.exporting import export_lines
    from innovalley.ledger.sealing import seal_all

    seal_all()
    unfinished = out.with_name(f".{out.name}.{os.getpid()}.part")
    last = ""
    try:
        with unfinished.open("w", encoding="utf-8", newline="\n") as file:
            for line in tqdm(export_lines(), unit=" lines", disable=None):
                file.write(line)
                last = line
        unfinished.replace(out)
    finally:
        unfinished.unlink(missing_ok=True)
    end = json.loads(last)
    click.echo(f"{end['entries']:,} entries under {end['seals']:,} seals: {out}")
    click.echo(f"head: {end['head'] or '-'}")


@ledger.command()
@click.argument("export_file", metavar="EXPORT", type=_IN)
@click.option(
    "--head",
    "heads",
    multiple=True,
    metavar="HEX",
    help="A published head (on a notice, a receipt, the page of the ledger) that EXPORT must contain; may be repeated.",
)
@click.pass_context
def verify(context: click.Context, export_file: Path, heads: tuple[str, ...]) -> None:
    """Check EXPORT from itself alone: every entry, every seal, and that nothing is missing.

    Names the first bad entry and ends with exit code 3 when something does not hold. Without --head it can only be
    said that the export fits itself.

    \b
    Example: innovalley ledger verify ledger.jsonl --head 5f2c…
    """
    with export_file.open("rb") as file:
        found = verify_export(tqdm(file, unit=" lines", disable=None), heads=heads)
    if not found.holds:
        click.echo(f"BAD: {found.problem}")
        context.exit(BAD)
    click.echo(f"{found.entries:,} entries under {found.seals:,} seals are unchanged and complete.")
    if found.unsealed:
        click.echo(f"{found.unsealed:,} further entries have no seal yet: nothing proves those.")
    click.echo(f"head: {found.head or '-'}")
    if not heads:
        click.echo("Compare the head with a published one, or give one with --head.")


@ledger.command("check-receipt")
@click.argument("receipt_file", metavar="FILE", type=_IN)
@click.option("--head", default="", metavar="HEX", help="The published head that the receipt must lead to.")
@click.pass_context
def check_receipt_command(context: click.Context, receipt_file: Path, head: str) -> None:
    """Check the receipt in FILE: that its entry stands in the sealed ledger as it is.

    FILE is the JSON that the page of the ledger gives for a receipt number. Exit code 3 when it does not hold.

    \b
    Example: innovalley ledger check-receipt receipt-17.json --head 5f2c…
    """
    try:
        receipt = json.loads(receipt_file.read_bytes())
    except ValueError as error:
        raise click.ClickException(f"{receipt_file} is no JSON: {error}") from error
    problem = check_receipt(receipt, head=head) if isinstance(receipt, dict) else "this is no receipt"
    if problem:
        click.echo(f"BAD: {problem}.")
        context.exit(BAD)
    entry = receipt["entry"]
    click.echo(f"Entry {entry['id']} ({entry['act']}, {entry['at']}) stands in the ledger, unchanged.")
    click.echo(f"head: {receipt['root']} (seal {receipt['seal']}, {receipt['size']:,} entries)")
    if not head:
        click.echo("Compare the head with a published one, or give one with --head.")
