"""From a company's problem to the teams that can solve it, by mouse and keyboard in a real browser."""

from __future__ import annotations

import dataclasses
import re
import threading

import pytest
from playwright.sync_api import Page, expect

from innovalley.accounts.models import Role, User
from innovalley.challenges import jobs
from innovalley.challenges.models import Demand, DemandState
from innovalley.engine.specs import find
from innovalley.registry.models import AchievementSpec, Field, Membership
from tests.challenges import factories as make
from tests.e2e.conftest import OpenPage, assert_accessible, assert_fits, sign_in, take_picture
from tests.registry import factories as registry
from tests.registry.work import work as run_worker

PASSWORD = "a-long-enough-password"
TEXT = "现有锅炉低负荷时燃烧不稳。要求锅炉热效率不低于90%，氮氧化物排放浓度不超过30mg/m3，使用寿命不低于8年。"


@pytest.fixture(autouse=True)
def _by_words_alone(settings: object) -> None:
    """Reading by meaning takes a model and its time; the tests of the jobs have it."""
    settings.EMBEDDER = ""  # type: ignore[attr-defined]


@pytest.fixture
def people(site: str) -> None:
    """A company's user, an officer, and two teams with an achievement each."""
    registry.taxonomies()
    coal = Field.objects.get(path="energy.coal")
    for email, role in (("company@example.org", Role.COMPANY), ("office@example.org", Role.OFFICE)):
        User.objects.create_user(email, PASSWORD, name=email.partition("@")[0], role=role)
    company = registry.organisation("清源锅炉有限公司")
    Membership.objects.create(user=User.objects.get(role=Role.COMPANY), organisation=company)
    for team, title, text in (
        ("清洁燃烧团队", "循环流化床锅炉低氮燃烧技术", "锅炉热效率达到92%，氮氧化物排放浓度为45mg/m3。"),
        ("轧制团队", "不锈钢薄带轧制工艺", "抗拉强度不低于900MPa。"),
    ):
        made = registry.achievement(title, text=text, team=registry.team(team, field=coal), field=coal, trl=7)
        for spec in find(text):
            AchievementSpec.objects.create(achievement=made, found=True, **AchievementSpec.columns_of(spec))


def work() -> None:
    """Runs a worker until its queue is empty; in a thread, since Playwright's loop runs in this one."""
    thread = threading.Thread(target=run_worker)
    thread.start()
    thread.join()


def quantities(page: Page) -> list[str]:
    return page.locator("[name=spec_quantity]").evaluate_all("inputs => inputs.map(each => each.value)")


def start_draft(page: Page, site: str) -> None:
    sign_in(page, site, "company@example.org", PASSWORD)
    page.goto(f"{site}/my/demands/")
    page.get_by_role("button", name="提出需求").click()
    page.wait_for_url("**/edit/")


