"""What each kind of table becomes in the registry."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from innovalley.registry.importing.checking import check
from innovalley.registry.importing.kinds import BATCH, KINDS
from innovalley.registry.importing.reading import read_table
from innovalley.registry.models import Achievement, Field, Holding, Organisation, Person, Team
from tests.registry import factories as make
from tests.registry.importing.files import xlsx_file

pytestmark = pytest.mark.django_db


def bring_in(kind_name: str, rows: Sequence[Sequence[Any]], **options: Any) -> list[int]:
    """Writes the table; returns the progress that was told."""
    kind = KINDS[kind_name]()
    report, values = check(read_table(xlsx_file(rows), "表.xlsx"), kind, **options)
    assert report.problems == []
    told: list[int] = []
    kind.write(values, actor=None, progress=told.append)
    return told


@pytest.fixture(autouse=True)
def places() -> None:
    make.taxonomies()


def test_organisations_with_all_their_columns() -> None:
    row = {
        "统一社会信用代码": make.code(1).lower(),
        "名称": "晋钢 集团\n",
        "英文名称": "Jin Steel",
        "类型": "企业",
        "规模": "大型",
        "地区": "太原市",
        "行业": "制造业 | C.26",
        "成立年份": 1958,
        "网址": "www.example.org",
        "简介": "第一行\n第二行",
        "英文简介": "Steel",
    }
    bring_in("organisation", [list(row), list(row.values())])
    made = Organisation.objects.get()
    assert (made.code, made.name_zh, made.name_en) == (make.code(1), "晋钢 集团", "Jin Steel")
    assert (made.kind, made.scale, made.founded) == ("company", "large", 1958)
    assert made.region is not None
    assert made.region.code == "140000.140100"
    assert {i.code for i in made.industries.all()} == {"C", "C.26"}
    assert (made.website, made.summary_zh, made.summary_en) == (
        "https://www.example.org",
        "第一行\n第二行",
        "Steel",
    )


def test_parents_and_holdings_of_one_file_and_of_the_registry() -> None:
    known = make.organisation("山西焦煤")
    skipped = make.organisation("已有")
    bring_in(
        "organisation",
        [
            ["统一社会信用代码", "名称", "类型", "上级单位", "对外持股"],
            [make.code(1), "子公司", "企业", "母公司", "已有:5"],
            [make.code(2), "母公司", "企业", "山西焦煤", f"子公司：60% | {make.code(3)}:5.5"],
            [make.code(3), "参股公司", "企业", "", ""],
            [skipped.code, "已有", "企业", "母公司", "子公司:99"],
        ],
        skip_existing=True,
    )
    by_name = {o.name_zh: o for o in Organisation.objects.all()}
    assert by_name["子公司"].parent == by_name["母公司"]
    assert by_name["母公司"].parent == known
    assert by_name["已有"].parent is None
    holdings = {(h.holder.name_zh, h.held.name_zh): h.percent for h in Holding.objects.all()}
    assert holdings == {
        ("母公司", "子公司"): Decimal(60),
        ("母公司", "参股公司"): Decimal("5.5"),
        ("子公司", "已有"): Decimal(5),
    }


def test_persons_and_teams() -> None:
    university = make.organisation("中北大学")
    bring_in(
        "person",
        [
            ["编号", "姓名", "英文名称", "单位", "职称", "电子邮箱", "电话", "ORCID", "研究领域", "简介"],
            ["P1", "李明", "Li Ming", "中北大学", "教授", "li@a.org", "+86 35", "0000-0002-1825-0097", "能源", ""],
            ["P2", "王芳", "", university.code, "", "", "", "", "", ""],
            ["P3", "张伟", "", "中北大学", "", "", "", "", "", ""],
        ],
    )  # fmt: skip
    li = Person.objects.get(key="P1")
    assert (li.name_zh, li.organisation, li.title, li.email) == ("李明", university, "教授", "li@a.org")
    assert (li.phone, li.orcid, [f.code for f in li.fields.all()]) == (
        "+86 35",
        "0000-0002-1825-0097",
        ["energy"],
    )
    bring_in(
        "team",
        [
            ["编号", "名称", "单位", "负责人", "成员", "技术领域", "简介"],
            ["T1", "煤转化", "中北大学", "P1", "P1 | 王芳 [P2]，P3", "energy.coal", "做煤"],
            ["T2", "无人队", "中北大学", "", "", "", ""],
        ],
    )
    team = Team.objects.get(key="T1")
    assert (team.organisation, team.leader, team.field) == (
        university,
        li,
        Field.objects.get(code="energy.coal"),
    )
    assert sorted(m.key for m in team.members.all()) == ["P1", "P2", "P3"]
    assert Team.objects.get(key="T2").members.count() == 0


def test_achievements_with_the_specs_of_their_texts() -> None:
    team = make.team("煤转化")
    bring_in(
        "achievement",
        [
            ["编号", "标题", "正文", "团队", "技术领域", "技术成熟度", "类型", "知识产权", "年份"],
            ["A1", "催化剂", "抗压强度≥60MPa，寿命≥8000h", team.key, "能源", 7, "材料", "ZL1；ZL2", 2024],
        ],
    )
    made = Achievement.objects.get()
    assert (made.team, made.organisation, made.trl, made.kind, made.year) == (
        team,
        team.organisation,
        7,
        "material",
        2024,
    )
    assert made.ip_numbers == ["ZL1", "ZL2"]
    first = made.specs.all()[0]
    assert (first.quantity, first.found, made.text[first.start : first.end]) == (
        "抗压强度",
        True,
        "抗压强度≥60MPa",
    )


def test_progress_is_told_batch_by_batch() -> None:
    make.organisation("中北大学")
    header = ["编号", "姓名", "单位"]
    rows = [header, *([f"P{i}", f"人{i}", "中北大学"] for i in range(2 * BATCH + 7))]
    assert bring_in("person", rows) == [BATCH, 2 * BATCH, 2 * BATCH + 7]


def table(kind: str, numbers: range) -> list[list[Any]]:
    """Rows of that kind with numbers of their own."""
    if kind == "organisation":
        known = Organisation.objects.get(name_zh="中北大学").code
        header = ["code", "name_zh", "kind", "industries", "parent", "holdings"]
        rows = [[make.code(i), f"单位{i}", "企业", "C|C.26", known, f"{known}:5"] for i in numbers]
    elif kind == "person":
        header = ["key", "name_zh", "organisation", "fields"]
        rows = [[f"X{i}", f"人{i}", "中北大学", "能源|新材料"] for i in numbers]
    elif kind == "team":
        header = ["key", "name_zh", "organisation", "leader", "members", "field"]
        rows = [[f"X{i}", f"队{i}", "中北大学", "P-1", "P-1|P-2", "能源"] for i in numbers]
    else:
        header = ["key", "title", "text", "team", "field"]
        rows = [[f"X{i}", f"成果{i}", "抗压强度≥60MPa", "煤转化", "能源"] for i in numbers]
    return [header, *rows]


@pytest.mark.parametrize("kind", ["organisation", "person", "team", "achievement"])
def test_the_queries_of_an_import_grow_by_batches_and_not_by_rows(kind: str) -> None:
    university = make.organisation("中北大学")
    make.person(key="P-1", organisation=university)
    make.person(key="P-2", organisation=university)
    make.team("煤转化", organisation=university)

    def count(numbers: range) -> int:
        with CaptureQueriesContext(connection) as context:
            bring_in(kind, table(kind, numbers))
        return len(context)

    few, many = count(range(2_000_000, 2_000_002)), count(range(3_000_000, 3_000_000 + 2 * BATCH + 2))
    assert many - few <= 2 * 6  # two more batches
