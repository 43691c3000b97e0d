"""An import through the pages: from a file with two bad rows to the rows in the registry."""

from __future__ import annotations

import io
import re
from typing import Any

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from innovalley.registry import progress
from innovalley.registry.importing import tables
from innovalley.registry.importing.columns import assign_headers
from innovalley.registry.importing.kinds import KINDS
from innovalley.registry.importing.reading import read_table
from innovalley.registry.models import ImportRun, Organisation
from tests.registry import factories as make
from tests.registry.importing.files import csv_file
from tests.registry.work import work

pytestmark = pytest.mark.django_db(transaction=True)

HEADER = ["统一社会信用代码", "名称", "类型", "地区"]
State = ImportRun.State


@pytest.fixture
def office(client: Client) -> Client:
    client.force_login(make.user(name="处室用户"))
    return client


def good_rows() -> list[list[str]]:
    return [[make.code(number), f"单位{number}", "企业", ""] for number in range(1, 6)]


def rows_with_two_mistakes() -> list[list[str]]:
    rows = good_rows()
    rows[1][0] = rows[1][0][:-1] + ("0" if rows[1][0][-1] != "0" else "1")  # a wrong check digit
    rows[3][3] = "太圆市"  # no such region
    return rows


def upload(client: Client, rows: list[list[str]], *, name: str = "企业名单.csv", **data: Any) -> Any:
    file = SimpleUploadedFile(name, csv_file([HEADER, *rows]))
    return client.post(reverse("import_new"), {"kind": "organisation", "file": file, **data})


