"""Any table people have is read, and what is none is refused with a sentence that says why."""

from __future__ import annotations

import datetime as dt
import io
import struct
import zipfile
from typing import Any

import openpyxl
import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from innovalley.registry.importing.reading import read_table
from innovalley.registry.importing.tables import MAX_ROWS, Table, UnreadableError, check_size
from tests.registry.importing.files import csv_file, saved, with_part, xlsx_file

ROWS = [["名称", "说明"], ["晋钢", "第一行\n第二行"], ["", ""], ["太重", '带"引号"，逗号,']]
SHEET = "xl/worksheets/sheet1.xml"
NAMESPACE = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def read(content: bytes, name: str = "表.csv") -> Table:
    with translation.override("en"):
        return read_table(content, name)


def refusal(content: bytes, name: str = "表.csv") -> str:
    with pytest.raises(UnreadableError) as refused:
        read(content, name)
    return str(refused.value)


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        (csv_file(ROWS), "utf-8"),
        (csv_file(ROWS, encoding="utf-8-sig"), "utf-8"),
        (csv_file(ROWS, encoding="gbk"), "gb18030"),
        (csv_file(ROWS, encoding="utf-16"), "utf-16"),
        (csv_file(ROWS, delimiter=";"), "utf-8"),
        (csv_file(ROWS, delimiter="\t", encoding="utf-16"), "utf-16"),
        (csv_file(ROWS).replace(b"\r\n", b"\n"), "utf-8"),
        (csv_file(ROWS).replace(b"\r\n", b"\r"), "utf-8"),
        (b"\r\n \r\n" + csv_file(ROWS), "utf-8"),
        (xlsx_file(ROWS), ""),
    ],
)
def test_a_table_is_the_same_however_it_is_written(content: bytes, encoding: str) -> None:
    table = read(content)
    assert table.headers == ["名称", "说明"]
    assert [cells for _row, cells in table.rows] == [
        {"名称": "晋钢", "说明": "第一行\n第二行"},
        {"名称": "太重", "说明": '带"引号"，逗号,'},
    ]
    assert table.encoding == encoding
    assert table.formulas == set()


@pytest.mark.parametrize("content", [csv_file(ROWS), xlsx_file(ROWS)])
def test_rows_have_the_numbers_that_the_spreadsheet_shows(content: bytes) -> None:
    assert [row for row, _cells in read(content).rows] == [2, 4]


def test_a_sheet_that_starts_further_down_keeps_its_row_numbers() -> None:
    book = openpyxl.Workbook()
    book.active["B3"], book.active["B4"] = "名称", "晋钢"
    assert read(saved(book)).rows == [(4, {"名称": "晋钢"})]


@pytest.mark.parametrize("make_file", [csv_file, xlsx_file])
def test_a_title_above_the_header_is_left_out(make_file: Any) -> None:
    rows = [
        ["2027年企业技术需求表", "", ""],
        [],
        ["填报单位：科技局"],
        ["名称", "", "人数"],
        ["晋钢", "x", "=1"],
        ["太重", "", ""],
    ]
    table = read(make_file(rows))
    assert table.headers == ["名称", "人数"]
    assert [number for number, _cells in table.rows] == [5, 6]
    assert table.formulas == {(5, "人数")}


def test_a_table_of_one_column_begins_with_its_header() -> None:
    assert [cells["名称"] for _row, cells in read(csv_file([["名称"], ["a"], ["b"]])).rows] == ["a", "b"]
    assert len(read(csv_file([["名称"], *([str(i)] for i in range(30))])).rows) == 30


def test_numbers_dates_and_truths_of_a_workbook_are_read_as_they_are_shown() -> None:
    cells: list[Any] = [
        3,
        3.0,
        0.1 + 0.2,
        1234567.89,
        1e-7,
        dt.date(2024, 5, 1),
        True,
        None,
        123456789012345678,
    ]
    table = read(xlsx_file([[f"c{i}" for i in range(len(cells))], cells]))
    assert list(table.rows[0][1].values()) == [
        "3",
        "3",
        "0.3",
        "1234567.89",
        "0.0000001",
        "2024-05-01",
        "1",
        "",
        "1.23456789012346e+17",
    ]


def test_a_workbook_that_keeps_its_texts_apart_as_excel_does() -> None:
    main = NAMESPACE
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006/relationships"
    book = xlsx_file([["x"]])
    book = with_part(
        book,
        SHEET,
        f'<worksheet xmlns="{main}"><sheetData><row r="1"><c r="A1" t="s"><v>0</v></c></row>'
        '<row r="2"><c r="A2" t="s"><v>1</v></c></row></sheetData></worksheet>'.encode(),
    )
    book = with_part(
        book,
        "xl/sharedStrings.xml",
        f'<sst xmlns="{main}"><si><t>名称</t></si><si><r><t>晋</t></r><r><t>钢</t></r></si></sst>'.encode(),
    )
    book = with_part(
        book,
        "xl/_rels/workbook.xml.rels",
        f'<Relationships xmlns="{package}"><Relationship Id="rId1" Type="{office}/worksheet"'
        f' Target="/xl/worksheets/sheet1.xml"/><Relationship Id="rId2" Type="{office}/sharedStrings"'
        ' Target="sharedStrings.xml"/></Relationships>'.encode(),
    )
    assert read(book).rows == [(2, {"名称": "晋钢"})]


