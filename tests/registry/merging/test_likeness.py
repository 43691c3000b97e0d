"""Which rows are proposed as duplicates, and which are not however alike they look."""

from __future__ import annotations

import itertools
import random
from typing import Any

import pytest

from innovalley.registry.merging.likeness import (
    Likeness,
    OrganisationRow,
    PersonRow,
    alike_organisations,
    alike_persons,
    region_names,
)

PLACES = region_names(
    [
        ("14", "山西省"),
        ("14.01", "太原市"),
        ("14.02", "大同市"),
        ("15", "内蒙古自治区"),
        ("14.0105", "小店区"),
    ]
)


def organisations(*names: str, **values: Any) -> dict[tuple[int, int], Likeness]:
    """What is found among organisations of these names, numbered from 1."""
    base: dict[str, Any] = {
        "code": "",
        "name_en": "",
        "is_company": True,
        "region": "",
        "parent": None,
    } | values
    return alike_organisations(
        [OrganisationRow(pk=i, name_zh=n, **base) for i, n in enumerate(names, 1)], PLACES
    )


@pytest.mark.parametrize(
    ("a", "b", "reason"),
    [
        ("晋能控股集团", "晋能控股集团", "same_name"),
        ("晋能控股（山西）有限公司", "晋能控股(山西)有限公司", "same_name"),
        ("ＡＢＣ材料", "abc 材料", "same_name"),
        ("太重煤机有限公司", "太重煤机有限责任公司", "same_name_but_form"),
        ("太重煤机股份有限公司", "太重煤机公司", "same_name_but_form"),
        ("山西太重煤机有限公司", "太重煤机有限公司", "same_name_but_place"),
        ("山西省太原市太重煤机", "太原太重煤机有限公司", "same_name_but_place"),
        ("内蒙古蒙泰煤电", "蒙泰煤电", "same_name_but_place"),
        ("华新宏源新材料科技有限公司", "华新宏元新材料科技有限公司", "near_name"),
    ],
)
def test_what_may_be_one_organisation(a: str, b: str, reason: str) -> None:
    found = organisations(a, b)
    assert list(found) == [(1, 2)]
    assert reason in found[1, 2].reasons


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("太原太重煤机有限公司", "大同太重煤机有限公司"),
        ("太原第一机床制造厂有限公司", "太原第二机床制造厂有限公司"),
        ("华新东区新材料科技", "华新西区新材料科技"),
        ("晋能控股有限公司太原分公司", "晋能控股有限公司"),
        ("晋钢集团有限公司", "晋钢有限公司"),
        ("山西大同科技", "山西太原科技"),
        ("煤科院", "煤研院"),
    ],
)
def test_what_is_not_one_organisation(a: str, b: str) -> None:
    assert organisations(a, b) == {}


def test_universities_are_not_one_for_the_same_name_after_the_place() -> None:
    assert organisations("太原理工大学", "山西理工大学", is_company=False) == {}


def test_the_stronger_reason_scores_higher() -> None:
    scores = [
        organisations(a, b)[1, 2].score
        for a, b in [
            ("太重煤机", "太重煤机"),
            ("太重煤机有限公司", "太重煤机"),
            ("太原太重煤机", "太重煤机"),
            ("华新宏源新材料科技有限公司", "华新宏元新材料科技有限公司"),
        ]
    ]
    assert scores == sorted(scores, reverse=True)
    assert len(set(scores)) == 4


def test_two_codes_speak_against_the_same_name_and_rule_out_a_similar_one() -> None:
    def pair(a: str, b: str, **values: Any) -> dict[tuple[int, int], Likeness]:
        base: dict[str, Any] = {"name_en": "", "is_company": True, "region": "", "parent": None} | values
        return alike_organisations(
            [OrganisationRow(1, "A", a, **base), OrganisationRow(2, "B", b, **base)], PLACES
        )

    found = pair("太重煤机有限公司", "太重煤机有限公司")
    assert found[1, 2].score < organisations("太重煤机有限公司", "太重煤机有限公司")[1, 2].score
    assert "codes_differ" in found[1, 2].reasons
    assert pair("华新宏源新材料科技有限公司", "华新宏元新材料科技有限公司") == {}