@pytest.mark.usefixtures("people")
def test_a_company_finds_who_can_solve_its_problem(site: str, open_page: OpenPage) -> None:
    company = open_page(site)
    start_draft(company, site)
    company.get_by_label("标题").first.fill("锅炉低氮燃烧改造")
    company.get_by_label("需求描述").press_sequentially(TEXT)
    expect(company.locator("[name=spec_quantity]")).to_have_count(3)
    expect(company.locator("#specs mark").first).to_contain_text("锅炉热效率不低于90%")
    expect(company.locator("#saved")).to_contain_text("已保存")

    # The office asks for a field, so the form does, and keeps everything.
    company.get_by_role("button", name="保存并提交审核").click()
    expect(company.get_by_role("alert")).to_contain_text("请选择技术领域")
    company.get_by_label("技术领域").select_option(label="\u3000煤炭清洁利用")
    company.get_by_label("预算上限").fill("120")
    take_picture(company, "demand-editor")
    company.get_by_role("button", name="保存并提交审核").click()
    expect(company.locator("h1")).to_have_text("锅炉低氮燃烧改造")
    expect(company.locator(".page-header")).to_contain_text("待审核")

    # The company need not wait for the office to see who was found.
    work()
    company.goto(company.url)
    expect(company.locator(".team").first).to_contain_text("清洁燃烧团队")

    address = company.url
    visitor = open_page(address)
    expect(visitor.locator("h1")).not_to_have_text("锅炉低氮燃烧改造")

    office = open_page(site)
    sign_in(office, site, "office@example.org", PASSWORD)
    office.goto(f"{site}/vetting/")
    office.get_by_role("link", name="锅炉低氮燃烧改造").click()
    office.get_by_role("link", name="发布").click()
    expect(office.locator("form.confirm")).to_contain_text("所有人都能看到它")
    office.get_by_role("button", name="发布这项需求").click()
    expect(office.get_by_role("status").first).to_contain_text("已发布")
    work()

    visitor.goto(f"{site}/demands/")
    visitor.get_by_role("link", name="锅炉低氮燃烧改造").click()
    first = visitor.locator(".team").first
    expect(first).to_contain_text("清洁燃烧团队")
    expect(first).to_contain_text("1 项满足")
    expect(first).to_contain_text("1 项不满足")
    expect(first.locator("blockquote mark").first).to_be_visible()
    row = visitor.locator(".matrix tbody tr").first
    expect(row.locator(".says--met")).to_have_count(1)
    expect(row.locator(".says--missed")).to_contain_text("15 mg/m³")
    visitor.locator(".evidence summary").first.click()
    expect(visitor.locator(".why__body .checks").first).to_contain_text("差 15 mg/m³")
    take_picture(visitor, "demand-with-teams")


@pytest.mark.usefixtures("people")
def test_what_is_changed_by_hand_survives_the_typing(site: str, open_page: OpenPage) -> None:
    page = open_page(site)
    start_draft(page, site)
    text = page.get_by_label("需求描述")
    text.press_sequentially(TEXT)
    expect(page.locator("[name=spec_quantity]")).to_have_count(3)
    page.locator("[name=spec_value]").first.fill("93")
    page.get_by_role("button", name="删除指标“使用寿命”").click()
    expect(page.locator("[name=spec_quantity]")).to_have_count(2)
    page.get_by_role("button", name="添加指标").click()
    expect(page.locator("[name=spec_quantity]")).to_have_count(3)
    page.locator("[name=spec_quantity]").last.fill("最低负荷")
    page.locator("[name=spec_value]").last.fill("30")
    page.locator("[name=spec_unit]").last.fill("%")
    text.press("End")
    text.press_sequentially("噪声不超过85dB。")
    expect(page.locator("[name=spec_quantity]")).to_have_count(4)
    assert quantities(page) == ["锅炉热效率", "氮氧化物排放浓度", "噪声", "最低负荷"]
    expect(page.locator("[name=spec_value]").first).to_have_value("93")
    page.get_by_role("button", name="保存草稿").click()
    page.wait_for_url("**/my/demands/")
    rows = [str(row) for row in Demand.objects.get().specs.all()]
    assert rows == ["锅炉热效率 ≥ 93 %", "氮氧化物排放浓度 ≤ 30 mg/m³", "噪声 ≤ 85 dB", "最低负荷 ≥ 30 %"]


@pytest.mark.usefixtures("people")
def test_a_row_does_not_change_under_the_hands_of_who_types_in_it(site: str, open_page: OpenPage) -> None:
    page = open_page(site)
    start_draft(page, site)
    page.get_by_label("需求描述").press_sequentially(TEXT)
    expect(page.locator("[name=spec_quantity]")).to_have_count(3)
    page.get_by_label("需求描述").press_sequentially("噪声不超过85dB。")
    page.locator("[name=spec_value]").first.press("End")
    page.locator("[name=spec_value]").first.press_sequentially(
        ".55", delay=400
    )  # slower than the table follows
    page.locator("[name=spec_unit]").first.focus()
    expect(page.locator("[name=spec_quantity]")).to_have_count(4)
    expect(page.locator("[name=spec_value]").first).to_have_value("90.55")


