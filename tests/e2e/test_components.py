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
