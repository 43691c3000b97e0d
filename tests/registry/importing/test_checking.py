"""The dry run says of every bad cell, by row and column, what is wrong and how to mend it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from innovalley.registry.importing.checking import MAX_PROBLEMS, Report, check
from innovalley.registry.importing.kinds import KINDS
from innovalley.registry.importing.reading import read_table
from innovalley.registry.models import Field, Organisation
from tests.registry import factories as make
from tests.registry.importing.files import csv_file, xlsx_file

pytestmark = pytest.mark.django_db

ORGANISATION = ["统一社会信用代码", "名称", "类型"]


def dry_run(kind: str, rows: Sequence[Sequence[Any]], *, language: str = "en", **options: Any) -> Report:
    with translation.override(language):
        report, _values = check(read_table(csv_file(rows), "表.csv"), KINDS[kind](), **options)
    return report


def problems(kind: str, rows: Sequence[Sequence[Any]], **options: Any) -> list[tuple[int, str, str]]:
    return [(p.row, p.column, p.message) for p in dry_run(kind, rows, **options).problems]


def test_a_good_table_is_ready_and_nothing_is_written() -> None:
    report = dry_run(
        "organisation", [ORGANISATION, [make.code(1), "晋钢", "企业"], [make.code(2), "中北大学", "高校"]]
    )
    assert (report.rows, report.ready, report.problem_count, report.ok) == (2, 2, 0, True)
    assert not Organisation.objects.exists()


def test_every_bad_cell_is_reported_and_the_good_ones_are_not() -> None:
    wrong = make.code(1)[:-1] + ("0" if make.code(1)[-1] != "0" else "1")
    rows = [
        [*ORGANISATION, "成立年份"],
        [wrong, "晋钢", "企业", "1998"],
        [make.code(2), "", "工厂", "98"],
        [make.code(3), "太重", "企业", "1950"],
    ]
    found = problems("organisation", rows)
    assert [(row, column) for row, column, _message in found] == [
        (2, "统一社会信用代码"),
        (3, "名称"),
        (3, "类型"),
        (3, "成立年份"),
    ]
    assert found[0][2].startswith(f"“{wrong}” is no valid unified social credit code")
    assert found[1][2] == "must not be empty"
    report = dry_run("organisation", rows)
    assert (report.ready, report.bad_rows, report.ok) == (1, 2, False)


def test_the_report_speaks_chinese_to_who_reads_chinese() -> None:
    found = problems("organisation", [ORGANISATION, [make.code(1), "", "工厂"]], language="zh-hans")
    assert found == [
        (2, "名称", "不能为空"),
        (2, "类型", "“工厂”不在可选项之中：企业、高校、科研院所、政府部门、园区运营方、其他"),
    ]


def test_headers_are_known_in_either_language_by_code_name_and_usual_name_in_any_order() -> None:
    for header in (
        ["Unified social credit code*", "NAME", "Kind:"],
        ["code", "name_zh", "kind"],
        ["统一社会信用代码：", "企业名称（必填）", "单位类型"],
    ):
        assert dry_run("organisation", [header, [make.code(1), "晋钢", "企业"]]).ok
        assert dry_run("organisation", [header[::-1], ["企业", "晋钢", make.code(1)]]).ok


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_no_header_names_two_columns_of_one_kind(kind: str) -> None:
    headers = [header for column in KINDS[kind]().columns for header in column.headers()]
    assert sorted(headers) == sorted(set(headers))


def test_a_missing_column_is_named_and_an_unknown_one_is_listed() -> None:
    report = dry_run("organisation", [["名称", "类型", "电话"], ["晋钢", "企业", "0351"]])
    assert [(p.row, p.column) for p in report.problems] == [(0, "unified social credit code")]
    assert "is missing in the header" in report.problems[0].message
    assert report.ignored == ["电话"]


def test_two_headers_for_one_column_are_refused() -> None:
    found = problems(
        "organisation", [[*ORGANISATION, "企业名称"], [make.code(1), "晋钢", "企业", "晋钢集团"]]
    )
    assert found == [(0, "企业名称", "means the same as the column “名称”; keep one of the two")]


def test_an_unknown_field_comes_with_the_nearest_known_one() -> None:
    make.taxonomies()
    make.organisation("中北大学")
    rows = [["编号", "姓名", "单位", "研究领域"], ["P1", "李明", "中北大学", "煤炭清洁利用 | 煤炭清洁使用"]]
    assert problems("person", rows) == [
        (2, "研究领域", "unknown field “煤炭清洁使用” – did you mean “煤炭清洁利用”?")
    ]


def test_a_name_of_several_asks_for_the_code() -> None:
    first, _second = make.organisation("华新科技"), make.organisation("华新科技")
    header = ["编号", "姓名", "单位"]
    assert problems("person", [header, ["P1", "李明", "华新科技"]]) == [
        (2, "单位", "2 of kind organisation are called “华新科技”; give the code instead")
    ]
    assert (
        problems("person", [header, ["P1", "李明", first.code], ["P2", "王芳", f"华新科技 [{first.code}]"]])
        == []
    )


def test_an_organisation_that_was_merged_stands_for_the_one_that_was_kept() -> None:
    kept = make.organisation("晋能控股")
    gone = make.organisation("同煤集团", merged_into=kept)
    rows = [["编号", "姓名", "单位"], ["P1", "李明", "同煤集团"], ["P2", "王芳", gone.code]]
    with translation.override("en"):
        _report, values = check(read_table(csv_file(rows), "x"), KINDS["person"]())
    assert [row["organisation"] for row in values] == [kept.pk, kept.pk]


def test_a_name_with_a_comma_is_one_name() -> None:
    make.taxonomies()
    make.taxon(Field, "farming", "农、林、牧、渔业")
    make.organisation("中北大学")
    header = ["编号", "姓名", "单位", "研究领域"]
    assert problems("person", [header, ["P1", "李明", "中北大学", "农、林、牧、渔业；新材料、能源"]]) == []


def test_a_name_with_a_comma_and_its_code_as_an_export_writes_them_is_one_name() -> None:
    make.taxonomies()
    make.taxon(Field, "farming", "农、林、牧、渔业")
    make.organisation("中北大学")
    header = ["编号", "姓名", "单位", "研究领域"]
    rows = [
        ["P1", "李明", "中北大学", "农、林、牧、渔业 [farming]"],
        ["P2", "王芳", "中北大学", "农、林、牧、渔业 [farming] | 能源 [energy]"],
        ["P3", "赵云", "中北大学", "能源、农、林、牧、渔业 [farming]"],
    ]
    assert [row for row, _column, _message in problems("person", [header, *rows])] == [4]


def test_a_row_that_stands_twice_names_the_first() -> None:
    rows = [ORGANISATION, [make.code(1), "甲", "企业"], [make.code(1).lower(), "乙", "企业"]]
    assert problems("organisation", rows) == [(3, "统一社会信用代码", "stands already in row 2")]


def test_a_known_row_is_a_problem_or_is_skipped_whatever_else_it_holds() -> None:
    known = make.organisation("晋钢")
    rows = [ORGANISATION, [known.code, "", "工厂"], [make.code(9_000_001), "太重", "企业"]]
    assert "choose to skip known rows" in problems("organisation", rows)[0][2]
    report = dry_run("organisation", rows, skip_existing=True)
    assert (report.ready, report.skipped, report.problem_count) == (1, 1, 0)


def test_when_all_rows_are_known_there_is_nothing_to_confirm() -> None:
    known = make.organisation("晋钢")
    report = dry_run("organisation", [ORGANISATION, [known.code, "晋钢", "企业"]], skip_existing=True)
    assert (report.ready, report.ok) == (0, False)


def test_two_persons_cannot_have_one_orcid() -> None:
    make.organisation("中北大学")
    make.person(orcid="0000-0002-1694-233X")
    rows = [
        ["编号", "姓名", "单位", "ORCID"],
        ["P1001", "李明", "中北大学", "0000-0002-1825-0097"],
        ["P1002", "王芳", "中北大学", "0000000218250097"],
        ["P1003", "张伟", "中北大学", "0000-0002-1694-233X"],
        ["P1004", "赵敏", "中北大学", ""],
        ["P1005", "孙丽", "中北大学", ""],
    ]
    assert problems("person", rows) == [
        (3, "ORCID", "stands already in row 2"),
        (4, "ORCID", "stands already in the registry"),
    ]


def test_a_formula_cell_is_refused_in_a_workbook_and_in_a_csv() -> None:
    rows = [ORGANISATION, [make.code(1), '=A1&"厂"', "企业"]]
    for content in (xlsx_file(rows), csv_file(rows)):
        with translation.override("en"):
            report, _values = check(read_table(content, "x"), KINDS["organisation"]())
        assert [(p.row, p.column, p.message) for p in report.problems] == [
            (2, "名称", "holds a formula; please paste its value instead")
        ]


def test_characters_that_cannot_be_shown_are_refused() -> None:
    rows = [ORGANISATION, [make.code(1), "晋\x1b钢", "企业"]]
    assert problems("organisation", rows) == [(2, "名称", "holds characters that cannot be shown")]


def test_ten_thousand_bad_cells_make_a_report_that_can_be_read() -> None:
    rows = [ORGANISATION, *([make.code(i), f"单位{i}", "工厂"] for i in range(2000))]
    report = dry_run("organisation", rows)
    assert report.problem_count == report.bad_rows == 2000
    assert len(report.problems) == MAX_PROBLEMS


def test_a_cell_that_holds_a_book_is_not_quoted_whole() -> None:
    report = dry_run("organisation", [ORGANISATION, [make.code(1), "晋钢", "工厂" * 10_000]])
    assert report.problem_count == 1
    assert len(report.problems[0].message) < 2000


def test_a_report_survives_its_way_through_a_row() -> None:
    report = dry_run("organisation", [ORGANISATION, [make.code(1), "", "工厂"]])
    assert Report.from_json(report.as_json()) == report


def test_progress_is_told_up_to_the_last_row() -> None:
    told: list[int] = []
    rows = [ORGANISATION, *([make.code(i), f"单位{i}", "企业"] for i in range(450))]
    dry_run("organisation", rows, progress=told.append)
    assert told == [200, 400, 450]


# Rows that name each other -------------------------------------------------------------------------

FAMILY = [*ORGANISATION, "上级单位", "对外持股"]


def test_parents_and_holdings_may_stand_in_the_same_file_or_in_the_registry() -> None:
    make.organisation("山西焦煤")
    rows = [
        FAMILY,
        [make.code(1), "子公司", "企业", "母公司", "山西焦煤:5"],
        [make.code(2), "母公司", "企业", "山西焦煤", f"子公司：60% | {make.code(3)}:5.5"],
        [make.code(3), "参股公司", "企业", "", ""],
    ]
    assert problems("organisation", rows) == []


def test_what_a_family_cannot_be() -> None:
    rows = [
        FAMILY,
        [make.code(1), "甲", "企业", "甲", ""],
        [make.code(2), "乙", "企业", "丙", ""],
        [make.code(3), "丙", "企业", "丁", ""],
        [make.code(4), "丁", "企业", "乙", ""],
        [make.code(5), "戊", "企业", "乙", "戊:5"],
        [make.code(6), "己", "企业", "庚", "甲:5 | 甲:6"],
        [make.code(7), "辛", "企业", "", "甲"],
        [make.code(8), "壬", "企业", "", "甲:500"],
    ]
    assert problems("organisation", rows) == [
        (2, "上级单位", "an organisation cannot be its own parent"),
        (3, "上级单位", "the parents go round in a circle"),
        (4, "上级单位", "the parents go round in a circle"),
        (5, "上级单位", "the parents go round in a circle"),
        (6, "对外持股", "an organisation cannot hold itself"),
        (7, "上级单位", "unknown organisation “庚”"),
        (7, "对外持股", "“甲” stands twice"),
        (8, "对外持股", "“甲” must be a company and its percent, like 晋钢集团:35"),
        (9, "对外持股", "“500” must be a share above 0 and up to 100 percent"),
    ]
    report = dry_run("organisation", rows)
    assert (report.ready, report.bad_rows) == (0, 8)


def test_a_name_that_the_file_itself_makes_ambiguous_is_noticed_in_the_dry_run() -> None:
    make.organisation("华新")
    rows = [
        FAMILY,
        [make.code(9_000_001), "华新", "企业", "", ""],
        [make.code(9_000_002), "子", "企业", "华新", ""],
    ]
    assert "2 of kind organisation" in problems("organisation", rows)[0][2]


def test_a_skipped_row_may_still_be_named() -> None:
    known = make.organisation("华新")
    rows = [FAMILY, [known.code, "华新", "企业", "", ""], [make.code(9_000_002), "子", "企业", "华新", ""]]
    assert dry_run("organisation", rows, skip_existing=True).ok


def test_an_achievement_needs_a_team_or_an_organisation_that_fit() -> None:
    team = make.team("煤转化")
    other = make.organisation("别的大学")
    header = ["编号", "标题", "团队", "单位"]
    rows = [
        header,
        ["A1", "甲", "", ""],
        ["A2", "乙", "煤转化", other.name_zh],
        ["A3", "丙", team.key, ""],
        ["A4", "丁", "", other.code],
        ["A5", "戊", "煤转化", team.organisation.name_zh],
    ]
    assert problems("achievement", rows) == [
        (2, "单位", "give a team or an organisation"),
        (3, "单位", "the team belongs to another organisation"),
    ]


def test_a_dry_run_takes_as_many_queries_for_one_row_as_for_many() -> None:
    make.taxonomies()
    make.organisation("中北大学")

    def count(rows: int) -> int:
        header = ["编号", "姓名", "单位", "研究领域"]
        table = [header, *([f"P{i}", f"人{i}", "中北大学", "能源|新材料"] for i in range(rows))]
        with CaptureQueriesContext(connection) as context:
            assert dry_run("person", table).ok
        return len(context)

    assert count(1) == count(1500) <= 5