@pytest.mark.usefixtures("people")
def test_two_tabs_show_both_and_lose_nothing(site: str, open_page: OpenPage) -> None:
    first = open_page(site)
    start_draft(first, site)
    second = first.context.new_page()
    second.goto(first.url)
    first.get_by_label("标题").first.fill("第一个窗口的题目")
    expect(first.locator("#saved")).to_contain_text("已保存")
    second.get_by_label("标题").first.fill("第二个窗口的题目")
    expect(second.locator("#saved")).to_contain_text("未保存")
    second.get_by_role("button", name="保存草稿").click()
    expect(second.get_by_role("alert")).to_contain_text("第一个窗口的题目")
    expect(second.get_by_label("标题").first).to_have_value("第二个窗口的题目")
    second.get_by_role("button", name="保存草稿").click()
    second.wait_for_url("**/my/demands/")
    assert Demand.objects.get().title == "第二个窗口的题目"


@pytest.mark.usefixtures("people")
def test_a_session_that_ended_loses_nothing(site: str, open_page: OpenPage) -> None:
    page = open_page(site)
    start_draft(page, site)
    page.context.clear_cookies(name="sessionid")
    page.get_by_label("标题").first.fill("没有丢的题目")
    page.get_by_role("button", name="保存草稿").click()
    expect(page.locator("h1")).to_contain_text("还在")
    other = page.context.new_page()
    sign_in(other, site, "company@example.org", PASSWORD)
    page.locator("main form button").click()
    page.wait_for_url("**/my/demands/")
    expect(page.get_by_role("link", name="没有丢的题目")).to_be_visible()


@pytest.mark.usefixtures("people")
def test_a_page_that_can_no_longer_save_says_so_where_one_looks(site: str, open_page: OpenPage) -> None:
    first = open_page(site, height=500)
    start_draft(first, site)
    page = first.context.new_page()  # the refusal is on its console, as it must be
    page.goto(first.url)
    page.context.clear_cookies(name="sessionid")
    page.get_by_label("摘要").scroll_into_view_if_needed()
    page.get_by_label("摘要").fill("写到一半")
    expect(page.locator("[data-said=refused]")).to_be_in_viewport()
    expect(page.locator("#saved")).to_be_empty()


@pytest.mark.usefixtures("people")
def test_everything_works_without_scripts(site: str, open_page: OpenPage) -> None:
    page = open_page(site, scripts=False)
    start_draft(page, site)
    page.fill("[name=title]", "锅炉低氮燃烧改造")
    page.fill("[name=text]", TEXT)
    page.get_by_role("button", name="添加指标").click()
    assert quantities_without_scripts(page) == 4
    page.locator("[name=spec_quantity]").last.fill("最低负荷")
    page.locator("[name=spec_value]").last.fill("30")
    page.select_option("[name=field]", label="\u3000煤炭清洁利用")
    page.get_by_role("button", name="保存并提交审核").click()
    demand = Demand.objects.get()
    assert (demand.state, demand.specs.count()) == (DemandState.SUBMITTED, 4)
    page.goto(f"{site}/demands/?q=锅炉")
    assert "没有符合条件的需求" in page.content()


def quantities_without_scripts(page: Page) -> int:
    return page.locator("[name=spec_quantity]").count()


@pytest.mark.usefixtures("people")
def test_the_page_shows_the_teams_by_itself_when_they_are_ranked(site: str, open_page: OpenPage) -> None:
    demand = make.demand("锅炉低氮燃烧改造", text=TEXT)
    page = open_page(f"{site}/demands/{demand.pk}/")
    expect(page.locator("#matching")).to_contain_text("正在匹配团队")
    jobs.rank_demand(demand.pk)
    expect(page.locator(".team").first).to_contain_text("清洁燃烧团队")
    expect(page.locator("#matching")).to_have_text(re.compile(r"^\s*$"))