def test_the_first_visible_sheet_is_read() -> None:
    book = openpyxl.Workbook()
    book.active.sheet_state = "hidden"
    book.active["A1"] = "不要"
    book.create_chartsheet()
    for name in ("第二", "第三"):
        sheet = book.create_sheet(name)
        sheet.append(["名称"])
        sheet.append([name])
    assert read(saved(book)).rows == [(2, {"名称": "第二"})]


def test_formulas_are_known_by_row_and_header() -> None:
    rows = [["名称", "人数"], ["晋钢", "=1+1"], ["太重", 5], ["大同", "=A2"]]
    for content in (xlsx_file(rows), csv_file(rows)):
        assert read(content).formulas == {(2, "人数"), (4, "人数")}


def test_cells_that_only_look_like_formulas_are_none() -> None:
    rows = [
        ["说明"],
        ["-5～10 ℃"],
        ["+86 351 1234567"],
        ["- 列表(一)"],
        ["@ 联系人"],
        ["'=1+1"],
        ["-CH2(CH3)"],
    ]
    for content in (xlsx_file(rows), csv_file(rows)):
        assert read(content).formulas == set()


def test_the_apostrophe_with_which_an_export_shields_a_cell_is_taken_off() -> None:
    rows = [["说明"], ["'=1+1"], ["'+86 351"], ["'引用'"], ["'"]]
    for content in (xlsx_file(rows), csv_file(rows)):
        assert [cells["说明"] for _row, cells in read(content).rows] == ["=1+1", "+86 351", "'引用'", "'"]


def test_short_rows_are_filled_and_cells_without_a_header_left_out() -> None:
    assert read("名称,,人数\n晋钢\n太重,x,5,y\n".encode()).rows == [
        (2, {"名称": "晋钢", "人数": ""}),
        (3, {"名称": "太重", "人数": "5"}),
    ]


# What is refused -----------------------------------------------------------------------------------


@pytest.mark.parametrize("content", [b"", b"\r\n\r\n", b"\xef\xbb\xbf", b" ,,\n", xlsx_file([])])
def test_an_empty_file(content: bytes) -> None:
    assert refusal(content) == "The file is empty."


def test_a_header_alone() -> None:
    assert refusal(csv_file([["名称"]])) == "The file has a header but no rows."


def test_a_file_of_200_mb_is_refused_by_its_size_before_it_is_read() -> None:
    with translation.override("en"), pytest.raises(UnreadableError) as refused:
        check_size(200 * 1024 * 1024)
    assert str(refused.value) == "The file has 200 MB; at most 20 MB can be imported. Please split it."
    assert "21 MB" in refusal(b"x" * (20 * 1024 * 1024 + 1))


def test_a_header_that_stands_twice() -> None:
    assert "“名称” stands twice" in refusal(csv_file([["名称", "名 称", "名称"], ["a", "b", "c"]]))


def test_more_rows_than_can_be_imported() -> None:
    rows = [["名称"]] + [["x"]] * (MAX_ROWS + 1)
    assert f"more than {MAX_ROWS} rows" in refusal(csv_file(rows))


def test_more_columns_than_can_be_imported() -> None:
    rows = [[f"c{i}" for i in range(201)], ["x"]]
    assert "over 200 columns" in refusal(csv_file(rows))
    assert "over 200 columns" in refusal(xlsx_file(rows))


def test_an_old_xls_file() -> None:
    assert "old .xls file" in refusal(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(1000))


def test_a_workbook_with_a_password() -> None:
    container = (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500) + "EncryptedPackage".encode("utf-16-le") + bytes(99)
    )
    assert "protected by a password" in refusal(container)


@pytest.mark.parametrize(
    "content",
    [
        b"%PDF-1.7\n" + bytes(range(256)) * 20,
        b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20,
        "名称,说明\n".encode("utf-16-le"),
        b"\xff" * 100,
    ],
)
def test_what_is_no_table_at_all(content: bytes) -> None:
    assert refusal(content, "图.pdf") == "“图.pdf” is neither a CSV file (UTF-8 or GBK) nor an XLSX file."


def test_another_kind_of_office_file() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
    assert refusal(out.getvalue(), "表.ods") == "“表.ods” is no XLSX workbook."


def test_utf8_with_a_damaged_place_is_not_taken_for_gbk() -> None:
    good = csv_file([["名称", "说明"], *([f"单位{i}", "镁合金轮毂半固态压铸"] for i in range(50))])
    place = good.index("单位30".encode())
    assert "line 32 is damaged" in refusal(good[:place] + b"\xe5" + good[place:])
    assert "line 1 is damaged" in refusal(b"\xef\xbb\xbf\xe5," + good)


