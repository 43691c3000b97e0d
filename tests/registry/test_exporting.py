"""Exports: safe to open, complete, importable again, and the same number of queries however long they are."""

from __future__ import annotations

import csv
import datetime as dt
import io
from decimal import Decimal
from typing import Any

import openpyxl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from innovalley.challenges.importing import Demands  # noqa: F401  (registers the kind)
from innovalley.challenges.models import Demand
from innovalley.registry import queries
from innovalley.registry.exporting import (
    ExportColumn,
    export_kind,
    export_report,
    export_rows,
    safe,
    template,
)
from innovalley.registry.importing.checking import check
from innovalley.registry.importing.kinds import KINDS
from innovalley.registry.importing.reading import read_table
from innovalley.registry.models import (
    Achievement,
    Field,
    Holding,
    Industry,
    Organisation,
    Person,
    Region,
    Team,
)
from tests.registry import factories as make
from tests.registry.importing.files import csv_file

FORMATS = ["xlsx", "csv"]


def cells(content: bytes, fmt: str) -> list[list[Any]]:
    """What a reader of the file sees."""
    if fmt == "csv":
        return list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
    sheet = openpyxl.load_workbook(io.BytesIO(content)).worksheets[0]
    return [["" if cell is None else cell for cell in row] for row in sheet.iter_rows(values_only=True)]


def written(values: list[Any], fmt: str) -> list[Any]:
    columns = [ExportColumn("值", lambda value: value)]
    content = export_rows(columns, values, fmt=fmt, name="表").content()
    return [row[0] for row in cells(content, fmt)[1:]]


# Cells ---------------------------------------------------------------------------------------------

DANGEROUS = [
    "=1+1",
    "=cmd|'/c calc'!A0",
    "+SUM(A1)",
    "-2+3",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    "＝1+1",
    "＋1",
    "－A1",
    "＠x",
]


@pytest.mark.parametrize("fmt", FORMATS)
def test_text_that_a_spreadsheet_would_compute_is_shielded(fmt: str) -> None:
    for text, cell in zip(DANGEROUS, written(DANGEROUS, fmt), strict=True):
        assert cell[0] == "'", text
        assert cell[2:] == text[1:]


def test_a_workbook_holds_no_formula_and_no_error_value() -> None:
    columns = [ExportColumn("=1+1", lambda value: value)]
    content = export_rows(columns, [*DANGEROUS, "#REF!", "#N/A"], fmt="xlsx", name="=表").content()
    sheet = openpyxl.load_workbook(io.BytesIO(content)).active
    assert {cell.data_type for (cell,) in sheet.iter_rows()} == {"s"}


@pytest.mark.parametrize("fmt", FORMATS)
def test_numbers_stay_numbers_and_text_that_is_a_number_stays_as_it_is(fmt: str) -> None:
    values = [-5, Decimal("-1234.50"), 0.5, "-5", "+86", "-0.25", ".5"]
    expected: list[Any] = [-5, -1234.5, 0.5, "-5", "+86", "-0.25", ".5"]
    if fmt == "csv":
        expected = ["-5", "-1234.50", "0.5", "-5", "+86", "-0.25", ".5"]
    assert written(values, fmt) == expected


@pytest.mark.parametrize("fmt", FORMATS)
def test_nothing_is_an_empty_cell_and_what_no_file_can_hold_is_left_out(fmt: str) -> None:
    assert written([None, "a\x00b\x1bc\ufffe", "带\n换行"], fmt) == ["", "abc", "带\n换行"]


def test_dates_and_times_are_those_of_the_place() -> None:
    moment = dt.datetime(2027, 3, 31, 20, tzinfo=dt.UTC)
    assert written([dt.date(2027, 3, 31), moment], "csv") == ["2027-03-31", "2027-04-01 04:00:00"]
    assert written([moment], "xlsx") == [dt.datetime(2027, 4, 1, 4)]


def test_a_csv_has_the_mark_by_which_excel_knows_utf8_and_quotes_every_cell() -> None:
    content = export_rows([ExportColumn("甲", str)], ["a;=1+1", 'b";=1'], fmt="csv", name="表").content()
    assert content == '\ufeff"甲"\r\n"a;=1+1"\r\n"b"";=1"\r\n'.encode()


@given(st.text(max_size=20))
def test_no_text_of_an_export_begins_like_a_formula_and_the_import_reads_what_was_written(text: str) -> None:
    cell = safe(text)
    assert cell[:1] not in tuple("=+-@\t\r\n＝＋－＠") or cell.lstrip("+-").replace(".", "").isdigit()
    content = export_rows([ExportColumn("甲", str)], ["x" + text, text], fmt="csv", name="表").content()
    rows = read_table(content, "x").rows
    assert rows[0][1]["甲"].startswith("x")


