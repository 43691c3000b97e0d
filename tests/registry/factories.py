"""Rows for tests, each with what its model needs and nothing more."""

from __future__ import annotations

import itertools
from typing import Any

from stdnum.cn import uscc

from innovalley.accounts.models import Role, User
from innovalley.registry.models import (
    Achievement,
    Field,
    Industry,
    Organisation,
    Person,
    Region,
    Team,
    TeamMember,
)

_number = itertools.count(1)


def code(number: int) -> str:
    """A valid unified social credit code, another one for each number."""
    body = f"91140100MA{number:07d}"
    return body + uscc.calc_check_digit(body)


def user(role: str = Role.OFFICE, **values: Any) -> User:
    return User.objects.create_user(
        values.pop("email", f"user{next(_number)}@example.org"), role=role, **values
    )


def taxon(model: Any, path: str, name_zh: str, name_en: str = "") -> Any:
    parent = model.objects.filter(path=path.rpartition(".")[0]).first() if "." in path else None
    return model.objects.create(code=path, path=path, parent=parent, name_zh=name_zh, name_en=name_en)


def taxonomies() -> None:
    """A few places of each tree."""
    taxon(Field, "energy", "能源", "Energy")
    taxon(Field, "energy.coal", "煤炭清洁利用", "Clean coal")
    taxon(Field, "materials", "新材料", "Materials")
    taxon(Industry, "C", "制造业", "Manufacturing")
    taxon(Industry, "C.26", "化学原料和化学制品制造业", "Chemicals")
    taxon(Region, "140000", "山西省", "Shanxi")
    taxon(Region, "140000.140100", "太原市", "Taiyuan")
    taxon(Region, "140000.140200", "大同市", "Datong")


def organisation(name_zh: str = "", **values: Any) -> Organisation:
    number = next(_number)
    values = {
        "kind": Organisation.Kind.COMPANY,
        "code": code(5_000_000 + number),
        "name_zh": name_zh or f"单位{number}",
        **values,
    }
    return Organisation.objects.create(**values)


def person(name_zh: str = "", **values: Any) -> Person:
    number = next(_number)
    if "organisation" not in values:
        values["organisation"] = organisation()
    return Person.objects.create(**{"key": f"P{number}", "name_zh": name_zh or f"人员{number}", **values})


def team(name_zh: str = "", *, members: tuple[Person, ...] = (), **values: Any) -> Team:
    number = next(_number)
    if "organisation" not in values:
        values["organisation"] = organisation()
    made = Team.objects.create(**{"key": f"T{number}", "name_zh": name_zh or f"团队{number}", **values})
    TeamMember.objects.bulk_create(TeamMember(team=made, person=each) for each in members)
    return made


def achievement(title: str = "", **values: Any) -> Achievement:
    number = next(_number)
    if "organisation" not in values:
        of = values.get("team")
        values["organisation"] = of.organisation if of else organisation()
    return Achievement.objects.create(**{"key": f"A{number}", "title": title or f"成果{number}", **values})
