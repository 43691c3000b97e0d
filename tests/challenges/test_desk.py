"""A company writes its demands, the office vets them; nothing that was typed is ever lost."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from html.parser import HTMLParser
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from innovalley.accounts.models import Role, User
from innovalley.challenges import actions
from innovalley.challenges.forms import MAX_TEXT
from innovalley.challenges.models import Demand, DemandState
from innovalley.ledger.models import Entry
from innovalley.registry.models import Field, Organisation
from tests.challenges.factories import company_user, demand
from tests.registry import factories as registry

pytestmark = pytest.mark.django_db


class FormReader(HTMLParser):
    """What a browser would send of the form #demand-form, without its buttons."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.inside = False
        self.fields: list[tuple[str, str]] = []
        self.select = self.textarea = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        a = dict(attrs)
        if tag == "form":
            self.inside = a.get("id") == "demand-form"
        if not self.inside:
            return
        if tag == "input":
            self.fields.append((a["name"], a.get("value") or ""))
        elif tag == "select":
            self.select = a["name"]
            self.fields.append((self.select, ""))
        elif tag == "option" and "selected" in a:
            self.fields[-1] = (self.select, a.get("value") or "")
        elif tag == "textarea":
            self.textarea = a["name"]
            self.fields.append((self.textarea, ""))

    def handle_data(self, data: str) -> None:
        if self.textarea:
            self.fields[-1] = (self.textarea, self.fields[-1][1] + data)

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self.textarea = ""
        elif tag == "form":
            self.inside = False

    def data(self, **typed: str) -> dict[str, list[str]]:
        data: dict[str, list[str]] = {}
        for name, value in self.fields:
            data.setdefault(name, []).append(value.removeprefix("\n"))
        return {**data, **{name: [value] for name, value in typed.items()}}


@pytest.fixture
def company() -> Organisation:
    registry.taxonomies()
    return registry.organisation("清源锅炉有限公司")


@pytest.fixture
def author(client: Client, company: Organisation) -> User:
    user = company_user(company)
    client.force_login(user)
    return user


@pytest.fixture
def draft(author: User, company: Organisation) -> Demand:
    return actions.start_demand(actor=author, organisation=company)


def open_form(client: Client, of: Demand) -> FormReader:
    answer = client.get(f"/my/demands/{of.pk}/edit/")
    assert answer.status_code == 200
    return FormReader(answer.content.decode())


def send(client: Client, of: Demand, data: dict[str, Any], **button: str) -> HttpResponse:
    return client.post(f"/my/demands/{of.pk}/edit/", {**data, **button})  # type: ignore[return-value]


TEXT = "锅炉热效率不低于90%，\n使用寿命不低于8年。"


def test_a_demand_is_started_written_submitted_returned_mended_and_published(
    client: Client, author: User, company: Organisation
) -> None:
    answer = client.post("/my/demands/new/", {"organisation": company.pk})
    made = Demand.objects.get()
    assert answer["Location"] == f"/my/demands/{made.pk}/edit/"
    field = Field.objects.get(path="energy.coal")
    typed = open_form(client, made).data(
        title="锅炉低氮改造",
        text=TEXT,
        field=str(field.pk),
        budget_min_fen="８０",
        budget_max_fen="1,200.5 万元",
        deadline="2030-05-31",
        rights="shared",
    )
    answer = send(client, made, typed, submit="1")
    assert answer.status_code == 302, answer.content.decode()
    made.refresh_from_db()
    assert (made.title, made.text, made.field, made.state) == ("锅炉低氮改造", TEXT, field, "submitted")
    assert (made.budget_min_fen, made.budget_max_fen) == (80_000_000, 1_200_500_000)
    assert (made.deadline, made.rights) == (dt.date(2030, 5, 31), "shared")
    assert [str(spec) for spec in made.specs.all()] == ["锅炉热效率 ≥ 90 %", "使用寿命 ≥ 8 年"]
    first = made.specs.first()
    assert first is not None
    assert TEXT[first.start : first.end].startswith("锅炉热效率")

    office = Client()
    office.force_login(registry.user())
    assert "锅炉低氮改造" in office.get("/vetting/").content.decode()
    shown = office.get(f"/demands/{made.pk}/return/").content.decode()
    assert 'name="version" value="3"' in shown
    answer = office.post(f"/demands/{made.pk}/return/", {"reason": "请补充试验条件", "version": 3})
    assert answer["Location"] == "/vetting/"
    assert "请补充试验条件" in client.get("/my/demands/").content.decode()
    assert "请补充试验条件" in client.get(f"/my/demands/{made.pk}/edit/").content.decode()

    again = open_form(client, made).data(text=TEXT + "试验温度20~30℃。")
    assert send(client, made, again, submit="1").status_code == 302
    made.refresh_from_db()
    office.post(f"/demands/{made.pk}/publish/", {"version": made.version})
    made.refresh_from_db()
    assert made.state == "published"
    assert made.specs.count() == 3
    history = client.get(f"/demands/{made.pk}/").content.decode()
    assert history.index('class="timeline') > 0
    assert "请补充试验条件" in history
    assert "请补充试验条件" not in Client().get(f"/demands/{made.pk}/").content.decode()
    assert "timeline" not in Client().get(f"/demands/{made.pk}/").content.decode()


