"""Every component of docs/pages.md on one page: accessible in both colours and within 360 px."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django import forms
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.urls import include, path
from django.utils import timezone
from django_cotton.compiler_regex import CottonCompiler
from playwright.sync_api import Dialog

from tests.e2e.conftest import OpenPage, assert_accessible, assert_fits, take_picture

GALLERY = Path(__file__).with_name("gallery.html")
COMPONENTS = Path(__file__).resolve().parents[2] / "src/innovalley/web/templates/cotton"


class DemandForm(forms.Form):
    """One field of each sort."""

    title = forms.CharField(label="标题", help_text="一句话说明要解决什么。", max_length=5)
    text = forms.CharField(label="正文", widget=forms.Textarea)
    deadline = forms.DateField(label="截止日期", widget=forms.DateInput(attrs={"type": "date"}))
    rights = forms.ChoiceField(
        label="知识产权",
        choices=[("a", "归企业"), ("b", "共享")],
        widget=forms.RadioSelect,
        help_text="可以协商。",
    )
    fields_ = forms.MultipleChoiceField(
        label="领域",
        choices=[("a", "能源"), ("b", "材料")],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    table = forms.FileField(label="附件", required=False)
    agree = forms.BooleanField(label="同意公开", help_text="发布后所有人可见。")


def gallery(request: HttpRequest) -> HttpResponse:
    """The page with all components."""
    context = {
        "parts": [
            {"name": "words", "share": 0.42},
            {"name": "meaning", "share": 0.31},
            {"name": "specs", "share": 0.18},
            {"name": "field", "share": 0.09},
        ],
        "places": [{"path": "energy", "name": "能源"}, {"path": "energy.coal", "name": "煤炭清洁利用"}],
        "choices": [("a", "能源"), ("b", "新材料")],
        "rows": range(1, 5),
        "page": Paginator(range(230), 20).get_page(request.GET.get("page", 4)),
        "form": DemandForm({"title": "太长的一个标题", "rights": "c"}),
        "lines": ["这项需求不再公开。", "3 个团队收到通知。"],
        "tiles": [
            {"name": name, "value": value, "level": level, "column": column, "row": row, "url": "/"}
            for name, value, level, column, row in [
                ("大同", 12, 3, 2, 0),
                ("朔州", 0, 0, 1, 1),
                ("太原", 31, 4, 1, 2),
                ("阳泉", 4, 1, 2, 2),
                ("长治", 8, 2, 2, 3),
            ]
        ],
        "today": timezone.localdate(),
        "now": timezone.now(),
    }
    template = engines["django"].from_string(CottonCompiler().process(GALLERY.read_text(encoding="utf-8")))
    return HttpResponse(template.render(context, request))


urlpatterns = [path("gallery/", gallery), path("", include("innovalley.config.urls"))]


@pytest.fixture
def gallery_url(site: str, settings: object) -> str:
    settings.ROOT_URLCONF = __name__  # type: ignore[attr-defined]
    return f"{site}/gallery/"


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 768, 360])
def test_components_are_accessible_and_fit(
    gallery_url: str, open_page: OpenPage, theme: str, width: int
) -> None:
    page = open_page(gallery_url, theme=theme, width=width)
    take_picture(page, f"gallery-{theme}-{width}")
    assert_fits(page)
    assert_accessible(page)


def test_the_gallery_holds_every_component() -> None:
    known = {path.stem.replace("_", "-") for path in COMPONENTS.glob("*.html")}
    # c-exports stands within c-pagination; c-icon within nearly all.
    shown = set(re.findall(r"<c-([a-z-]+)", GALLERY.read_text(encoding="utf-8"))) | {"exports", "icon"}
    assert known - shown == set()


def test_errors_stand_at_their_fields(gallery_url: str, open_page: OpenPage) -> None:
    page = open_page(gallery_url)
    title = page.locator("#id_title")
    described = title.get_attribute("aria-describedby") or ""
    said = [page.locator(f"#{each}").inner_text() for each in described.split()]
    assert said[0] == "一句话说明要解决什么。"
    assert "5" in said[1]
    assert title.get_attribute("aria-invalid") == "true"
    page.locator("#form-errors a").first.click()
    assert page.evaluate("location.hash") == "#id_title"


def test_an_edited_form_warns_before_one_leaves_it_and_others_do_not(
    gallery_url: str, open_page: OpenPage
) -> None:
    page = open_page(gallery_url)
    asked: list[str] = []

    def accept(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.accept()

    page.on("dialog", accept)
    page.locator("main input[name=q]").press_sequentially("煤")
    page.locator(".breadcrumbs a").first.click()
    page.locator(".hero").wait_for()
    assert asked == []
    page.goto(gallery_url)
    page.locator("#id_text").click()
    page.keyboard.type("新")
    page.locator(".breadcrumbs a").first.click()
    page.locator(".hero").wait_for()
    assert asked == ["beforeunload"]


def test_menus_and_search_answer_to_the_keyboard(gallery_url: str, open_page: OpenPage) -> None:
    page = open_page(gallery_url)
    page.locator("details.menu:not(.bar__mobile) > summary").first.focus()
    page.keyboard.press("Enter")
    assert page.locator("details.menu[open]").count() == 1
    page.keyboard.press("Escape")
    assert page.locator("details.menu[open]").count() == 0
    assert page.evaluate("document.activeElement.tagName") == "SUMMARY"
    page.locator("h1").click()
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.name") == "q"


def test_the_first_stop_of_the_keyboard_skips_to_the_content(site: str, open_page: OpenPage) -> None:
    page = open_page(f"{site}/about/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


def test_the_head_of_a_long_table_stays_in_sight(gallery_url: str, open_page: OpenPage) -> None:
    page = open_page(gallery_url, height=300)
    page.locator("tbody tr").nth(2).evaluate("row => row.scrollIntoView()")
    head, bar = page.locator("thead th").first.bounding_box(), page.locator("header.bar").bounding_box()
    assert head
    assert bar
    assert head["y"] >= bar["y"] + bar["height"] - 2


def test_paper_is_white_and_has_no_controls(gallery_url: str, open_page: OpenPage) -> None:
    page = open_page(gallery_url, theme="dark")
    page.emulate_media(media="print")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    for gone in ("header.bar", ".filters", ".pages", ".page-header__actions", ".foot"):
        assert not page.locator(gone).first.is_visible(), gone
    assert page.locator("h1").is_visible()