@pytest.mark.parametrize("text", ["=1+1", "+86 351", "- 列表", "@某人", "'引用'", "－5 度"])
@pytest.mark.parametrize("fmt", FORMATS)
def test_shielded_text_comes_back_as_it_was(text: str, fmt: str) -> None:
    content = export_rows([ExportColumn("甲", str)], [text], fmt=fmt, name="表").content()
    table = read_table(content, "x")
    assert table.rows == [(2, {"甲": text})]
    assert table.formulas == set()


# Files ---------------------------------------------------------------------------------------------


def test_a_csv_is_sent_in_pieces_while_the_rows_are_read() -> None:
    read: list[int] = []

    def rows() -> Any:
        for number in range(10_000):
            read.append(number)
            yield number

    pieces = export_rows([ExportColumn("n", lambda n: n)], rows(), fmt="csv", name="表").pieces
    next(pieces)
    assert not read
    next(pieces)
    assert 0 < len(read) < 5000


def test_the_language_is_the_readers_even_when_the_file_is_sent_after_the_page() -> None:
    columns = [ExportColumn("x", lambda _row: translation.get_language())]
    with translation.override("en"):
        file = export_rows(columns, [1], fmt="csv", name="list")
    with translation.override("zh-hans"):
        assert "en" in file.content().decode()
        assert translation.get_language() == "zh-hans"


def test_an_unknown_format_or_kind_is_an_error_at_once() -> None:
    with pytest.raises(KeyError):
        export_rows([], [], fmt="pdf", name="表")
    with pytest.raises(KeyError):
        export_kind("treaty", Organisation.objects.none(), fmt="csv")


# Round trips ---------------------------------------------------------------------------------------


def fill() -> None:
    """Rows of every kind, with every column filled, and one of each with as little as there can be."""
    make.taxonomies()
    parent = make.organisation("山西焦煤集团")
    full = make.organisation(
        "晋钢（太原）",
        name_en="Jin Steel",
        scale="large",
        region=Region.objects.get(code="140000.140100"),
        parent=parent,
        founded=1958,
        website="https://example.org/a",
        summary_zh='=第一行\n第二行，“引号”"',
        summary_en="+Steel; and more",
    )
    full.industries.add(*Industry.objects.all())
    Holding.objects.create(holder=full, held=parent, percent=Decimal("5.50"))
    leader = make.person(
        "李明",
        name_en="Li Ming",
        organisation=full,
        title="教授",
        email="li@example.org",
        phone="+86 351 1234567",
        orcid="0000-0002-1825-0097",
        summary_zh="- 研究\n- 教学",
    )
    leader.fields.add(*Field.objects.all())
    other = make.person("李明", organisation=full)
    team = make.team(
        "煤转化",
        name_en="Coal",
        organisation=full,
        leader=leader,
        members=(leader, other),
        field=Field.objects.get(code="energy.coal"),
        summary_zh="简介",
        summary_en="Summary",
    )
    make.team("无人", organisation=parent)
    make.achievement(
        "催化剂",
        team=team,
        text="抗压强度≥60MPa",
        title_en="Catalyst",
        text_en="-",
        field=Field.objects.get(code="energy"),
        trl=7,
        kind="material",
        ip="ZL1|ZL2",
        year=2024,
    )
    make.achievement("无团队", organisation=parent)
    Demand.objects.create(
        key="D1",
        organisation=full,
        title="保温材料",
        summary="摘要",
        text="抗压强度≥0.6MPa",
        title_en="Insulation",
        text_en="text",
        field=Field.objects.get(code="materials"),
        industry=Industry.objects.get(code="C.26"),
        region=Region.objects.get(code="140000.140200"),
        budget_min_fen=50_000_001,
        budget_max_fen=120_000_000,
        deadline=dt.date(2027, 3, 31),
        rights="shared",
        kind="process",
    )


OWN = {
    "id",
    "updated",
    "created",
    "state",
    "version",
    "published_at",
    "created_by_id",
    "parent_id",
    "leader_id",
}


def state(model: Any) -> list[dict[str, Any]]:
    """All that the rows of a kind say, by their own codes and numbers."""
    found = []
    for row in model._default_manager.order_by("pk"):
        values = {
            f.attname: getattr(row, f.attname) for f in row._meta.concrete_fields if f.attname not in OWN
        }
        for name in ("parent", "leader"):
            values[name] = str(getattr(row, name, None))
        for name in ("industries", "fields", "members"):
            if hasattr(row, name):
                values[name] = sorted(str(each) for each in getattr(row, name).all())
        if model is Organisation:
            values["holdings"] = sorted((str(h.held), h.percent) for h in row.holdings.all())
        if hasattr(row, "specs"):
            values["specs"] = [str(spec) for spec in row.specs.all()]
        found.append(values)
    return found