def test_a_second_click_starts_no_second_draft(client: Client, author: User, company: Organisation) -> None:
    for _ in range(2):
        client.post("/my/demands/new/", {"organisation": company.pk})
    assert Demand.objects.count() == 1


def test_nobody_starts_a_draft_for_another_company(client: Client, author: User) -> None:
    for number in (registry.organisation().pk, "x", ""):
        assert client.post("/my/demands/new/", {"organisation": number}).status_code == 404
    assert not Demand.objects.exists()


def test_what_a_submission_needs_is_said_at_the_field_and_the_rest_is_saved(
    client: Client, draft: Demand
) -> None:
    answer = send(client, draft, open_form(client, draft).data(title="只有标题"), submit="1")
    assert answer.status_code == 422
    shown = answer.content.decode()
    assert "请填写需求描述" in shown
    assert "请选择技术领域" in shown
    draft.refresh_from_db()
    assert (draft.title, draft.state) == ("只有标题", "draft")
    field = Field.objects.get(path="energy.coal")
    mended = FormReader(shown).data(text="正文", field=str(field.pk))
    assert send(client, draft, mended, submit="1").status_code == 302
    draft.refresh_from_db()
    assert draft.state == "submitted"


def test_submitting_from_the_page_leads_to_what_is_missing(client: Client, draft: Demand) -> None:
    answer = client.post(f"/demands/{draft.pk}/submit/", {"version": draft.version}, follow=True)
    assert "请填写标题" in answer.content.decode()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("budget_min_fen", "很多"),
        ("budget_min_fen", "-1"),
        ("budget_min_fen", "NaN"),
        ("budget_min_fen", "0.0000001"),
        ("budget_max_fen", "99999999999"),
        ("deadline", "明天"),
        ("title", "长" * 201),
        ("text", "长" * 20001),
        ("kind", "nonsense"),
        ("field", "999999"),
    ],
)
def test_bad_input_is_said_at_the_field_and_nothing_is_lost(
    client: Client, draft: Demand, name: str, value: str
) -> None:
    typed = open_form(client, draft).data(**{"title": "题目一", "text": TEXT, name: value})
    answer = send(client, draft, typed, save="1")
    assert answer.status_code == 422
    shown = answer.content.decode()
    assert 'aria-invalid="true"' in shown
    kept = FormReader(shown).data()
    if name not in ("kind", "field"):
        assert kept[name] == [value]
    if name != "text":
        assert kept["text"] == [TEXT]
        assert "锅炉热效率" in kept["spec_quantity"]
    draft.refresh_from_db()
    assert draft.title == ""


def test_a_budget_upside_down_is_said(client: Client, draft: Demand) -> None:
    answer = send(
        client, draft, open_form(client, draft).data(budget_min_fen="9", budget_max_fen="8"), save="1"
    )
    assert "上限不能低于下限" in answer.content.decode()


def test_two_tabs_the_second_sees_both_and_may_choose(client: Client, draft: Demand) -> None:
    first, second = open_form(client, draft), open_form(client, draft)
    assert send(client, draft, first.data(title="第一个窗口的题目"), save="1").status_code == 302
    answer = send(client, draft, second.data(title="第二个窗口的题目", text=TEXT), save="1")
    assert answer.status_code == 409
    shown = answer.content.decode()
    assert "第一个窗口的题目" in shown
    conflict = FormReader(shown)
    assert conflict.data()["title"] == ["第二个窗口的题目"]
    assert conflict.data()["text"] == [TEXT]
    draft.refresh_from_db()
    assert draft.title == "第一个窗口的题目"
    assert send(client, draft, conflict.data(), save="1").status_code == 302
    draft.refresh_from_db()
    assert draft.title == "第二个窗口的题目"


def test_a_form_sent_twice_is_saved_without_a_conflict(client: Client, draft: Demand) -> None:
    typed = open_form(client, draft).data(title="题目", text="正文", field=str(Field.objects.all()[1].pk))
    for _ in range(2):
        answer = send(client, draft, typed, submit="1")
        assert answer.status_code == 302
    draft.refresh_from_db()
    assert draft.state == "submitted"
    assert Entry.objects.filter(subject_id=draft.pk, act="demand.submit").count() == 1


