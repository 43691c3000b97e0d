"""Reviews in a real browser: how the pages look, and a review written by mouse and keyboard."""

from __future__ import annotations

import datetime as dt

import pytest
from django.contrib.auth.models import AbstractBaseUser
from django.utils import timezone

from innovalley.accounts.models import Role, User
from innovalley.engine.panels.conflicts import Ground
from innovalley.reviews import actions, subjects
from innovalley.reviews.models import (
    ConflictRecord,
    Criterion,
    ExpertProfile,
    Review,
    Round,
    RoundState,
    Rubric,
    Seat,
)
from tests.e2e.conftest import OpenPage, assert_accessible, assert_fits, sign_in, take_picture
from tests.registry import factories as registry
from tests.reviews import factories as reviews

PASSWORD = "enough-for-a-test"
POINTS = [(9, 8.5, 9), (8, 7, 8.5), (8.5, 8, 7), (6, 7, 6.5), (7, 6, 8), (7.5, 7.5, 7.5)]
LEAN = [0, 0.5, -1.5, 1, 0]


@pytest.fixture
def round(site: str) -> Round:
    """A round under review: six items, five experts, one of them harsh, some still writing."""
    reviews.register()
    rubric = _rubric()
    made = reviews.round(
        title_zh="2026 年第一批榜单会议评审", title_en="Review of the first list of 2026", state=RoundState.REVIEWING,
        rubric=rubric, panel_size=5, group_limits={"org": 1}, closes_at=timezone.now() + dt.timedelta(days=9),
        needs=[{"attribute": "kind", "value": "finance", "count": 1}, {"attribute": "outside", "percent": 40}],
    )  # fmt: skip
    college = registry.organisation(
        "汾河理工大学", name_en="Fenhe University of Technology", kind="university"
    )
    names = ["陈砚秋", "罗文博", "史敬之", "白雨桐", "祁连山"]
    experts = [
        reviews.expert(
            name, organisation=college if n == 0 else registry.organisation(f"第{n}研究院", kind="institute"),
            kinds=["finance"] if n == 4 else ["technical"], title="教授", is_outside=n in (1, 2),
        )
        for n, name in enumerate(names)
    ]  # fmt: skip
    User.objects.filter(pk=experts[0].user_id).update(email="expert@example.test", name="陈砚秋")
    for user in User.objects.filter(email="expert@example.test"):
        user.set_password(PASSWORD)
        user.save()
    titles = [
        "煤气化灰水低能耗脱氨",
        "循环流化床锅炉低氮改造",
        "大采高液压支架焊缝检测",
        "钠离子电池硬碳负极",
        "煤矸石制备陶粒",
        "矿用防爆巡检机器人",
    ]
    items = [reviews.item(made, reviews.proposal(f"{title}联合体", summary=_text(title))) for title in titles]
    reviews.expert("韩立新", title="研究员")
    reviews.fits(made, "0.62")
    for n, item in enumerate(items):
        for e, expert in enumerate(experts):
            if (n, e) == (5, 3):
                reviews.seat(item, expert, "declined", reason="出国访问，无法按期完成")
                continue
            seat = reviews.seat(
                item, expert, "invited" if (n, e) == (5, 0) else "accepted", locked=(n, e) == (1, 1)
            )
            if n >= 4 and e in (0, 2):
                continue
            marks = [max(0, min(10, p + LEAN[e])) for p in POINTS[n]]
            reviews.reviewed(seat, *map(str, marks))
    ConflictRecord.objects.create(
        item=items[0], expert=experts[1], ground=Ground.SAME_ORGANISATION.value,
        other_organisation=experts[1].organisation, source="registry",
        overridden_by=reviews.officer(name="王处长"), asked_by=reviews.officer(name="赵科长"),
        overridden_at=timezone.now(), reason="该单位仅提供检测服务，不参与研发",
    )  # fmt: skip
    ConflictRecord.objects.create(
        item=items[2], expert=ExpertProfile.objects.get(person__name_zh="韩立新").person,
        ground=Ground.RELATED_ORGANISATION.value,
        other_organisation=college, source=f"o{college.pk} holds 30 % of o{experts[1].organisation_id}",
    )  # fmt: skip
    return made


def _text(title: str) -> str:
    return (
        f"针对{title}的关键问题，提出以多级耦合工艺替代现有路线。\n\n第一阶段完成机理研究与小试，验证核心指标；"
        "第二阶段建成中试装置并连续运行 2000 小时；第三阶段在需求方现场完成工程示范，形成工艺包与操作规程。"
    )


def _rubric() -> Rubric:
    made = Rubric.objects.create(title_zh="揭榜方案评分标准", title_en="Rubric of bids")
    levels = [
        {
            "value": "9",
            "zh": "优：明显优于现有技术，指标全部满足",
            "en": "excellent: clearly beyond what is known",
        },
        {"value": "7", "zh": "良：可行，个别指标偏低", "en": "good: feasible, a few specs are low"},
        {"value": "5", "zh": "中：可行性存疑", "en": "fair: it may not work"},
        {"value": "0", "zh": "差：不能解决需求", "en": "poor: it does not solve the problem"},
    ]
    names = [
        ("技术路线", "Technical approach", 50),
        ("实施条件", "Conditions", 30),
        ("预期效益", "Benefit", 20),
    ]
    Criterion.objects.bulk_create(
        Criterion(
            rubric=made, position=n, name_zh=name, name_en=english, weight=weight,
            levels=levels if n == 1 else levels[::3],
            help_zh="先进性、可行性，与指标的符合程度", help_en="Novelty, feasibility, and how it meets the specs",
        )
        for n, (name, english, weight) in enumerate(names, 1)
    )  # fmt: skip
    return made