CLEAR = {
    "organisation": [Demand, Achievement, Team, Person, Organisation],
    "person": [Demand, Achievement, Team, Person],
    "team": [Achievement, Team],
    "achievement": [Achievement],
    "demand": [Demand],
}


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("fmt", FORMATS)
@pytest.mark.parametrize("kind", CLEAR)
def test_an_export_can_be_imported_again_and_nothing_is_lost(kind: str, fmt: str, language: str) -> None:
    fill()
    # What no import writes: specs are found anew, so they must be there to be compared.
    for each in Achievement, Demand:
        for row in each.objects.all():  # type: ignore[attr-defined]
            row.specs.model.objects.bulk_create(
                row.specs.model(**{each._meta.model_name: row}, **columns)  # type: ignore[attr-defined]
                for columns in row.specs.model.found_in(row.text)
            )
    model = KINDS[kind].model
    before = state(model)
    assert before
    rows = model._default_manager.order_by("pk")
    file = export_kind(kind, rows, fmt=fmt, language=language, public=False)
    content = file.content()
    Holding.objects.all().delete()
    Organisation.objects.update(parent=None)
    for each in CLEAR[kind]:
        each.objects.all().delete()  # type: ignore[attr-defined]
    known = KINDS[kind]()
    report, values = check(read_table(content, file.name), known)
    assert (report.problems, report.ignored) == ([], [])
    known.write(values, actor=None, progress=lambda done: None)
    assert state(model) == before


@pytest.mark.django_db
@pytest.mark.parametrize("fmt", FORMATS)
def test_a_public_export_leaves_out_addresses(fmt: str) -> None:
    fill()
    public = cells(export_kind("person", queries.persons(), fmt=fmt).content(), fmt)
    office = cells(export_kind("person", queries.persons(), fmt=fmt, public=False).content(), fmt)
    assert {"电子邮箱", "电话"} == set(office[0]) - set(public[0])
    assert "example.org" not in str(public)
    assert "1234567" not in str(public)


@pytest.mark.django_db
def test_headers_and_names_are_in_the_readers_language() -> None:
    fill()
    rows = queries.teams(q="煤")
    chinese = cells(export_kind("team", rows, fmt="csv").content(), "csv")
    with translation.override("en"):
        file = export_kind("team", rows, fmt="csv")
    english = cells(file.content(), "csv")
    assert chinese[0][:4] == ["编号", "名称", "英文名称", "单位"]
    assert english[0][:4] == ["Number", "Name", "English name", "Organisation"]
    assert english[1][3].startswith("Jin Steel [")
    assert file.name.startswith("Teams-")


@pytest.mark.django_db
@pytest.mark.parametrize("kind", sorted(CLEAR))
def test_an_export_takes_as_many_queries_for_one_row_as_for_many(kind: str) -> None:
    fill()
    model = KINDS[kind].model

    def count(rows: Any) -> int:
        with CaptureQueriesContext(connection) as context:
            assert export_kind(kind, rows, fmt="csv", public=False).content().count(b"\r\n") > 1
        return len(context)

    first = model._default_manager.order_by("pk")[1 if kind == "organisation" else 0]  # one that has all
    one = count(model._default_manager.filter(pk=first.pk))
    organisation = Organisation.objects.get(name_zh="山西焦煤集团")
    for number in range(20):
        if kind == "organisation":
            make.organisation(parent=organisation).industries.add(Industry.objects.get(code="C"))
        elif kind == "person":
            make.person().fields.add(Field.objects.get(code="energy"))
        elif kind == "team":
            make.team(members=(make.person(),))
        elif kind == "achievement":
            make.achievement(team=make.team())
        else:
            Demand.objects.create(key=f"X{number}", organisation=make.organisation(), title="题")
    assert count(model._default_manager.all()) == one <= 4


# Around an import ----------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("kind", sorted(CLEAR))
def test_a_template_has_the_header_that_the_import_understands_and_explains_it(
    kind: str, language: str
) -> None:
    with translation.override(language):
        file = template(kind)
        content = file.content()
    assert file.name.endswith(".xlsx")
    book = openpyxl.load_workbook(io.BytesIO(content))
    header = [cell.value for cell in book.worksheets[0][1]]
    columns = [column for column in KINDS[kind]().columns if column.exported]
    report, _values = check(read_table(csv_file([header, ["x"] * len(header)]), "x"), KINDS[kind]())
    assert report.ignored == []
    assert not [problem for problem in report.problems if problem.row == 0]
    assert len(header) == len(columns)
    assert [cell.value for cell in book.worksheets[1]["A"]][1:] == [
        title.removesuffix("*") for title in header
    ]
    assert [title.endswith("*") for title in header] == [column.required for column in columns]


@pytest.mark.django_db
def test_the_problems_of_an_import_as_a_table() -> None:
    rows = [["统一社会信用代码", "名称", "类型"], [make.code(1), "", "=1+1|工厂"]]
    report, _values = check(read_table(csv_file(rows), "x"), KINDS["organisation"]())
    header, *table = cells(export_report(report).content(), "xlsx")
    assert header[:2] == ["行", "列"]
    assert table == [[2, "名称", "", "不能为空"], [2, "类型", "'=1+1|工厂", "单元格是公式，请改为粘贴数值"]]