def test_a_session_that_ended_hands_the_form_back(client: Client, draft: Demand) -> None:
    typed = open_form(client, draft).data(title="没有丢的题目", text=TEXT)
    client.logout()
    answer = send(client, draft, typed, save="1")
    assert answer.status_code == 403
    assert "没有丢的题目" in answer.content.decode()
    assert "热效率" in answer.content.decode()
    client.force_login(draft.created_by)  # in another tab
    assert send(client, draft, typed, save="1").status_code == 302
    draft.refresh_from_db()
    assert draft.title == "没有丢的题目"


# ------------------------------------------------------------------------------------------ as it is typed


def test_without_a_session_a_draft_and_no_draft_look_alike(client: Client, draft: Demand) -> None:
    client.logout()
    for number in (draft.pk, draft.pk + 999):
        for address in (f"/my/demands/{number}/edit/", f"/my/demands/{number}/autosave/"):
            assert client.post(address, {"title": "题目"}).status_code == 403
        assert client.get(f"/my/demands/{number}/edit/").status_code == 403
        assert client.post(f"/demands/{number}/publish/", {"version": 1}).status_code == 403


def test_specs_are_found_as_the_text_is_typed(client: Client, draft: Demand) -> None:
    typed = open_form(client, draft).data(text=TEXT)
    shown = client.post("/my/demands/specs/", typed).content.decode()
    assert 'value="锅炉热效率"' in shown
    assert "<mark" in shown
    assert not Demand.objects.exclude(text="").exists()  # a look saves nothing


def test_rows_are_added_and_removed_without_a_script(client: Client, draft: Demand) -> None:
    typed = open_form(client, draft).data(text=TEXT)
    shown = send(client, draft, typed, add="1").content.decode()
    rows = FormReader(shown).data()
    assert rows["spec_quantity"] == ["锅炉热效率", "使用寿命", ""]
    rows["spec_quantity"][2], rows["spec_value"][2], rows["spec_unit"][2] = "负荷", "30", "%"
    shown = send(client, draft, rows, remove="0").content.decode()
    rows = FormReader(shown).data()
    assert rows["spec_quantity"] == ["使用寿命", "负荷"]
    assert send(client, draft, rows, save="1").status_code == 302
    assert [str(spec) for spec in draft.specs.all()] == ["使用寿命 ≥ 8 年", "负荷 ≥ 30 %"]
    rows = open_form(client, draft).data()  # and what was removed stays removed
    assert rows["spec_quantity"] == ["使用寿命", "负荷"]


def test_a_spec_that_makes_no_sense_is_said_at_its_row_and_kept(client: Client, draft: Demand) -> None:
    typed = open_form(client, draft).data(text=TEXT)
    rows = FormReader(send(client, draft, typed, add="1").content.decode()).data()
    rows["spec_quantity"][2], rows["spec_value"][2] = "负荷", "很高"
    answer = send(client, draft, rows, save="1")
    assert answer.status_code == 422
    assert "请填写一个数" in answer.content.decode()
    assert FormReader(answer.content.decode()).data()["spec_value"][2] == "很高"


@pytest.mark.parametrize("value", ["99999999999999999", "123456789012345678", "1e17", "0.000000000001"])
def test_a_number_that_the_columns_hold_is_kept_to_its_last_digit(
    client: Client, draft: Demand, value: str
) -> None:
    row = {"spec_quantity": "次数", "spec_comparison": ">=", "spec_value": value}
    send(client, draft, open_form(client, draft).data(text="", **row))
    assert draft.specs.get().low == Decimal(value)


@pytest.mark.parametrize("value", ["1e18", "999999999999999999亿", "0.0000000000001"])
def test_a_number_that_the_columns_do_not_hold_is_refused_at_its_row(
    client: Client, draft: Demand, value: str
) -> None:
    row = {"spec_quantity": "次数", "spec_comparison": ">=", "spec_value": value}
    answer = send(client, draft, open_form(client, draft).data(text="", **row))
    assert answer.status_code == 422
    assert "数值过大，或小数位数过多" in answer.content.decode()


def test_numbers_as_long_as_a_page_are_nothing_to_the_desk(client: Client, draft: Demand) -> None:
    digits = "9" * 5000
    assert client.post("/my/demands/new/", {"organisation": digits}).status_code == 404
    assert client.post("/my/demands/specs/", {"text": "强度不低于60MPa", "remove": digits}).status_code == 200


def test_specs_are_looked_for_only_in_what_a_demand_can_hold(client: Client, author: User) -> None:
    page = client.post("/my/demands/specs/", {"text": "很" * MAX_TEXT + "，强度不低于67MPa"}).content.decode()
    assert "67" not in page


