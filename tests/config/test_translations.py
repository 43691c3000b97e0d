"""Every text has its Chinese, and the tool that finds those that have none can be trusted."""

from __future__ import annotations

import gettext
import os
import time
from pathlib import Path

import pytest

from innovalley.config import translations

SOURCE = """
from django.utils.translation import gettext as _, gettext_lazy, ngettext, pgettext

_("Plain")
gettext_lazy("Lazy "
             "in two parts")
ngettext("%(count)s bid", "%(count)s bids", 2)
pgettext("of a person", "title")
not_marked("Left alone")
"""

TEMPLATE = """
<div>
      {% if user %}
  <h1 title="{% translate 'In a tag' %}">{{ _("In a variable") }} {{ value|default:_("In a filter") }}</h1>
    {% endif %}
  {% blocktranslate count n=bids|length trimmed %}
      {{ n }} team
      answers
    {% plural %}
      {{ n }} teams
      answer
  {% endblocktranslate %}
  {% translate "Title" context "of a page" %} 中文
</div>
"""


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A product of two rooms, without catalogues."""
    (tmp_path / "alpha" / "templates").mkdir(parents=True)
    (tmp_path / "beta").mkdir()
    (tmp_path / "alpha" / "models.py").write_text(SOURCE)
    (tmp_path / "alpha" / "templates" / "page.html").write_text(TEMPLATE)
    (tmp_path / "beta" / "models.py").write_text('from x import _\n_("Plain")\n')
    return tmp_path


def translate(package: Path, room: str, **chinese: str) -> None:
    """Fill in the catalogue of a room: msgid → Chinese."""
    path = translations.catalogue_of(room, package)
    text = path.read_text()
    for msgid, msgstr in chinese.items():
        text = text.replace(f'msgid "{msgid}"\nmsgstr ""', f'msgid "{msgid}"\nmsgstr "{msgstr}"')
    path.write_text(text)


def test_finds_the_marked_texts_of_code_and_templates(package: Path) -> None:
    found = {(t.room, t.msgid, t.plural, t.context) for t in translations.texts(package)}
    assert found == {
        ("alpha", "Plain", "", None),
        ("alpha", "Lazy in two parts", "", None),
        ("alpha", "%(count)s bid", "%(count)s bids", None),
        ("alpha", "title", "", "of a person"),
        ("alpha", "In a tag", "", None),
        ("alpha", "In a variable", "", None),
        ("alpha", "In a filter", "", None),
        ("alpha", "%(n)s team answers", "%(n)s teams answer", None),
        ("alpha", "Title", "", "of a page"),
        ("beta", "Plain", "", None),
    }


def test_says_where_a_text_stands(package: Path) -> None:
    places = {text.msgid: text.place for text in translations.texts(package)}
    assert places["Lazy in two parts"] == "alpha/models.py:5"


def test_each_room_needs_its_own_chinese(package: Path) -> None:
    translations.add_missing(package=package)
    translate(package, "alpha", Plain="普通")
    assert "alpha" not in {t.room for t in translations.untranslated(package) if t.msgid == "Plain"}
    assert "beta" in {t.room for t in translations.untranslated(package) if t.msgid == "Plain"}


def test_what_is_added_can_be_filled_in(package: Path) -> None:
    added = translations.add_missing(["beta"], package)
    assert [text.msgid for text in added] == ["Plain"]
    translate(package, "beta", Plain="普通")
    assert [text for text in translations.untranslated(package) if text.room == "beta"] == []


def test_adding_twice_adds_once_and_keeps_what_is_there(package: Path) -> None:
    translations.add_missing(package=package)
    translate(package, "alpha", Plain="普通")
    before = translations.catalogue_of("alpha", package).read_text()
    assert translations.add_missing(package=package) == []
    assert translations.catalogue_of("alpha", package).read_text() == before


def test_a_fuzzy_translation_is_none(package: Path) -> None:
    translations.add_missing(["beta"], package)
    translate(package, "beta", Plain="普通")
    path = translations.catalogue_of("beta", package)
    path.write_text(path.read_text().replace('msgid "Plain"', '#, fuzzy\nmsgid "Plain"'))
    assert "Plain" in {text.msgid for text in translations.untranslated(package) if text.room == "beta"}


def test_two_translations_of_one_text_are_a_fault(package: Path) -> None:
    translations.add_missing(package=package)
    translate(package, "alpha", Plain="普通")
    translate(package, "beta", Plain="平原")
    assert translations.faults(package) == ["'Plain' is '普通' in alpha and '平原' in beta"]


def test_a_lost_placeholder_is_a_fault(package: Path) -> None:
    (package / "beta" / "models.py").write_text('from x import _\n_("%(count)s of %(total)s")\n')
    translations.add_missing(["beta"], package)
    path = translations.catalogue_of("beta", package)
    path.write_text(path.read_text().replace('total)s"\nmsgstr ""', 'total)s"\nmsgstr "共%(total)s"'))
    assert translations.faults(package) == [
        "beta: '共%(total)s' has other placeholders than '%(count)s of %(total)s'"
    ]


def test_compiling_again_writes_only_what_changed(package: Path) -> None:
    translations.add_missing(package=package)
    assert translations.compile_all(package) == 2
    assert translations.compile_all(package) == 0
    changed = translations.catalogue_of("beta", package)
    os.utime(changed, (time.time() + 60, time.time() + 60))
    assert translations.compile_all(package) == 1


def test_what_is_compiled_is_shown(package: Path) -> None:
    translations.add_missing(package=package)
    translate(package, "beta", Plain="普通")
    translations.compile_all(package)
    with translations.catalogue_of("beta", package).with_suffix(".mo").open("rb") as file:
        assert gettext.GNUTranslations(file).gettext("Plain") == "普通"


ROOMS = sorted(path.name for path in translations.PACKAGE.iterdir() if (path / "__init__.py").exists())


@pytest.mark.parametrize("room", ROOMS)
def test_every_text_of_the_product_has_its_chinese(room: str) -> None:
    missing = [f"{text.place} {text.msgid!r}" for text in translations.untranslated() if text.room == room]
    assert missing == [], "see python -m innovalley.config.translations --write"


def test_the_catalogues_have_no_faults() -> None:
    assert translations.faults() == [], (
        "two meanings of one text need a context: pgettext, {% translate … context … %}"
    )
