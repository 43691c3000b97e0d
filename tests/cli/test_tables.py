"""Tables in files: what is read is what was written, and bad files are refused in one sentence."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import click
import openpyxl
import pytest

from innovalley.cli.tables import read_table, require_columns, write_table


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_reads_csv_of_any_common_encoding_and_separator(
    tmp_path: Path, encoding: str, separator: str
) -> None:
    path = tmp_path / "需求.csv"
    path.write_text(f" ID {separator}Title\r\n1{separator} 高强度铝合金 \r\n\r\n", encoding=encoding)
    assert read_table(path) == [{"id": "1", "title": "高强度铝合金"}]


def test_reads_cells_with_line_breaks_and_separators(tmp_path: Path) -> None:
    path = tmp_path / "d.csv"
    path.write_text('id,text\n1,"一,二\n三"\n', encoding="utf-8")
    assert read_table(path) == [{"id": "1", "text": "一,二\n三"}]


def test_short_rows_are_filled_and_columns_without_a_header_dropped(tmp_path: Path) -> None:
    path = tmp_path / "d.csv"
    path.write_text("id,text,\n1\n2,b,c\n", encoding="utf-8")
    assert read_table(path) == [{"id": "1", "text": ""}, {"id": "2", "text": "b"}]


def test_reads_numbers_of_a_workbook_as_people_see_them(tmp_path: Path) -> None:
    path = tmp_path / "d.xlsx"
    book = openpyxl.Workbook()
    book.active.append(["ID", "Text", "Share"])
    book.active.append([7, "甲醇", 0.25])
    book.save(path)
    assert read_table(path) == [{"id": "7", "text": "甲醇", "share": "0.25"}]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"\n\n", "empty"),
        (b"id,text\n", "no rows"),
        (b"id,ID\n1,2\n", "twice"),
        (b"PK\x03\x04 no zip at all", "damaged"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", ".xls"),
        (b"\xff\x00\x81\x00", "neither"),
    ],
)
def test_refuses_a_bad_file_in_one_sentence(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "bad.csv"
    path.write_bytes(content)
    with pytest.raises(click.ClickException, match=words) as error:
        read_table(path)
    assert "\n" not in error.value.message


def test_refuses_a_missing_file_and_a_folder(tmp_path: Path) -> None:
    for path in (tmp_path / "none.csv", tmp_path):
        with pytest.raises(click.ClickException, match="cannot be read"):
            read_table(path)


def test_names_the_missing_column_and_those_that_are_there(tmp_path: Path) -> None:
    with pytest.raises(click.ClickException, match="no column text; its columns are: id, title"):
        require_columns([{"id": "1", "title": "a"}], ["id", "text"], "d.csv")


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_what_is_written_is_read_again(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"o.{ending}"
    write_table(path, ["id", "score", "reason"], [("a", Decimal("0.5"), "强度 ≥ 60 MPa"), ("b", 3, None)])
    assert read_table(path) == [
        {"id": "a", "score": "0.5", "reason": "强度 ≥ 60 MPa"},
        {"id": "b", "score": "3", "reason": ""},
    ]


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
@pytest.mark.parametrize("text", ["=1+1", "+cmd|calc", "-2+3", "@SUM(A1)", "\t=1", "\r=1"])
def test_text_that_a_spreadsheet_would_compute_is_disarmed(tmp_path: Path, ending: str, text: str) -> None:
    path = tmp_path / f"o.{ending}"
    write_table(path, ["id", "text"], [("1", text)])
    assert read_table(path)[0]["text"].startswith("'")


@pytest.mark.parametrize("text", ["-5", "+3.2", "-1e-6", "1月", "a=b"])
def test_harmless_text_stays_as_it_is(tmp_path: Path, text: str) -> None:
    path = tmp_path / "o.csv"
    write_table(path, ["id", "text"], [("1", text)])
    assert read_table(path)[0]["text"] == text


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_characters_that_no_file_can_hold_are_left_out(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"o.{ending}"
    write_table(path, ["id", "text"], [("1", "a\x00b\x0b\ud800c")])
    assert read_table(path)[0]["text"] == "abc"


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_a_failure_half_way_leaves_the_old_file_and_nothing_else(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"o.{ending}"
    write_table(path, ["id"], [("old",)])

    def rows():  # type: ignore[no-untyped-def]
        yield ("new",)
        raise RuntimeError

    with pytest.raises(RuntimeError):
        write_table(path, ["id"], rows())
    assert read_table(path) == [{"id": "old"}]
    assert list(tmp_path.iterdir()) == [path]


def test_refuses_another_ending_and_a_missing_folder(tmp_path: Path) -> None:
    with pytest.raises(click.ClickException, match="must end in"):
        write_table(tmp_path / "o.txt", ["id"], [])
    with pytest.raises(click.ClickException, match="cannot be written"):
        write_table(tmp_path / "none" / "o.csv", ["id"], [])