def officer() -> AbstractBaseUser:
    return User.objects.create_user("office@example.test", PASSWORD, name="李处长", role=Role.OFFICE)


LOOKS = [
    ("zh-hans", "light", 1280),
    ("zh-hans", "dark", 1280),
    ("en", "light", 1280),
    ("zh-hans", "light", 360),
]


@pytest.mark.parametrize(("language", "theme", "width"), LOOKS)
def test_the_pages_of_the_office_are_accessible_and_fit(
    site: str, round: Round, open_page: OpenPage, language: str, theme: str, width: int
) -> None:
    user = officer()
    page = open_page(f"{site}/", language=language, theme=theme, width=width)
    sign_in(page, site, "office@example.test", PASSWORD)
    item = round.items.first()
    assert item is not None
    needs = round.needs
    Round.objects.filter(pk=round.pk).update(needs=[{"attribute": "outside", "percent": 100}])
    assert actions.propose_assignment(actor=user, round_id=round.pk).state == "infeasible"
    page.goto(f"{site}/rounds/{round.pk}/assignment/")
    take_picture(page, f"office-infeasible-{language}-{theme}-{width}")
    assert_accessible(page)
    Round.objects.filter(pk=round.pk).update(needs=needs)
    assert actions.propose_assignment(actor=user, round_id=round.pk).state == "ready"
    for name, address in {
        "rounds": "/rounds/",
        "new": "/rounds/new/",
        "board": f"/rounds/{round.pk}/",
        "assignment": f"/rounds/{round.pk}/assignment/",
        "conflicts": f"/rounds/{round.pk}/conflicts/",
        "results": f"/rounds/{round.pk}/results/",
        "item": f"/rounds/items/{item.pk}/",
        "experts": "/experts/",
        "expert": f"/experts/{Seat.objects.values_list('expert', flat=True)[0]}/",
        "rubrics": "/rubrics/",
        "rubric": f"/rubrics/{round.rubric_id}/",
        "close": f"/rounds/{round.pk}/act/close/",
    }.items():
        page.goto(site + address)
        take_picture(page, f"office-{name}-{language}-{theme}-{width}")
        assert_fits(page)
        assert_accessible(page)


@pytest.mark.parametrize(("language", "theme", "width"), LOOKS)
def test_the_pages_of_the_expert_are_accessible_and_fit(
    site: str, round: Round, open_page: OpenPage, language: str, theme: str, width: int
) -> None:
    page = open_page(f"{site}/", language=language, theme=theme, width=width)
    sign_in(page, site, "expert@example.test", PASSWORD)
    seats = Seat.objects.filter(expert__user__email="expert@example.test").order_by("item__number")
    for name, address in {
        "desk": "/reviews/",
        "ties": "/reviews/ties/",
        "answer": f"/reviews/{seats[5].pk}/answer/",
        "writing": f"/reviews/{seats[4].pk}/",
        "done": f"/reviews/{seats[0].pk}/",
        "abstain": f"/reviews/{seats[4].pk}/abstain/",
    }.items():
        page.goto(site + address)
        take_picture(page, f"expert-{name}-{language}-{theme}-{width}")
        assert_fits(page)
        assert_accessible(page)


def test_a_review_is_written_saved_by_itself_and_submitted(
    site: str, round: Round, open_page: OpenPage
) -> None:
    page = open_page(f"{site}/")
    sign_in(page, site, "expert@example.test", PASSWORD)
    seat = Seat.objects.filter(expert__user__email="expert@example.test", item__number=5).get()
    page.goto(f"{site}/reviews/{seat.pk}/")
    criteria = list(round.rubric.criteria.all())
    page.locator("button[data-mark='9']").first.click()
    page.locator("#saved[data-saved]").wait_for()
    page.locator("#points", has_text="90.00").wait_for()
    for criterion, mark in zip(criteria[1:], ("8", "7.5"), strict=True):
        page.fill(f"#id_mark_{criterion.pk}", mark)
    for criterion in criteria:
        page.fill(f"#id_reason_{criterion.pk}", "路线清楚，条件具备")
    page.locator("button[name=submit]").click()
    page.locator("#form-errors").wait_for()
    assert page.locator(f"#id_reason_{criteria[0].pk}").input_value() == "路线清楚，条件具备"
    page.locator("input[name=confidence]").first.check()
    page.locator("button[name=submit]").click()
    page.wait_for_url("**/reviews/")
    review = Review.objects.get(seat=seat)
    assert (review.state, str(review.total)) == ("submitted", "84.0000")


@pytest.fixture(autouse=True)
def _forget() -> object:
    yield
    subjects.forget_subject(reviews.TYPE)
