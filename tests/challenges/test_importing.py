"""An office's list of demands becomes demands that wait for vetting, with the specs their texts state."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from innovalley.challenges.importing import Demands
from innovalley.challenges.models import Demand, DemandState
from innovalley.registry.importing.checking import Report, check
from innovalley.registry.importing.reading import read_table
from innovalley.registry.models import Region
from tests.registry import factories as make
from tests.registry.importing.files import csv_file

pytestmark = pytest.mark.django_db

HEADER = ["编号", "需求名称", "需求描述", "需求单位", "技术领域"]


@pytest.fixture(autouse=True)
def places() -> None:
    make.taxonomies()


def examine(rows: Sequence[Sequence[Any]]) -> tuple[Report, list[dict[str, Any]], Demands]:
    kind = Demands()
    with translation.override("en"):
        report, values = check(read_table(csv_file(rows), "表.csv"), kind)
    return report, values, kind


def bring_in(rows: Sequence[Sequence[Any]], actor: Any = None) -> None:
    report, values, kind = examine(rows)
    assert report.problems == []
    kind.write(values, actor=actor, progress=lambda done: None)


def test_a_whole_row_becomes_a_demand_that_waits_for_vetting() -> None:
    office = make.user("office")
    company = make.organisation("晋钢", region=Region.objects.get(code="140000.140100"))
    text = "研制低成本保温材料，要求抗压强度≥0.6MPa。"
    row = dict(zip(HEADER, ["D1", "保温材料", text, company.code, "新材料"], strict=True)) | {
        "摘要": "低成本",
        "行业": "C.26",
        "预算下限（元）": "500,000",
        "预算上限（万元）": "120",
        "截止日期": "2027年3月31日",
        "知识产权归属": "company",
        "需求类型": "new_product",
    }
    bring_in([list(row), list(row.values())], actor=office)
    demand = Demand.objects.get()
    assert demand.state == DemandState.SUBMITTED
    assert demand.published_at is None
    assert (demand.key, demand.title, demand.text, demand.summary) == ("D1", "保温材料", text, "低成本")
    assert (demand.organisation, demand.created_by) == (company, office)
    assert (demand.field.code, demand.industry.code, demand.region.code) == (
        "materials",
        "C.26",
        "140000.140100",
    )
    assert (demand.budget_min_fen, demand.budget_max_fen) == (50_000_000, 120_000_000)
    assert (demand.deadline, demand.rights, demand.kind) == (dt.date(2027, 3, 31), "company", "new_product")
    spec = demand.specs.get()
    assert (spec.quantity, spec.comparison, spec.low, spec.unit, spec.found) == (
        "抗压强度",
        ">=",
        spec.low,
        "MPa",
        True,
    )
    assert text[spec.start : spec.end]


def test_what_vetting_needs_must_be_given() -> None:
    make.organisation("晋钢")
    report, _values, _kind = examine([HEADER, ["D1", "保温材料", "", "晋钢", ""]])
    assert [(p.row, p.column, p.message) for p in report.problems] == [
        (2, "需求描述", "must not be empty"),
        (2, "技术领域", "must not be empty"),
    ]


def test_a_budget_is_ordered_and_stands_in_one_unit() -> None:
    make.organisation("晋钢")
    rows = [
        [*HEADER, "预算下限", "预算上限", "预算（万元）"],
        ["D1", "甲", "文", "晋钢", "能源", "200万", "100万", ""],
        ["D2", "乙", "文", "晋钢", "能源", "", "1000000", "100"],
        ["D3", "丙", "文", "晋钢", "能源", "100万", "", "100"],
        ["D4", "丁", "文", "晋钢", "能源", "", "", ""],
    ]
    report, _values, _kind = examine(rows)
    assert [(p.row, p.column, p.message) for p in report.problems] == [
        (2, "预算下限", "is more than the budget's upper end"),
        (3, "预算（万元）", "the same amount stands in the column in yuan; keep one of the two"),
    ]


def test_a_number_too_large_for_any_unit_does_not_stop_the_import() -> None:
    make.organisation("晋钢")
    bring_in([HEADER, ["D1", "甲", f"寿命≥{'9' * 40}mm，强度≥5MPa", "晋钢", "能源"]])
    assert [spec.low for spec in Demand.objects.get().specs.all()] == [5]


def test_the_queries_grow_by_batches_and_not_by_rows() -> None:
    make.organisation("晋钢")

    def count(start: int, rows: int) -> int:
        table = [HEADER, *([f"D{start + i}", "题", "强度≥5MPa", "晋钢", "能源"] for i in range(rows))]
        with CaptureQueriesContext(connection) as context:
            bring_in(table)
        return len(context)

    one, thousand = count(0, 1), count(10_000, 1000)
    assert thousand - one <= 2 * 5
