"""The demo accounts: one for each role, all with one password that only the sample province has."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from innovalley.accounts.models import Role

PASSWORD = "jinchuanggu-demo"  # noqa: S105  (printed by `make demo`; exists only where the sample is loaded)


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """One account; `organisation_kind` is the kind of sample organisation it acts for ("" for none)."""

    email: str
    name: str
    role: Any  # a Role
    organisation_kind: str = ""
    is_superuser: bool = False


ACCOUNTS = (
    DemoAccount("company@example.org", "企业用户", Role.COMPANY, "company"),
    DemoAccount("team@example.org", "团队用户", Role.TEAM, "university"),
    DemoAccount("office@example.org", "处室用户", Role.OFFICE, "office"),
    DemoAccount("expert@example.org", "专家用户", Role.EXPERT),
    DemoAccount("park@example.org", "园区用户", Role.PARK, "park"),
    DemoAccount("leader@example.org", "领导用户", Role.LEADER),
    DemoAccount("admin@example.org", "管理员", Role.OFFICE, is_superuser=True),
)
