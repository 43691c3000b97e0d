"""An officer imports a table in the browser: two bad rows are shown, mended, and all of them written."""

from __future__ import annotations

import re
import threading

import pytest
from playwright.sync_api import Page, expect

from innovalley.accounts.models import Role
from innovalley.registry.models import ImportRun, Organisation
from tests.e2e.conftest import OpenPage, assert_accessible, assert_fits, sign_in, take_picture
from tests.registry import factories as make
from tests.registry.importing.files import csv_file, xlsx_file
from tests.registry.work import work

HEADER = ["统一社会信用代码", "名称", "类型", "地区"]
PASSWORD = "enough-for-a-test"


@pytest.fixture
def office(site: str, open_page: OpenPage) -> Page:
    """A page on which an officer is signed in."""
    make.taxonomies()
    make.user(Role.OFFICE, email="office@example.org", password=PASSWORD, name="处室用户")
    page = open_page(f"{site}/")
    sign_in(page, site, "office@example.org", PASSWORD)
    return page


def rows(*, mended: bool) -> list[list[str]]:
    names = ["晋北煤化工", "汾河特钢", "云冈精密", "太行轴承", "漳泽电力", "桑干河机械"]
    table = [[make.code(number), f"{name}有限公司", "企业", "太原市"] for number, name in enumerate(names, 1)]
    if not mended:
        table[1][0] = table[1][0][:-1] + ("0" if table[1][0][-1] != "0" else "1")
        table[4][3] = "太圆市"
    return table


def run_jobs() -> None:
    """The worker, in a thread of its own: this one has the browser's event loop."""
    worker = threading.Thread(target=work)
    worker.start()
    worker.join()


def choose(page: Page, name: str, content: bytes) -> None:
    page.get_by_label("文件").set_input_files(
        {"name": name, "mimeType": "application/octet-stream", "buffer": content}
    )


def test_an_officer_imports_a_table_with_two_bad_rows(office: Page, site: str) -> None:
    page = office
    page.get_by_role("link", name="数据导入").first.click()
    take_picture(page, "imports-none")
    page.get_by_role("link", name="导入表格").first.click()
    assert_accessible(page)
    page.get_by_role("button", name="检查表格").click()  # nothing chosen: the browser asks for it
    assert page.url == f"{site}/imports/new/"
    page.get_by_label("单位", exact=True).check()
    choose(page, "企业名单.csv", csv_file([HEADER, *rows(mended=False)], encoding="gb18030"))
    page.get_by_role("button", name="检查表格").click()

    expect(page.get_by_role("progressbar", name="正在检查表格")).to_be_visible()
    assert_accessible(page)
    run_jobs()
    expect(page.get_by_text("发现 2 个问题，没有写入任何数据")).to_be_visible()  # without a click
    problems = page.get_by_role("region", name="问题").get_by_role("row")
    expect(problems).to_have_count(3)  # with the header
    expect(problems.nth(1)).to_contain_text("校验位或某个字符有误")
    expect(problems.nth(2)).to_contain_text("太圆市")
    expect(problems.nth(2)).to_contain_text("太原市")
    expect(page.get_by_role("button", name="确认写入")).to_have_count(0)
    assert_accessible(page)
    take_picture(page, "import-problems")
    with page.expect_download() as report:
        page.get_by_role("link", name="下载检查报告").click()
    assert report.value.suggested_filename.endswith(".xlsx")

    page.get_by_role("link", name="选择改好的文件").click()
    expect(page.get_by_label("单位", exact=True)).to_be_checked()
    choose(page, "企业名单-已改.xlsx", xlsx_file([HEADER, *rows(mended=True)]))
    page.get_by_role("button", name="检查表格").click()
    run_jobs()
    expect(page.get_by_text("向“单位”新增 6 行")).to_be_visible()
    assert not Organisation.objects.exists()
    assert_accessible(page)
    take_picture(page, "import-ready")

    confirm = page.get_by_role("button", name="确认写入")
    confirm.focus()
    confirm.press("Enter")
    run_jobs()
    expect(page.get_by_text("已写入 6 行")).to_be_visible()
    assert_accessible(page)
    take_picture(page, "import-done")

    page.get_by_role("main").get_by_role("link", name="单位").first.click()
    page.get_by_role("searchbox").first.fill("")
    page.get_by_role("main").get_by_role("searchbox").press_sequentially("特钢")
    found = page.locator("#results").get_by_role("row")
    expect(found).to_have_count(2)
    expect(found.nth(1)).to_contain_text("汾河特钢有限公司")
    page.wait_for_url("**/organisations/?q=*")


def test_the_whole_import_is_done_by_keyboard(office: Page, site: str) -> None:
    page = office
    page.goto(f"{site}/imports/new/")

    def tab_to(name: str) -> None:
        for _ in range(60):
            page.keyboard.press("Tab")
            focused = page.evaluate(
                "() => { const e = document.activeElement; return (e.labels?.[0] ?? e).innerText?.trim() ?? ''; }"
            )
            if focused.startswith(name):
                return
        raise AssertionError(f"no way to “{name}” by Tab")

    tab_to("单位")
    tab_to("单位")  # past the navigation's link: the first choice of the form
    page.keyboard.press("Space")
    tab_to("文件")
    choose(page, "企业名单.csv", csv_file([HEADER, *rows(mended=True)]))  # the chooser is the system's own
    tab_to("跳过库中已有的行")
    page.keyboard.press("Space")
    tab_to("检查表格")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/imports/\d+/$"))
    assert ImportRun.objects.get().skip_existing
    run_jobs()
    expect(page.get_by_role("button", name="确认写入")).to_be_visible()
    tab_to("确认写入")
    page.keyboard.press("Enter")
    expect(page.get_by_role("progressbar", name="正在写入")).to_be_visible()
    run_jobs()
    expect(page.get_by_text("已写入 6 行")).to_be_visible()


def test_an_import_works_without_scripts(site: str, open_page: OpenPage) -> None:
    make.taxonomies()
    make.user(Role.OFFICE, email="office@example.org", password=PASSWORD)
    page = open_page(f"{site}/", scripts=False, width=360)
    sign_in(page, site, "office@example.org", PASSWORD)
    page.goto(f"{site}/imports/new/")
    page.get_by_label("单位", exact=True).check()
    choose(page, "企业名单.csv", csv_file([HEADER, *rows(mended=True)]))
    page.get_by_role("button", name="检查表格").click()
    run_jobs()
    page.get_by_role("link", name="查看当前进度").click()
    assert_fits(page)
    page.get_by_role("button", name="确认写入").click()
    run_jobs()
    page.get_by_role("link", name="查看当前进度").click()
    expect(page.get_by_text("已写入 6 行")).to_be_visible()
    assert_fits(page)