def test_a_draft_saves_itself_and_the_form_goes_on_with_the_new_version(
    client: Client, draft: Demand
) -> None:
    form = open_form(client, draft)
    for number, title in enumerate(("一", "一二", "一二三"), start=2):
        answer = client.post(f"/my/demands/{draft.pk}/autosave/", form.data(title=title))
        shown = answer.content.decode()
        assert "已保存" in shown
        assert f'id="id_version" value="{number}" hx-swap-oob="true"' in shown
    assert send(client, draft, form.data(title="一二三四"), save="1").status_code == 302
    draft.refresh_from_db()
    assert draft.title == "一二三四"


def test_what_cannot_be_saved_by_itself_is_said_and_nothing_changes(client: Client, draft: Demand) -> None:
    form = open_form(client, draft)
    address = f"/my/demands/{draft.pk}/autosave/"
    assert "尚未保存" in client.post(address, form.data(budget_min_fen="x")).content.decode()
    other = open_form(client, draft)
    client.post(address, other.data(title="另一个窗口"))
    assert "未保存" in client.post(address, form.data(title="这个窗口")).content.decode()
    draft.refresh_from_db()
    assert draft.title == "另一个窗口"


def test_what_is_with_the_office_cannot_be_edited(
    client: Client, author: User, company: Organisation
) -> None:
    each = demand("题目", state=DemandState.SUBMITTED, organisation=company)
    answer = client.get(f"/my/demands/{each.pk}/edit/", follow=True)
    assert "不能再修改" in answer.content.decode()
    assert send(client, each, {"title": "改", "version": "1"}, save="1").status_code == 302
    each.refresh_from_db()
    assert each.title == "题目"


# --------------------------------------------------------------------------------------------- the office


def test_an_officer_who_comes_too_late_is_told_and_nothing_happens(client: Client) -> None:
    each = demand("题目", state=DemandState.SUBMITTED)
    client.force_login(registry.user())
    assert client.get(f"/demands/{each.pk}/return/").status_code == 200
    Demand.objects.filter(pk=each.pk).update(state=DemandState.PUBLISHED, published_at="2024-03-05T00:00Z")
    answer = client.post(f"/demands/{each.pk}/return/", {"reason": "晚了", "version": 1}, follow=True)
    assert "操作未执行" in answer.content.decode()
    assert not each.comments.exists()
    answer = client.get(f"/demands/{each.pk}/return/", follow=True)
    assert "操作未执行" in answer.content.decode()


def test_an_officer_does_not_publish_what_was_changed_after_reading(client: Client) -> None:
    each = demand("题目", state=DemandState.SUBMITTED)
    client.force_login(registry.user())
    Demand.objects.filter(pk=each.pk).update(version=3)
    answer = client.post(f"/demands/{each.pk}/publish/", {"version": 1}, follow=True)
    assert "又有修改" in answer.content.decode()
    each.refresh_from_db()
    assert each.state == "submitted"


def test_a_return_without_a_reason_says_so_at_the_field(client: Client) -> None:
    each = demand("题目", state=DemandState.SUBMITTED)
    client.force_login(registry.user())
    answer = client.post(f"/demands/{each.pk}/return/", {"reason": " ", "version": 1})
    assert answer.status_code == 422
    assert "请告诉企业需要修改什么" in answer.content.decode()


def test_a_draft_that_is_withdrawn_is_not_said_to_leave_the_public_list(
    client: Client, draft: Demand
) -> None:
    shown = client.get(f"/demands/{draft.pk}/withdraw/").content.decode()
    assert "它从未公开" in shown
    assert "公开列表" not in shown


def test_a_demand_is_withdrawn_with_what_will_happen_said_before(client: Client) -> None:
    each = demand("题目")
    client.force_login(company_user(each.organisation))
    shown = client.get(f"/demands/{each.pk}/withdraw/").content.decode()
    assert "不可撤销" in shown
    client.post(f"/demands/{each.pk}/withdraw/", {"reason": "项目取消", "version": 1})
    assert Client().get(f"/demands/{each.pk}/").status_code == 404
    assert "项目取消" in client.get(f"/demands/{each.pk}/").content.decode()


@pytest.mark.parametrize("count", [1, 30])
def test_desks_take_the_same_queries_whatever_their_length(
    client: Client, author: User, company: Organisation, count: int, django_assert_max_num_queries: Any
) -> None:
    for _ in range(count):
        each = demand(organisation=company, state=DemandState.RETURNED)
        each.comments.create(author=author, text="请补充", act="return")
        demand(state=DemandState.SUBMITTED)
    with django_assert_max_num_queries(8):
        client.get("/my/demands/")
    client.force_login(registry.user())
    with django_assert_max_num_queries(8):
        client.get("/vetting/")


def test_a_user_without_a_company_is_told(client: Client) -> None:
    client.force_login(registry.user(Role.COMPANY))
    assert "尚未关联企业" in client.get("/my/demands/").content.decode()