@pytest.mark.usefixtures("people")
def test_the_list_is_searched_as_one_types_and_every_state_has_an_address(
    site: str, open_page: OpenPage
) -> None:
    make.demand(
        "锅炉低氮燃烧改造", deadline="2030-05-31", budget_min_fen=10_000_000, budget_max_fen=20_000_000
    )
    make.demand("不锈钢薄带轧制")
    page = open_page(f"{site}/demands/")
    expect(page.locator("tbody tr")).to_have_count(2)
    page.locator("main input[type=search]").press_sequentially("锅炉")
    expect(page.locator("tbody tr")).to_have_count(1)
    expect(page.locator("tbody mark")).to_have_text("锅炉")
    page.wait_for_url(re.compile(r"[?&]q="))
    page.get_by_label("最高").fill("5")
    page.get_by_label("最高").press("Tab")
    expect(page.locator("#results")).to_contain_text("没有符合条件的需求")
    page.reload()
    expect(page.locator("#results")).to_contain_text("没有符合条件的需求")
    page.go_back()
    expect(page.locator("tbody tr")).to_have_count(1)


@pytest.mark.usefixtures("people")
def test_many_specs_fit_on_paper(site: str, open_page: OpenPage) -> None:
    demand = make.demand("锅炉低氮燃烧改造", text=TEXT)
    for number in range(14):
        for spec in find(TEXT)[:1]:
            make.demand_spec(
                demand, dataclasses.replace(spec, quantity=f"第 {number} 号出口氮氧化物排放浓度")
            )
    for spec in find(TEXT):
        make.demand_spec(demand, spec, found=True)
    jobs.rank_demand(demand.pk)
    a4_less_margins = 673  # CSS pixels
    page = open_page(f"{site}/demands/{demand.pk}/", width=a4_less_margins)
    page.emulate_media(media="print")
    expect(page.locator(".matrix")).to_be_visible()
    assert_fits(page)


@pytest.mark.usefixtures("people")
@pytest.mark.parametrize(
    ("language", "theme", "width"),
    [("zh-hans", "light", 1280), ("zh-hans", "dark", 360), ("en", "light", 360), ("en", "dark", 1280)],
)
def test_the_pages_are_accessible_and_fit(
    site: str, open_page: OpenPage, language: str, theme: str, width: int
) -> None:
    demand = make.demand("锅炉低氮燃烧改造", text=TEXT, title_en="Low-NOx boiler retrofit")
    for spec in find(TEXT):
        make.demand_spec(demand, spec, found=True)
    draft = make.demand(
        "草稿", state=DemandState.DRAFT, text=TEXT, organisation=Membership.objects.get().organisation
    )
    for spec in find(TEXT):
        make.demand_spec(draft, spec, found=True)
    jobs.rank_demand(demand.pk)
    found = demand.match_run.achievements.first()
    assert found is not None
    page = open_page(site, language=language, theme=theme, width=width)
    public = (
        "demands/",
        "demands/?q=nothing",
        f"demands/{demand.pk}/",
        f"demands/{demand.pk}/why/{found.achievement_id}/",
    )
    company = ("my/demands/", f"my/demands/{draft.pk}/edit/?missing=1", f"demands/{draft.pk}/")
    office = (
        "vetting/",
        f"demands/{demand.pk}/withdraw/",
        f"demands/{demand.pk}/",
        "demands/?state=returned",
    )
    for email, addresses in (("", public), ("company@example.org", company), ("office@example.org", office)):
        if email:
            page.context.clear_cookies(name="sessionid")
            sign_in(page, site, email, PASSWORD)
        for address in addresses:
            page.goto(f"{site}/{address}")
            page.locator("main details").evaluate_all("all => all.forEach((each) => (each.open = true))")
            page.wait_for_load_state("networkidle")
            assert_fits(page)
            assert_accessible(page)
            take_picture(page, f"{re.sub(r'[^a-z]+', '-', address)}{language}-{theme}-{width}")
