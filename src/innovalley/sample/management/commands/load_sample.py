from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from innovalley.accounts.models import User
from innovalley.sample.accounts import ACCOUNTS, PASSWORD
from innovalley.sample.load import load_sample


class Command(BaseCommand):
    help = "Fill an empty database with the sample province and the demo accounts."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--accounts", action="store_true", help="Only list the demo accounts, if there are any."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["accounts"]:
            self._list_accounts()
            return
        loaded = load_sample(progress=lambda part: self.stdout.write(f"  {part} …"))
        self.stdout.write(
            "The sample province is loaded." if loaded else "The database is not empty: left as it is."
        )

    def _list_accounts(self) -> None:
        present = set(User.objects.filter(is_sample=True).values_list("email", flat=True))
        if present:
            self.stdout.write(f"Demo accounts 演示账号 (password 口令: {PASSWORD})")
        for account in ACCOUNTS:
            if account.email in present:
                self.stdout.write(f"  {account.email:<22} {account.name}")
