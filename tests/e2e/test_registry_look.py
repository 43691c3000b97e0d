"""How the registry's pages look to a browser: accessible, within their width, quiet on the console."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from innovalley.accounts.models import User
from innovalley.registry.importing import actions
from innovalley.registry.importing.actions import check_run
from innovalley.registry.merging.actions import propose_merges
from innovalley.registry.models import Achievement, Holding, MergeProposal, Organisation, Team
from innovalley.sample.accounts import PASSWORD
from tests.e2e.conftest import OpenPage, assert_accessible, assert_fits, sign_in, take_picture
from tests.registry import factories as make
from tests.registry.importing.files import csv_file

LOOKS = [("zh-hans", "light", 1280), ("zh-hans", "dark", 360), ("en", "light", 360), ("en", "dark", 1280)]


def prepare() -> dict[str, str]:
    """The addresses of all pages, with something on each, in the sample province."""
    office = User.objects.get(email="office@example.org")
    twice = Organisation.objects.filter(kind="company").first()
    assert twice is not None
    make.organisation(twice.name_zh, code="", founded=2001, region=twice.region)
    propose_merges(kind="organisation")
    runs = []
    header = ["统一社会信用代码", "名称", "类型", "备注"]
    for rows in (
        [[make.code(1), "晋北煤化工有限公司", "企业", ""]],
        [[make.code(2)[:-1], "汾河特钢有限公司", "公司企业", ""], ["", "", "", "x"]],
    ):
        run = actions.upload_table(
            actor=office,
            kind="organisation",
            file_name="晋北、汾河两地企业名单.csv",
            content=csv_file([header, *rows]),
        )
        check_run(run_id=run.pk)
        runs.append(run.pk)
    holder = Holding.objects.select_related("holder").first()
    achievement = Achievement.objects.exclude(text_en="").exclude(ip="").first() or make.achievement(
        "低热值煤矸石循环流化床燃烧",
        text="锅炉效率不低于 89 %，NOx 排放 ≤ 50 mg/m³。",
        trl=7,
        ip="ZL202110000001.2",
    )
    team = achievement.team or Team.objects.first()
    assert holder is not None
    assert team is not None
    return {
        "teams": "/teams/?field=energy",
        "team": team.get_absolute_url(),
        "achievements": "/achievements/?sort=-trl",
        "achievement": achievement.get_absolute_url(),
        "organisations": "/organisations/",
        "organisation": holder.holder.get_absolute_url(),
        "nothing": "/achievements/?q=zzz",
        "persons": "/persons/",
        "person": f"/persons/{team.leader_id}/",
        "imports": "/imports/",
        "import_new": "/imports/new/",
        "import_ready": f"/imports/{runs[0]}/",
        "import_problems": f"/imports/{runs[1]}/",
        "merges": "/merges/",
        "merge": f"/merges/{MergeProposal.objects.values_list('pk', flat=True)[0]}/",
    }


@pytest.mark.parametrize(("language", "theme", "width"), LOOKS)
def test_pages_are_accessible_and_fit(
    province: str, open_page: OpenPage, language: str, theme: str, width: int
) -> None:
    addresses = prepare()
    page = open_page(f"{province}/", language=language, theme=theme, width=width)
    sign_in(page, province, "office@example.org", PASSWORD)
    for name, address in addresses.items():
        response = page.goto(province + address)
        assert response is not None
        assert response.ok, address
        take_picture(page, f"registry-{name}-{language}-{theme}-{width}")
        assert_fits(page)
        assert_accessible(page)


def headings(page: Page) -> list[str]:
    return page.locator("#results .row-link").all_inner_texts()


def test_a_list_is_searched_as_one_types_filtered_sorted_and_kept_in_its_address(
    province: str, open_page: OpenPage
) -> None:
    page = open_page(f"{province}/teams/")
    all_teams = headings(page)
    assert len(all_teams) == 20
    page.get_by_role("main").get_by_role("searchbox").press_sequentially("瓦斯")
    page.wait_for_url("**/teams/?q=*")
    expect(page.locator("#results mark").first).to_have_text("瓦斯")
    found = headings(page)
    assert 0 < len(found) < 20
    page.get_by_label("技术领域").select_option("energy")
    page.wait_for_url("**field=energy*")
    page.get_by_role("link", name="成员").click()
    page.wait_for_url("**sort=members*")
    address, shown = page.url, headings(page)
    assert set(shown) <= set(found)
    again = open_page(address)
    assert headings(again) == shown
    expect(again.get_by_label("技术领域")).to_have_value("energy")
    page.get_by_role("link", name="清除").click()
    assert headings(page) == all_teams


def test_a_spec_leads_to_its_place_in_the_text(site: str, open_page: OpenPage) -> None:
    from innovalley.registry.models import AchievementSpec

    text = "锅炉效率不低于 89 %。" + "系统运行稳定。" * 300 + "NOx 排放浓度不高于 50 mg/m³。"
    achievement = make.achievement("循环流化床燃烧", text=text)
    AchievementSpec.objects.bulk_create(
        AchievementSpec(achievement=achievement, **row) for row in AchievementSpec.found_in(text)
    )
    page = open_page(site + achievement.get_absolute_url(), height=600)
    page.locator("a.spec-chip").nth(1).click()
    expect(page.locator("#spec-2")).to_be_in_viewport()
