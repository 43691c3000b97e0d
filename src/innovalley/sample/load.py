"""Loads the sample province: invented organisations, teams, achievements and demands."""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from innovalley.accounts.models import Role, User
from innovalley.challenges.jobs import queue_ranking
from innovalley.challenges.models import Demand, DemandComment, DemandSpec, DemandState
from innovalley.engine.specs import Spec, find
from innovalley.ledger.actions import record
from innovalley.registry.models import (
    Achievement,
    AchievementSpec,
    Field,
    Holding,
    Industry,
    Membership,
    Organisation,
    Person,
    Region,
    Team,
    TeamMember,
)
from innovalley.sample.accounts import ACCOUNTS, PASSWORD

FOLDER = Path(__file__).resolve().parent


def rows(name: str) -> Iterator[dict[str, str]]:
    """The rows of one sample file, cells stripped."""
    with (FOLDER / name).open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            yield {key: (value or "").strip() for key, value in row.items()}


def rows_of_all(pattern: str) -> Iterator[dict[str, str]]:
    """The rows of every sample file whose name fits `pattern`, in the order of the names."""
    for file in sorted(FOLDER.glob(pattern)):
        yield from rows(file.name)


@transaction.atomic
def load_sample(progress: Callable[[str], None] = lambda message: None) -> bool:
    """Fills an empty database with the sample province and the demo accounts, all or nothing.

    Returns whether it loaded anything: a database that knows any organisation is left as it is.
    """
    with connection.cursor() as cursor:  # two starts at once load once
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('innovalley.sample'))")
    if Organisation.objects.exists():
        return False
    progress("taxonomies")
    _taxonomy(Field, "fields.csv", separator=".")
    _taxonomy(Industry, "industries.csv", separator="")
    _taxonomy(Region, "regions.csv", separator="")
    progress("organisations")
    _organisations()
    progress("teams")
    _people()
    progress("achievements")
    _achievements()
    progress("accounts")
    _accounts()
    progress("demands")
    _demands()
    queue_ranking()
    record(actor=None, act="sample.load", subject=Organisation, organisations=Organisation.objects.count())
    return True


def _taxonomy(model: Any, name: str, *, separator: str) -> None:
    made: dict[str, Any] = {}
    for row in rows(name):
        parent_code = row.get("parent", "")
        if separator:
            parent_code = row["code"].rpartition(separator)[0]
        parent = made[parent_code] if parent_code else None
        label = row["code"].replace(".", "_") if not separator else row["code"]
        path = f"{parent.path}.{label}" if parent and not separator else label
        extra = {k: int(row[k]) for k in ("column", "row") if row.get(k)}
        made[row["code"]] = model.objects.create(
            code=row["code"],
            path=path,
            parent=parent,
            name_zh=row["name_zh"],
            name_en=row["name_en"],
            **extra,
        )


def _organisations() -> None:
    regions = {r.code: r for r in Region.objects.all()}
    industries = {i.code: i for i in Industry.objects.all()}
    table = list(rows("organisations.csv"))
    made = {
        row["code"]: Organisation.objects.create(
            code=row["code"],
            name_zh=row["name_zh"],
            name_en=row["name_en"],
            kind=row["kind"],
            scale=row["scale"],
            region=regions[row["region"]],
            founded=int(row["founded"]) if row["founded"] else None,
            summary_zh=row["summary_zh"],
            summary_en=row["summary_en"],
            is_sample=True,
        )
        for row in table
    }
    for row in table:
        organisation = made[row["code"]]
        organisation.industries.set([industries[code] for code in _split(row["industries"])])
        if row["parent"]:
            organisation.parent = made[row["parent"]]
            organisation.save(update_fields=["parent"])
        for item in _split(row["holdings"]):
            code, percent = item.split(":")
            Holding.objects.create(holder=organisation, held=made[code], percent=Decimal(percent))


def _people() -> None:
    organisations = {o.code: o for o in Organisation.objects.all()}
    fields = {f.code: f for f in Field.objects.all()}
    persons: dict[str, Person] = {}
    for row in rows("persons.csv"):
        person = Person.objects.create(
            key=row["id"],
            name_zh=row["name_zh"],
            name_en=row["name_en"],
            organisation=organisations[row["organisation"]],
            title=row["title"],
            summary_zh=row["summary_zh"],
            is_sample=True,
        )
        person.fields.set([fields[code] for code in _split(row["fields"])])
        persons[row["id"]] = person
    for row in rows("teams.csv"):
        leader = persons[row["leader"]]
        team = Team.objects.create(
            key=row["id"],
            name_zh=row["name_zh"],
            name_en=row["name_en"],
            organisation=organisations[row["organisation"]],
            leader=leader,
            field=fields[row["field"]],
            summary_zh=row["summary_zh"],
            summary_en=row["summary_en"],
            is_sample=True,
        )
        members = dict.fromkeys([leader, *(persons[key] for key in _split(row["members"]))])
        TeamMember.objects.bulk_create(TeamMember(team=team, person=person) for person in members)


