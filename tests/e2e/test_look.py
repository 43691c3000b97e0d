"""How the public front looks to a browser: accessible, within its width, quiet on the console."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone

from innovalley.accounts.models import Role, User
from innovalley.registry.models import Field, Region
from tests.challenges import factories as challenges
from tests.e2e.conftest import OpenPage, assert_accessible, assert_fits, sign_in, take_picture
from tests.registry import factories as registry

LANGUAGES = ["zh-hans", "en"]
THEMES = ["light", "dark"]
WIDTHS = {"desk": 1280, "phone": 360}
PASSWORD = "enough-for-a-test"


@pytest.fixture
def front(site: str) -> str:
    """The site with a few of each kind."""
    registry.taxonomies()
    coal, materials = Field.objects.get(path="energy.coal"), Field.objects.get(path="materials")
    taiyuan = Region.objects.get(path="140000.140100")
    plant = registry.organisation("晋北煤化工有限公司", name_en="Jinbei Coal Chemicals", region=taiyuan)
    college = registry.organisation(
        "汾河理工大学", name_en="Fenhe University of Technology", kind="university"
    )
    leader = registry.person("陈砚秋", organisation=college, title="教授")
    for number, field in enumerate([coal, coal, materials]):
        team = registry.team(
            f"煤基炭材料团队{number + 1}", organisation=college, field=field, leader=leader, members=(leader,)
        )
        registry.achievement(f"煤沥青基中间相炭微球制备 {number}", team=team, field=field, trl=6, year=2024)
    today = timezone.localdate()
    for number in range(5):
        challenges.demand(
            f"煤气化灰水中高浓度氨氮的低能耗脱除（{number + 1} 号装置）",
            title_en=f"Low-energy removal of ammonia from gasifier grey water, unit {number + 1}",
            text="出水氨氮不高于 15 mg/L，吨水电耗不超过 4 kWh，连续运行 2000 h 以上。" * 4,
            organisation=plant,
            field=[coal, materials][number % 2],
            region=taiyuan,
            budget_min_fen=50_000_000,
            budget_max_fen=80_000_000 + number * 12_345,
            deadline=today + dt.timedelta(days=20 * number),
            is_sample=number == 0,
        )
    return site


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_public_pages_are_accessible_and_fit(
    front: str, open_page: OpenPage, language: str, theme: str, width: str
) -> None:
    page = open_page(f"{front}/", language=language, theme=theme, width=WIDTHS[width])
    for name, address in {
        "home": "/",
        "search": "/search/?q=煤",
        "nothing": "/search/?q=zzz",
        "about": "/about/",
        "sign-in": "/accounts/login/",
        "reset": "/accounts/password/reset/",
        "missing": "/no-such-page/",
    }.items():
        page.goto(front + address)
        take_picture(page, f"{name}-{language}-{theme}-{width}")
        assert_fits(page)
        assert_accessible(page)


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("theme", THEMES)
def test_signed_in_pages_are_accessible_and_fit(
    front: str, open_page: OpenPage, theme: str, width: str
) -> None:
    officer = User.objects.create_user("office@example.test", PASSWORD, name="李处长", role=Role.OFFICE)
    page = open_page(f"{front}/", theme=theme, width=WIDTHS[width])
    sign_in(page, front, officer.email, PASSWORD)
    for name, address in {
        "home-office": "/",
        "password": "/accounts/password/change/",
        "two-step": "/accounts/2fa/",
        "confirm-access": "/accounts/2fa/totp/activate/",
        "totp": "",  # where the confirmed password leads
    }.items():
        if address:
            page.goto(front + address)
        else:
            page.fill("input[name=password]", PASSWORD)
            page.locator("main form button").first.click()
            page.locator("img.qr").wait_for()
        take_picture(page, f"{name}-{theme}-{width}")
        assert_fits(page)
        assert_accessible(page)
    menus = {"desk": ".bar__tools > .menu:not(.bar__mobile)", "phone": ".bar__mobile"}
    page.locator(f"{menus[width]} > summary").click()
    take_picture(page, f"menu-{theme}-{width}")
    assert_accessible(page, within=menus[width])


def test_the_menu_opens_without_scripts_on_a_telephone(front: str, open_page: OpenPage) -> None:
    page = open_page(f"{front}/", width=360, scripts=False)
    page.locator("details.bar__mobile > summary").click()
    menu = page.locator("details.bar__mobile .menu__panel")
    menu.get_by_role("button", name="English").click()
    assert page.locator("html").get_attribute("lang") == "en"
    page.locator("details.bar__mobile > summary").click()
    menu.locator("details > summary").click()
    menu.get_by_role("button", name="Dark").click()
    assert page.locator("html").get_attribute("data-theme") == "dark"


def test_search_answers_as_one_types_and_keeps_the_address(front: str, open_page: OpenPage) -> None:
    page = open_page(f"{front}/search/")
    page.locator("main input[name=q]").press_sequentially("煤化工")
    page.locator("#organisations mark", has_text="煤化工").wait_for()
    page.wait_for_url("**/search/?q=*")
    take_picture(page, "search-typed")
    page.locator("main input[name=q]").fill("")
    page.wait_for_url(f"{front}/search/")
    page.go_back()
    page.locator("#organisations mark", has_text="煤化工").wait_for()


def test_a_form_sent_after_the_session_ended_can_be_sent_again(front: str, open_page: OpenPage) -> None:
    user = User.objects.create_user("office@example.test", PASSWORD, role=Role.OFFICE)
    page = open_page(f"{front}/")
    sign_in(page, front, user.email, PASSWORD)
    page.goto(f"{front}/accounts/password/change/")
    other = page.context.new_page()
    other.goto(f"{front}/")
    other.context.clear_cookies(name="csrftoken")
    other.goto(f"{front}/about/")  # a new token, as a new sign-in brings
    page.fill("input[name=oldpassword]", PASSWORD)
    page.fill("input[name=password1]", "another-long-one")
    page.fill("input[name=password2]", "another-long-one")
    page.locator("main form button").first.click()
    page.wait_for_load_state()
    user.refresh_from_db()
    assert user.check_password("another-long-one")


@pytest.mark.parametrize(("language", "query"), [("zh-hans", "煤"), ("en", "coal")])
def test_the_sample_province_is_accessible_and_fits_a_telephone(
    province: str, open_page: OpenPage, language: str, query: str
) -> None:
    page = open_page(f"{province}/", language=language, theme="dark", width=360)
    for name, address in {"home": "/", "search": f"/search/?q={query}"}.items():
        page.goto(province + address)
        take_picture(page, f"province-{name}-{language}")
        assert_fits(page)
        assert_accessible(page)