def page(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200
    return response.content.decode()


def test_two_bad_rows_are_told_mended_and_imported(office: Client) -> None:
    make.taxonomies()
    response = upload(office, rows_with_two_mistakes())
    address = response.headers["Location"]
    assert "正在检查表格" in page(office, address)
    work()
    html = page(office, address)
    assert "发现 2 个问题，没有写入任何数据" in html
    assert "校验位或某个字符有误" in html
    assert "你是不是要填“太原市”" in html or "太原市" in html
    assert "确认写入" not in html
    assert not Organisation.objects.exists()

    mended = rows_with_two_mistakes()
    mended[1], mended[3][3] = good_rows()[1], "太原市"
    address = upload(office, mended).headers["Location"]
    work()
    html = page(office, address)
    assert "向“单位”新增 5 行" in html
    assert not Organisation.objects.exists()

    office.post(f"{address}confirm/")
    assert "正在写入" in page(office, address)
    office.post(f"{address}confirm/")  # sent twice
    work()
    html = page(office, address)
    assert "已写入 5 行" in html
    assert f'href="{reverse("organisations")}"' in html
    assert Organisation.objects.count() == 5
    office.post(f"{address}confirm/")
    work()
    assert Organisation.objects.count() == 5
    listed = page(office, reverse("imports"))
    assert re.findall(r'data-label="状态">[^已]*(已[^<]+)<', listed) == ["已导入", "已检查"]
    assert "处室用户" in listed


def test_the_report_goes_along_as_a_workbook(office: Client) -> None:
    make.taxonomies()
    address = upload(office, rows_with_two_mistakes()).headers["Location"]
    assert office.get(f"{address}report.xlsx").status_code == 404  # not checked yet
    work()
    response = office.get(f"{address}report.xlsx")
    assert response.headers["Content-Disposition"].startswith("attachment")
    book = openpyxl.load_workbook(io.BytesIO(body(response)))
    rows = [[cell.value for cell in row] for row in book.active.iter_rows()]
    assert len(rows[0]) == 4
    assert [row[:3] for row in rows[1:]] == [
        [3, "统一社会信用代码", rows_with_two_mistakes()[1][0]],
        [5, "地区", "太圆市"],
    ]


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_a_template_is_understood_as_it_is(office: Client, kind: str) -> None:
    content = body(office.get(reverse("import_template", args=[kind])))
    book = openpyxl.load_workbook(io.BytesIO(content))
    headers = [cell.value for cell in book.worksheets[0][1]]
    known, ignored, twice = assign_headers(KINDS[kind]().columns, headers)
    assert (list(known), ignored, twice) == (headers, [], [])
    assert len(book.worksheets) == 2
    with pytest.raises(tables.UnreadableError, match="行"):  # a header but no rows: nothing else is wrong
        read_table(content, "模板.xlsx")


def body(response: Any) -> bytes:
    assert response.status_code == 200
    return b"".join(response.streaming_content) if response.streaming else response.content


def test_problems_can_be_narrowed_to_a_column(office: Client) -> None:
    make.taxonomies()
    address = upload(office, rows_with_two_mistakes()).headers["Location"]
    work()
    html = page(office, f"{address}?column=地区")
    assert "太圆市" in html
    assert rows_with_two_mistakes()[1][0] not in html


@pytest.mark.parametrize(
    ("content", "message"),
    [(b"", "文件是空的"), (b"x" * (tables.MAX_BYTES + 1), "一次最多导入 20 MB")],
)
def test_a_file_that_cannot_be_taken_in_says_why_and_what_was_chosen_stays(
    office: Client, content: bytes, message: str
) -> None:
    response = office.post(
        reverse("import_new"),
        {"kind": "team", "file": SimpleUploadedFile("团队.csv", content), "skip_existing": "on"},
    )
    html = response.content.decode()
    assert response.status_code == 422
    assert message in html
    assert re.search(r'value="team"[^>]* checked', html)
    assert re.search(r'name="skip_existing"[^>]* checked', html)
    assert not ImportRun.objects.exists()


@pytest.mark.parametrize(("missing", "message"), [("file", "请选择文件"), ("kind", "请选择表中列的是什么")])
def test_what_was_left_out_is_asked_for(office: Client, missing: str, message: str) -> None:
    data: dict[str, Any] = {"kind": "person", "file": SimpleUploadedFile("a.csv", b"a,b\n1,2")}
    del data[missing]
    assert message in office.post(reverse("import_new"), data).content.decode()
    assert not ImportRun.objects.exists()


def test_a_form_sent_twice_is_one_import(office: Client) -> None:
    first, second = upload(office, good_rows()), upload(office, good_rows())
    assert first.headers["Location"] == second.headers["Location"]
    work()
    third = upload(office, good_rows())  # later, on purpose
    assert third.headers["Location"] != first.headers["Location"]


def test_a_picture_is_told_from_a_table(office: Client) -> None:
    file = SimpleUploadedFile("照片.csv", b"\x89PNG\r\n" + bytes(range(256)))
    address = office.post(reverse("import_new"), {"kind": "person", "file": file}).headers["Location"]
    work()
    assert "既不是 CSV 文件" in page(office, address)


def test_the_progress_bar_moves_and_ends_with_the_whole_page(office: Client) -> None:
    address = upload(office, good_rows()).headers["Location"]
    run = ImportRun.objects.get()
    progress.report(run.progress_name, 2, 5)
    html = office.get(address, headers={"HX-Request": "true"}).content.decode()
    assert "40 %" in html
    assert "2 / 5 行" in html
    progress.clear(run.progress_name)
    work()
    assert office.get(address, headers={"HX-Request": "true"}).headers["HX-Refresh"] == "true"


def test_an_import_is_given_up(office: Client) -> None:
    address = upload(office, good_rows()).headers["Location"]
    work()
    office.post(f"{address}cancel/")
    assert "已取消，没有写入任何数据" in page(office, address)
    response = office.post(f"{address}confirm/", follow=True)
    assert "目前不能写入" in response.content.decode()
    assert not Organisation.objects.exists()


def test_one_that_is_written_cannot_be_cancelled(office: Client) -> None:
    address = upload(office, good_rows()).headers["Location"]
    work()
    office.post(f"{address}confirm/")
    work()
    assert "无法再取消" in office.post(f"{address}cancel/", follow=True).content.decode()
    assert Organisation.objects.count() == 5


def test_known_rows_are_skipped_when_that_was_chosen(office: Client) -> None:
    make.organisation(code=good_rows()[0][0])
    address = upload(office, good_rows(), skip_existing="on").headers["Location"]
    work()
    html = page(office, address)
    assert "向“单位”新增 4 行" in html
    assert "库中已有的 1 行保持不变" in html


def test_columns_that_mean_nothing_are_named(office: Client) -> None:
    content = csv_file([[*HEADER, "备注"], *([*row, "x"] for row in good_rows())])
    data = {"kind": "organisation", "file": SimpleUploadedFile("a.csv", content)}
    address = office.post(reverse("import_new"), data).headers["Location"]
    work()
    html = page(office, address)
    assert "未识别的列" in html
    assert "备注" in html


def test_the_list_of_imports_reads_no_file_and_takes_as_many_queries_for_one_as_for_forty(
    office: Client, django_assert_max_num_queries: Any
) -> None:
    def add(count: int) -> None:
        ImportRun.objects.bulk_create(
            ImportRun(kind="person", file_name="表.csv", content=b"x" * 1000, created_by=make.user())
            for _ in range(count)
        )

    add(1)
    with django_assert_max_num_queries(11) as few:
        page(office, reverse("imports"))
    add(40)
    with django_assert_max_num_queries(len(few)) as many:
        page(office, reverse("imports"))
    assert not any('"content"' in query["sql"] for query in many.captured_queries)


def test_imports_are_filtered_by_kind_and_state(office: Client) -> None:
    ImportRun.objects.create(kind="person", file_name="人员.csv", content=b"", state=State.DONE)
    ImportRun.objects.create(kind="team", file_name="团队.csv", content=b"", state=State.CANCELLED)
    for query in ("kind=person", "state=done"):
        html = page(office, f"{reverse('imports')}?{query}")
        assert "人员.csv" in html
        assert "团队.csv" not in html