@pytest.mark.parametrize("cell", ['"未完', '"完"了'])
def test_quotation_marks_that_do_not_fit(cell: str) -> None:
    assert "in or after row 3" in refusal(f"名称,说明\n晋钢,好\n太重,{cell}\n大同,好\n".encode())


def test_a_damaged_workbook() -> None:
    whole = xlsx_file(ROWS)
    for content in (whole[: len(whole) // 2], b"PK\x03\x04" + bytes(300), with_part(whole, SHEET, b"<sheet")):
        assert "damaged or protected" in refusal(content)


def test_a_zip_bomb_is_refused_without_being_unpacked() -> None:
    bomb = with_part(xlsx_file(ROWS), "xl/sharedStrings.xml", bytes(250 * 1024 * 1024))
    assert len(bomb) < 1024 * 1024
    assert refusal(bomb) == "The workbook is too large when unpacked."


def test_a_bomb_that_lies_about_its_size_is_refused() -> None:
    size = 250 * 1024 * 1024
    bomb = with_part(xlsx_file(ROWS), "xl/sharedStrings.xml", bytes(size))
    assert "damaged" in refusal(bomb.replace(struct.pack("<I", size), struct.pack("<I", 1000)))


def test_a_text_kept_once_for_many_cells_counts_for_each_of_them() -> None:
    texts = f'<sst xmlns="{NAMESPACE}"><si><t>名称</t></si><si><t>{"x" * 1024 * 1024}</t></si></sst>'
    rows = "".join(f'<row r="{n}"><c r="A{n}" t="s"><v>{min(n, 2) - 1}</v></c></row>' for n in range(1, 300))
    sheet = f'<worksheet xmlns="{NAMESPACE}"><sheetData>{rows}</sheetData></worksheet>'
    bomb = with_part(xlsx_file(ROWS), SHEET, sheet.encode())
    bomb = with_part(bomb, "xl/sharedStrings.xml", texts.encode())
    assert len(bomb) < 20_000
    assert refusal(bomb) == "The workbook is too large when unpacked."


def test_two_parts_of_one_name_are_refused() -> None:
    workbook = io.BytesIO(xlsx_file(ROWS))
    with zipfile.ZipFile(workbook, "a") as archive:
        archive.writestr(SHEET.upper(), b"<worksheet/>")
    assert "damaged" in refusal(workbook.getvalue())


def test_a_cell_at_the_far_end_of_the_sheet_is_refused_before_all_cells_up_to_it_are_made() -> None:
    book = openpyxl.Workbook()
    book.active.append(["名称"])
    book.active["A1048576"] = "x"
    assert f"more than {MAX_ROWS} rows" in refusal(saved(book))
    book = openpyxl.Workbook()
    book.active["XFD1"] = "x"
    assert "over 200 columns" in refusal(saved(book))


def test_entities_that_grow_are_refused() -> None:
    entities = "".join(f'<!ENTITY e{i} "{f"&e{i - 1};" * 20}">' for i in range(1, 9))
    bomb = f'<!DOCTYPE x [<!ENTITY e0 "ha">{entities}]><worksheet><sheetData>&e8;</sheetData></worksheet>'
    assert "damaged" in refusal(with_part(xlsx_file(ROWS), SHEET, bomb.encode()))


def read_or_refuse(content: bytes) -> None:
    """Any other error than a refusal fails the test."""
    try:
        table = read(content)
    except UnreadableError:
        return
    assert table.headers
    assert table.rows


@given(st.binary(min_size=1, max_size=300))
def test_nonsense_is_a_table_or_refused_but_never_an_error(content: bytes) -> None:
    for start in (b"", b"PK\x03\x04", b"\xef\xbb\xbf", b"\xff\xfe"):
        read_or_refuse(start + content)


_WHOLE = xlsx_file([["名称", "人数", "公式"], ["晋钢", 5, "=B2"]])


@given(st.integers(0, len(_WHOLE) - 1), st.integers(0, 255))
def test_a_workbook_with_one_wrong_byte_is_read_or_refused_but_never_an_error(place: int, byte: int) -> None:
    content = bytearray(_WHOLE)
    content[place] = byte
    read_or_refuse(bytes(content))


_SHEET_XML = zipfile.ZipFile(io.BytesIO(_WHOLE)).read(SHEET).decode()


@given(st.integers(0, len(_SHEET_XML)), st.text(alphabet='<>/"= rctsv0A9', max_size=6), st.integers(0, 6))
def test_a_sheet_with_wrong_xml_is_read_or_refused_but_never_an_error(
    place: int, more: str, less: int
) -> None:
    read_or_refuse(
        with_part(_WHOLE, SHEET, (_SHEET_XML[:place] + more + _SHEET_XML[place + less :]).encode())
    )
