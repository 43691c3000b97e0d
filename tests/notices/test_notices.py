"""A notice says what was decided; an objection to it is taken once, in time, and kept private."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from innovalley.accounts.models import Role
from innovalley.accounts.permissions import Refused
from innovalley.documents.kinds import UnacceptableError
from innovalley.documents.models import Document
from innovalley.engine.lifecycle import WrongStateError
from innovalley.ledger.models import Entry, Seal
from innovalley.ledger.sealing import seal_all
from innovalley.notices import actions, queries, workdays
from innovalley.notices.actions import TooLateError, TooManyError
from innovalley.notices.models import Notification, Objection, ObjectionState, PublicNotice
from tests.notices import factories as make
from tests.registry.threads import at_once

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def media(tmp_path: Any, settings: Any) -> None:
    """Where evidence is kept."""
    settings.MEDIA_ROOT = tmp_path


def test_a_notice_runs_for_its_working_days_in_chinese_time() -> None:
    notice = make.notice(working_days=5)
    today = timezone.localdate(notice.published_at)
    assert notice.ends_on == workdays.period(today, 5).last
    last_minute = timezone.localtime(notice.ends_at - dt.timedelta(minutes=1))
    assert (last_minute.date(), last_minute.hour, last_minute.utcoffset()) == (
        notice.ends_on,
        23,
        dt.timedelta(hours=8),
    )


def test_numbers_run_within_a_year() -> None:
    officer = make.user()
    numbers = [make.notice(officer).number for _ in range(3)]
    year = timezone.localdate().year
    assert numbers == [f"GS-{year}-001", f"GS-{year}-002", f"GS-{year}-003"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"title": "  "}, {"working_days": 0}, {"body": {"html": "<b>"}},
        {"body": {"columns": ["a", "b"], "rows": [["1"]]}},
    ],
)  # fmt: skip
def test_a_notice_that_makes_no_sense_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError):
        make.notice(**wrong)


@pytest.mark.parametrize("role", [role for role in Role.values if role != Role.OFFICE])
def test_only_the_office_publishes_and_decides(role: str) -> None:
    notice, other = make.notice(), make.user(role)
    objection = make.objection(notice)
    with pytest.raises(Refused):
        make.notice(other)
    with pytest.raises(Refused):
        actions.withdraw_notice(actor=other, notice_id=notice.pk, reason="x")
    with pytest.raises(Refused):
        actions.accept_objection(actor=other, objection_id=objection.pk)


def test_a_notice_shows_the_head_at_its_publication_and_the_first_that_covers_it(client: Client) -> None:
    officer = make.user()
    make.notice(officer)
    seal_all()
    notice = make.notice(officer)
    first = Seal.objects.get()
    assert notice.seal == first
    assert first.root in client.get(notice.get_absolute_url()).content.decode()
    seal_all()
    make.notice(officer)
    seal_all()
    second = Seal.objects.get(number=2)
    assert queries.seal_of(notice) == second
    assert second.root in client.get(notice.get_absolute_url()).content.decode()


def test_what_is_published_is_shown_as_text(client: Client) -> None:
    notice = make.notice(
        title="<b>名单</b>", body={"text": "<script>", "columns": ["<i>"], "rows": [["<u>"]]}
    )
    page = client.get(notice.get_absolute_url()).content.decode()
    for tag in ("<b>名单", "<script>", "<i>", "<u>"):
        assert tag not in page


def test_a_notice_whose_holidays_are_not_known_says_so(client: Client) -> None:
    notice = make.notice()
    sentence = "法定节假日尚未公布"
    PublicNotice.objects.update(calendar_known=True)
    assert sentence not in client.get(notice.get_absolute_url()).content.decode()
    PublicNotice.objects.update(calendar_known=False)
    assert sentence in client.get(notice.get_absolute_url()).content.decode()


# objections ----------------------------------------------------------------------------------------


def form(**changes: Any) -> dict[str, Any]:
    typed = {"name": "王某", "contact": "13800000000", "reason": "成果权属有争议", "token": str(uuid.uuid4())}
    return typed | changes


def test_anyone_may_object_and_follow_it_by_the_receipt(client: Client) -> None:
    officer = make.user()
    notice = make.notice(officer)
    address = reverse("object_to_notice", args=[notice.number])
    evidence = SimpleUploadedFile("证据.txt", "证据".encode())
    response = client.post(address, form(files=[evidence]), follow=True)
    objection = Objection.objects.get()
    page = response.content.decode()
    assert objection.receipt in page
    for private in ("王某", "13800000000", "权属"):
        assert private not in page
    assert Document.objects.get().owner_id == objection.pk
    assert Notification.objects.filter(recipient=officer, kind="notices.objection_received").count() == 1


def test_neither_the_public_nor_the_ledger_learns_who_objects(client: Client) -> None:
    notice = make.notice()
    objection = make.objection(notice)
    make.objection(notice, contact="wang@example.org")
    told = client.get(notice.get_absolute_url()).content.decode() + str(
        list(Entry.objects.values_list("data"))
    )
    for private in ("王某", "13800000000", "wang@example.org", "权属"):
        assert private not in told
    entry = Entry.objects.get(act="objection.receive", subject_id=objection.pk)
    assert (entry.actor, entry.data["receipt"]) == (None, objection.receipt)


def test_a_form_sent_twice_is_one_objection(client: Client) -> None:
    notice = make.notice()
    address, typed = reverse("object_to_notice", args=[notice.number]), form()
    first, second = (client.post(address, typed).headers["Location"] for _ in range(2))
    assert first == second
    assert Objection.objects.count() == 1


@pytest.mark.parametrize("missing", ["name", "contact", "reason"])
def test_what_is_missing_is_asked_for_and_what_was_typed_stays(client: Client, missing: str) -> None:
    notice = make.notice()
    typed = form(reason="一个很长的理由") | {missing: "  "}
    response = client.post(reverse("object_to_notice", args=[notice.number]), typed)
    assert response.status_code == 422
    assert list(response.context["form"].errors) == [missing]
    if missing != "reason":
        assert "一个很长的理由" in response.content.decode()
    assert not Objection.objects.exists()


def test_after_the_last_day_nothing_is_taken_and_what_was_typed_stays(client: Client) -> None:
    notice = make.notice()
    make.end(notice)
    address = reverse("object_to_notice", args=[notice.number])
    response = client.post(address, form(reason="一个很长的理由"))
    assert response.status_code == 410
    assert "一个很长的理由" in response.content.decode()
    assert not Objection.objects.exists()
    assert client.get(address).status_code == 410
    with pytest.raises(TooLateError):
        make.objection(notice)


@pytest.mark.django_db(transaction=True)
def test_the_deadline_is_that_of_the_databases_clock_when_the_notice_is_locked() -> None:
    """The transaction began in time, but got its turn only after the end."""
    notice = make.notice()
    with transaction.atomic():
        connection.cursor().execute("SELECT now()")
        at_once(lambda: PublicNotice.objects.filter(pk=notice.pk).update(ends_at=timezone.now()))
        with pytest.raises(TooLateError):
            make.objection(notice)


def test_many_from_one_address_are_held_up_and_others_are_not(client: Client) -> None:
    notice = make.notice()
    for _ in range(actions.OBJECTIONS_AN_HOUR):
        make.objection(notice)
    with pytest.raises(TooManyError):
        make.objection(notice)
    make.objection(notice, address="203.0.113.8")
    Objection.objects.update(received_at=timezone.now() - dt.timedelta(hours=2))
    make.objection(notice)
    assert "203.0.113" not in str(list(Objection.objects.values()))


def test_many_by_the_form_are_told_so(client: Client) -> None:
    address = reverse("object_to_notice", args=[make.notice().number])
    statuses = [client.post(address, form()).status_code for _ in range(6)]
    assert statuses == [302] * 5 + [429]


@pytest.mark.django_db(transaction=True)
def test_many_at_once_from_one_address_do_not_pass_the_limit() -> None:
    notice = make.notice()
    results = at_once(*[lambda: make.objection(notice) for _ in range(8)])
    assert sum(isinstance(result, TooManyError) for result in results) == 3
    assert Objection.objects.count() == 5


@pytest.mark.parametrize("name", ["a.svg", "a.exe"])
def test_evidence_that_is_not_accepted_leaves_nothing(client: Client, name: str) -> None:
    notice = make.notice()
    bad = SimpleUploadedFile(name, b"<svg onload='x'/>")
    response = client.post(reverse("object_to_notice", args=[notice.number]), form(files=[bad]))
    assert response.status_code == 422
    assert "files" in response.context["form"].errors
    with pytest.raises(UnacceptableError):
        make.objection(notice, evidence=[(name, bad.file)])
    assert not Entry.objects.filter(act="objection.receive").exists()


def test_too_many_files_are_refused(client: Client) -> None:
    notice = make.notice()
    files = [SimpleUploadedFile(f"{n}.txt", b"x") for n in range(6)]
    response = client.post(reverse("object_to_notice", args=[notice.number]), form(files=files))
    assert list(response.context["form"].errors) == ["files"]


def test_the_form_needs_its_token_against_forgery() -> None:
    notice = make.notice()
    client = Client(enforce_csrf_checks=True)
    assert client.post(reverse("object_to_notice", args=[notice.number]), form()).status_code == 403


@pytest.mark.parametrize("receipt", ["", "YY-0", "%", "\0", "x" * 500])
def test_an_unknown_receipt_finds_nothing(client: Client, receipt: str) -> None:
    make.objection(make.notice())
    response = client.get(reverse("objection_status"), {"receipt": receipt})
    assert (response.status_code, response.context["objection"]) == (200, None)


# decisions -----------------------------------------------------------------------------------------


def test_the_office_takes_it_up_and_decides_with_a_reason(client: Client) -> None:
    officer = make.user()
    objection = make.objection(make.notice(officer))
    client.force_login(officer)
    assert "13800000000" in client.get(reverse("objection", args=[objection.pk])).content.decode()
    client.post(reverse("objection_act", args=[objection.pk, "accept"]))
    assert client.post(reverse("objection_act", args=[objection.pk, "dismiss"])).status_code == 422
    client.post(
        reverse("objection_act", args=[objection.pk, "dismiss"]), {"outcome": "权属清楚，有登记证书。"}
    )
    objection.refresh_from_db()
    assert (objection.state, objection.decided_by) == (ObjectionState.DISMISSED, officer)
    page = Client().get(reverse("objection_status"), {"receipt": objection.receipt.lower()}).content.decode()
    assert "权属清楚" in page
    late = client.post(reverse("objection_act", args=[objection.pk, "uphold"]), {"outcome": "x"}, follow=True)
    assert "异议不成立" in late.content.decode()


@pytest.mark.django_db(transaction=True)
def test_of_two_officers_at_once_one_decides() -> None:
    officer = make.user()
    objection = make.objection(make.notice(officer))
    actions.accept_objection(actor=officer, objection_id=objection.pk)
    given = {"actor": officer, "objection_id": objection.pk, "outcome": "x"}
    results = at_once(lambda: actions.uphold_objection(**given), lambda: actions.dismiss_objection(**given))
    assert sum(isinstance(result, WrongStateError) for result in results) == 1
    assert Entry.objects.filter(act__in=["objection.uphold", "objection.dismiss"]).count() == 1


def test_what_stands_against_a_decision_is_named() -> None:
    officer = make.user()
    notice = make.notice(officer)
    assert queries.hindrances(notice) == ["running"]
    objection = make.objection(notice)
    make.end(notice)
    notice.refresh_from_db()
    assert queries.hindrances(notice) == ["undecided"]
    actions.accept_objection(actor=officer, objection_id=objection.pk)
    assert queries.hindrances(notice) == ["undecided"]
    actions.dismiss_objection(actor=officer, objection_id=objection.pk, outcome="x")
    assert queries.hindrances(notice) == []
    with pytest.raises(ValueError):
        actions.withdraw_notice(actor=officer, notice_id=notice.pk, reason=" ")
    withdrawn = actions.withdraw_notice(actor=officer, notice_id=notice.pk, reason="有误")
    assert queries.hindrances(withdrawn) == ["withdrawn"]
    with pytest.raises(TooLateError):
        make.objection(notice)


def test_the_database_keeps_no_decision_without_a_reason() -> None:
    objection = make.objection(make.notice())
    with pytest.raises(IntegrityError, match="objection_has_outcome"), transaction.atomic():
        Objection.objects.filter(pk=objection.pk).update(state="upheld")


@pytest.mark.parametrize("name", ["public_notices", "objections"])
def test_lists_take_as_many_queries_with_one_as_with_many(name: str) -> None:
    officer = make.user()
    client = Client()
    client.force_login(officer)
    counts = []
    for many in (1, 30):
        for n in range(many):
            make.objection(make.notice(officer), address=f"{many}.{n}")
        with CaptureQueriesContext(connection) as captured:
            assert client.get(reverse(name)).status_code == 200
        counts.append(len(captured))
    assert counts[0] == counts[1] <= 12