def test_other_regions_speak_against_it_and_a_place_within_does_not() -> None:
    def pair(a: str, b: str) -> Likeness:
        base: dict[str, Any] = {
            "code": "",
            "name_zh": "华新",
            "name_en": "",
            "is_company": True,
            "parent": None,
        }
        rows = [OrganisationRow(1, region=a, **base), OrganisationRow(2, region=b, **base)]
        return alike_organisations(rows, PLACES)[1, 2]

    assert "regions_differ" in pair("14.01", "14.02").reasons
    assert pair("14.01", "14").reasons == pair("14.01", "").reasons == ("same_name",)


def test_the_same_english_name_is_a_reason() -> None:
    rows = [
        OrganisationRow(1, "", "太重", "Taizhong Co., Ltd.", True, "", None),
        OrganisationRow(2, "", "太原重工", "TAIZHONG", True, "", None),
        OrganisationRow(3, "", "无英文名", "", True, "", None),
        OrganisationRow(4, "", "也无", "", True, "", None),
    ]
    assert alike_organisations(rows, PLACES) == {(1, 2): Likeness(90, ("same_english_name",))}


def test_three_alike_make_three_pairs_and_a_crowd_is_paired_with_its_first_only() -> None:
    assert set(organisations("华新", "华新", "华新")) == {(1, 2), (1, 3), (2, 3)}
    assert len(organisations(*["华新"] * 60)) == 59


def test_every_misspelt_name_is_found_among_thousands() -> None:
    dice = random.Random(7)
    letters = [chr(c) for c in range(0x6000, 0x6000 + 800)]
    names = ["".join(dice.sample(letters, 12)) for _ in range(3000)]
    wrong = [name[:5] + "错" + name[6:] for name in names[:100]]
    found = organisations(*names, *wrong)
    assert set(found) == {(i + 1, 3000 + i + 1) for i in range(100)}


# Persons -------------------------------------------------------------------------------------------


def persons(*rows: dict[str, Any]) -> dict[tuple[int, int], Likeness]:
    base: dict[str, Any] = {
        "name_zh": "李明",
        "name_en": "",
        "organisation": 1,
        "email": "",
        "phone": "",
        "orcid": "",
    }
    return alike_persons([PersonRow(pk=i, **(base | row)) for i, row in enumerate(rows, 1)])


def test_the_same_name_in_one_organisation() -> None:
    assert persons({}, {"name_zh": "李 明"}) == {(1, 2): Likeness(75, ("same_name", "same_organisation"))}


def test_the_same_name_elsewhere_needs_an_address_in_common() -> None:
    assert persons({}, {"organisation": 2}) == {}
    found = persons({"email": "Li@a.org"}, {"organisation": 2, "email": "li@a.org"})
    assert found == {(1, 2): Likeness(90, ("same_name", "same_email"))}
    found = persons({"phone": "0351-123 4567"}, {"organisation": 2, "phone": "(0351)1234567"})
    assert found == {(1, 2): Likeness(85, ("same_name", "same_phone"))}


def test_more_in_common_scores_higher_and_other_addresses_lower() -> None:
    everything = {"email": "li@a.org", "phone": "1"}
    assert persons(everything, everything)[1, 2].score == 100
    found = persons({"email": "li@a.org"}, {"email": "ming@a.org"})[1, 2]
    assert found == Likeness(65, ("same_name", "same_organisation", "emails_differ"))


def test_an_english_name_will_do_but_less() -> None:
    found = persons({"name_en": "Li Ming"}, {"name_zh": "黎明", "name_en": "LI MING"})
    assert found == {(1, 2): Likeness(65, ("same_english_name", "same_organisation"))}


def test_two_orcids_are_two_persons_and_one_address_alone_is_no_reason() -> None:
    assert persons({"orcid": "0000-0002-1825-0097"}, {"orcid": "0000-0002-1694-233X"}) == {}
    assert persons({"email": "office@a.org"}, {"name_zh": "王芳", "email": "office@a.org"}) == {}


def test_scores_stay_between_1_and_100() -> None:
    values = [
        {"email": e, "phone": p, "name_en": n} for e in ("", "a@b.c") for p in ("", "1") for n in ("", "Li")
    ]
    for a, b in itertools.product(values, repeat=2):
        assert all(1 <= likeness.score <= 100 for likeness in persons(a, b).values())