def _achievements() -> None:
    teams = {t.key: t for t in Team.objects.select_related("organisation")}
    fields = {f.code: f for f in Field.objects.all()}
    for row in rows_of_all("achievements-*.csv"):
        team = teams[row["team"]]
        achievement = Achievement.objects.create(
            key=row["id"],
            title=row["title"],
            text=row["text"],
            title_en=row["title_en"],
            text_en=row["text_en"],
            team=team,
            organisation=team.organisation,
            field=fields[row["field"]],
            trl=int(row["trl"]),
            kind=row["kind"],
            ip=row["ip"],
            year=int(row["year"]),
            is_sample=True,
        )
        AchievementSpec.objects.bulk_create(
            AchievementSpec(
                achievement=achievement,
                position=position,
                found=True,
                **AchievementSpec.columns_of(spec),
            )
            for position, spec in enumerate(find(row["text"]))
        )


def _accounts() -> None:
    for account in ACCOUNTS:
        user = User.objects.create_user(
            account.email,
            PASSWORD,
            name=account.name,
            role=account.role,
            is_superuser=account.is_superuser,
            is_staff=account.is_superuser,
            is_sample=True,
        )
        if account.organisation_kind:
            # The company whose demand is still a draft, so that the account has something to go on with.
            kind = account.organisation_kind
            code = (
                next(row["organisation"] for row in rows_of_all("demands-*.csv") if row["status"] == "draft")
                if kind == "company"
                else next(row["code"] for row in rows("organisations.csv") if row["kind"] == kind)
            )
            Membership.objects.create(user=user, organisation=Organisation.objects.get(code=code))
        if account.role == Role.TEAM:
            leader = (
                Team.objects.filter(organisation__memberships__user=user, leader__isnull=False)
                .order_by("id")
                .first()
            )
            if leader and leader.leader:
                leader.leader.user = user
                leader.leader.save(update_fields=["user"])


def _demands() -> None:
    organisations = {o.code: o for o in Organisation.objects.all()}
    fields = {f.code: f for f in Field.objects.all()}
    industries = {i.code: i for i in Industry.objects.all()}
    regions = {r.code: r for r in Region.objects.all()}
    office = User.objects.filter(role=Role.OFFICE, is_superuser=False).first()
    now = timezone.now()
    for number, row in enumerate(rows_of_all("demands-*.csv")):
        published = row["status"] == DemandState.PUBLISHED
        demand = Demand.objects.create(
            key=row["id"],
            organisation=organisations[row["organisation"]],
            title=row["title"],
            summary=row["summary"],
            text=row["text"],
            title_en=row["title_en"],
            text_en=row["text_en"],
            field=fields[row["field"]],
            industry=industries[row["industry"]],
            region=regions[row["region"]],
            budget_min_fen=int(row["budget_yuan_min"]) * 100,
            budget_max_fen=int(row["budget_yuan_max"]) * 100,
            deadline=dt.date.fromisoformat(row["deadline"]),
            rights=row["rights"],
            kind=row["kind"],
            state=row["status"],
            published_at=now - dt.timedelta(hours=7 * number) if published else None,
            is_sample=True,
        )
        DemandSpec.objects.bulk_create(
            DemandSpec(demand=demand, position=position, found=True, **DemandSpec.columns_of(spec))
            for position, spec in enumerate(_required(row["text"]))
        )
        if row["status"] == DemandState.RETURNED and office:
            DemandComment.objects.create(
                demand=demand,
                author=office,
                act="return",
                text=row["comment"],
            )


def _required(text: str) -> list[Spec]:
    """The specs a company would keep of those found: named ones, in the paragraph that states what is wanted.

    A sample demand has three paragraphs: today's state, what is wanted, how it is tried and delivered.
    """
    start = text.index("\n") + 1
    end = text.index("\n", start)
    return [spec for spec in find(text) if spec.quantity and start <= spec.start and spec.end <= end]


def _split(cell: str) -> list[str]:
    return [part.strip() for part in cell.split("|") if part.strip()]
