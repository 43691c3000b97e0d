"""Bids: never lost while they are written, handed in exactly once, unreadable until they are opened."""

from __future__ import annotations

import datetime as dt
import hashlib
import io
from typing import Any

import pytest
from django.core.files.base import ContentFile

from innovalley.accounts.models import Role
from innovalley.accounts.permissions import Refused
from innovalley.challenges import actions, vault
from innovalley.challenges.content import Typed, typed_of
from innovalley.challenges.locking import clock
from innovalley.challenges.models import Bid, BidDraft, Challenge, Demand, Envelope
from innovalley.documents.models import Document
from innovalley.engine.sealing import canonical
from innovalley.ledger.models import Entry
from innovalley.registry.models import Membership, Team
from tests.challenges.call_factories import (
    HOUR,
    bidder,
    draft_call,
    everything_in_the_database,
    handed_in,
    open_call,
    opened,
    pass_deadline,
    set_deadline,
    started,
    token,
    typed_bid,
)
from tests.registry import factories as registry

pytestmark = pytest.mark.django_db

SECRETS = ("低温烧结路线", "保密的创新内容", "秘密附件里的话", "机密文件名")


@pytest.fixture(autouse=True)
def _own_media(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


# Drafts ----------------------------------------------------------------------------------------------


def test_whatever_is_typed_is_kept_however_wrong() -> None:
    stage = open_call()
    user, team = bidder()
    draft = actions.start_bid(
        actor=user, call_id=stage.call.pk, organisation=team.organisation, typed=Typed()
    )
    wrong = Typed(
        challenge="999999",
        team="x",
        partners=["查无此单位"],
        plan={"goal": "半句"},
        budget={"2027.own": "十万左右"},
        timetable=[{"until": "以后", "what": ""}],
    )
    saved = actions.save_draft(actor=user, draft_uuid=draft.uuid, version=1, typed=wrong, tab="a")
    assert actions.typed_of_draft(BidDraft.objects.get(pk=saved.pk)) == wrong


def test_tabs_do_not_overwrite_each_other_and_saves_of_one_tab_do_not_hinder_each_other() -> None:
    stage = open_call()
    user, team = bidder()
    draft = started(stage, user, team)

    def save(goal: str, version: int, tab: str) -> None:
        actions.save_draft(
            actor=user, draft_uuid=draft.uuid, version=version, typed=Typed(plan={"goal": goal}), tab=tab
        )

    save("一", 1, "tab-a")
    save("一二", 1, "tab-a")  # sent before the answer to the first came back
    with pytest.raises(actions.DraftChangedError):
        save("别的", 1, "tab-b")
    save("别的", 3, "tab-b")
    with pytest.raises(actions.DraftChangedError) as error:
        save("一二三", 3, "tab-a")
    assert actions.typed_of_draft(error.value.draft).plan["goal"] == "别的"


def test_a_form_that_was_open_before_a_file_came_keeps_the_file() -> None:
    stage = open_call()
    user, team = bidder()
    draft = started(stage, user, team)
    actions.add_file(actor=user, draft_uuid=draft.uuid, file=ContentFile(b"text"), name="a.txt", purpose="")
    saved = actions.save_draft(
        actor=user, draft_uuid=draft.uuid, version=1, typed=Typed(plan={"goal": "新"}), tab="a"
    )
    assert [each["name"] for each in actions.typed_of_draft(saved).files] == ["a.txt"]


def test_a_draft_is_its_owners_alone() -> None:
    stage = open_call()
    user, team = bidder()
    draft = started(stage, user, team)
    colleague, _ = bidder(team.organisation)
    for other in (colleague, stage.office, registry.user(Role.EXPERT)):
        with pytest.raises(Refused):
            actions.save_draft(actor=other, draft_uuid=draft.uuid, version=1, typed=Typed())
        with pytest.raises(Refused):
            actions.submit_bid(actor=other, draft_uuid=draft.uuid, version=1, token=token())
    Membership.objects.filter(user=user).delete()
    with pytest.raises(Refused):
        actions.submit_bid(actor=user, draft_uuid=draft.uuid, version=1, token=token())


# Handing in ------------------------------------------------------------------------------------------


def test_a_receipt_states_number_time_and_fingerprint_and_stands_in_the_ledger() -> None:
    stage = open_call()
    user, team = bidder()
    before = clock()
    draft = started(stage, user, team)
    done = actions.submit_bid(actor=user, draft_uuid=draft.uuid, version=1, token=token())
    envelope = done.envelope
    assert before <= envelope.submitted_at <= clock()
    entry = Entry.objects.get(pk=envelope.entry)
    assert (entry.act, entry.data["receipt"], entry.data["sha256"]) == (
        "bid.submit",
        envelope.number,
        envelope.sha256,
    )
    copy = actions.own_copy(BidDraft.objects.get(pk=draft.pk), done.copy_key)
    assert hashlib.sha256(canonical(copy)).hexdigest() == envelope.sha256


def test_the_same_form_again_gives_the_same_receipt_even_after_the_deadline() -> None:
    stage = open_call()
    user, team = bidder()
    draft = started(stage, user, team)
    form = {"actor": user, "draft_uuid": draft.uuid, "version": 1, "token": token()}
    first = actions.submit_bid(**form, typed=typed_bid(stage, team), tab="a")
    again = actions.submit_bid(**form, typed=typed_bid(stage, team), tab="a")
    pass_deadline(stage)
    late = actions.submit_bid(**form)
    assert first.envelope == again.envelope == late.envelope
    assert first.copy_key == late.copy_key  # a lost answer loses no copy
    assert Envelope.objects.count() == Entry.objects.filter(act="bid.submit").count() == 1


def test_another_form_of_a_draft_that_is_handed_in_shows_the_receipt_there_is() -> None:
    stage = open_call()
    user, team = bidder()
    envelope = handed_in(stage, user, team)
    assert envelope.draft is not None
    with pytest.raises(actions.HandedInError) as error:
        actions.submit_bid(actor=user, draft_uuid=envelope.draft.uuid, version=1, token=token())
    assert error.value.envelope == envelope
    with pytest.raises(actions.HandedInError):
        actions.save_draft(actor=user, draft_uuid=envelope.draft.uuid, version=1, typed=Typed())


@pytest.mark.parametrize("when", ["before the window", "at the deadline"])
def test_outside_the_window_nothing_is_handed_in_and_what_was_typed_is_in_the_draft(when: str) -> None:
    stage = open_call()
    user, team = bidder()
    draft = started(stage, user, team)
    if when == "at the deadline":
        pass_deadline(stage)
    else:
        type(stage.call).objects.filter(pk=stage.call.pk).update(opens_at=clock() + HOUR)
    typed = typed_bid(stage, team, plan={"goal": "最后一刻写的", "route": "路线", "ability": "能力"})
    with pytest.raises(actions.WindowError):
        actions.submit_bid(actor=user, draft_uuid=draft.uuid, version=1, token=token(), typed=typed, tab="a")
    assert not Envelope.objects.exists()
    assert actions.typed_of_draft(BidDraft.objects.get()).plan["goal"] == "最后一刻写的"


def test_a_call_that_is_not_open_takes_no_drafts() -> None:
    stage = draft_call()
    user, team = bidder()
    with pytest.raises(actions.WindowError):
        started(stage, user, team)


def test_a_bid_that_lacks_something_is_saved_and_told_what() -> None:
    stage = open_call(documents=["联合体协议"])
    user, team = bidder()
    draft = started(stage, user, team)
    typed = typed_bid(stage, team, promises={}, plan={}, declared=False, budget={"2027.fiscal": "301"})
    typed.partners = ["查无此单位"]
    with pytest.raises(actions.IncompleteBidError) as error:
        actions.submit_bid(actor=user, draft_uuid=draft.uuid, version=1, token=token(), typed=typed, tab="a")
    specs = [f"promise-{spec.pk}" for spec in stage.call.challenges.all()[0].specs.all()]
    assert set(error.value.problems) == {
        *specs, "plan_goal", "plan_route", "plan_ability", "declared", "budget", "files", "partner-0",
    }  # fmt: skip
    assert actions.typed_of_draft(BidDraft.objects.get()).budget == {"2027.fiscal": "301"}


def test_nobody_bids_with_another_organisations_team() -> None:
    stage = open_call()
    user, _ = bidder()
    _, foreign = bidder()
    organisation = user.memberships.get().organisation
    draft = actions.start_bid(
        actor=user, call_id=stage.call.pk, organisation=organisation, typed=typed_bid(stage, foreign)
    )
    with pytest.raises(actions.IncompleteBidError) as error:
        actions.submit_bid(actor=user, draft_uuid=draft.uuid, version=1, token=token())
    assert list(error.value.problems) == ["team"]


# Secrecy ---------------------------------------------------------------------------------------------


def test_before_the_opening_the_whole_database_tells_nothing_of_a_bid(tmp_path: Any) -> None:
    stage = open_call()
    user, team = bidder()
    draft = started(stage, user, team, plan={"goal": "保密的创新内容", "route": SECRETS[0], "ability": "x"})
    secret_file = io.BytesIO("秘密附件里的话".encode())
    actions.add_file(actor=user, draft_uuid=draft.uuid, file=secret_file, name="机密文件名.txt", purpose="")
    for step in ("draft", "sealed"):
        text = everything_in_the_database()
        disk = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
        for secret in SECRETS:
            assert secret not in text, step
            assert secret.encode() not in disk, step
            assert secret.encode().hex() not in text, step  # binary columns are written in hexadecimal
        if step == "draft":
            actions.submit_bid(actor=user, draft_uuid=draft.uuid, version=draft.version, token=token())
    opened(stage)
    text = everything_in_the_database()
    assert "低温烧结路线" in text  # the search above would have found it
    assert Document.objects.filter(owner_type="challenges.bid", name="机密文件名.txt").exists()


def test_bids_for_two_challenges_leave_the_same_traces() -> None:
    stage = open_call()
    traces = []
    for challenge, promises in ((0, None), (1, {})):
        user, team = bidder()
        more = {} if promises is None else {"promises": promises}
        envelope = handed_in(stage, user, team, challenge=challenge, **more)
        assert envelope.draft is not None
        entries = Entry.objects.filter(actor=user).order_by("pk")
        traces.append(
            (
                len(envelope.sealed),
                len(envelope.draft.content),
                [(entry.act, entry.subject_type, sorted(entry.data)) for entry in entries],
            )
        )
    assert traces[0] == traces[1]


def test_no_column_leads_from_an_envelope_or_a_draft_to_a_challenge_or_a_team() -> None:
    seen, waiting = set(), [Envelope, BidDraft]
    while waiting:
        model = waiting.pop()
        for column in model._meta.concrete_fields:
            target = column.related_model
            assert target not in (Challenge, Demand, Team, Bid)
            if target in (Envelope, BidDraft) and target not in seen:
                seen.add(target)
                waiting.append(target)


def test_after_handing_in_the_sites_key_no_longer_opens_the_draft() -> None:
    stage = open_call()
    user, team = bidder()
    draft = started(stage, user, team)
    done = actions.submit_bid(actor=user, draft_uuid=draft.uuid, version=1, token=token())
    draft.refresh_from_db()
    with pytest.raises(vault.LockedError):
        actions.typed_of_draft(draft)
    with pytest.raises(vault.LockedError):
        actions.own_copy(draft, vault.copy_key("another token, which is wrong"))
    assert actions.own_copy(draft, done.copy_key)["plan"]["route"] == "低温烧结路线"


def test_secrets_kept_under_the_former_key_of_the_site_stay_readable(settings: Any) -> None:
    kept = vault.lock({"a": "乙"})
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "a new one"
    assert vault.unlock(kept) == {"a": "乙"}
    settings.SECRET_KEY_FALLBACKS = []
    with pytest.raises(vault.LockedError):
        vault.unlock(kept)


# Copies, changes, withdrawing --------------------------------------------------------------------------


def test_a_downloaded_copy_goes_back_into_a_draft_and_makes_the_same_bid() -> None:
    stage = open_call()
    user, team = bidder()
    partner = registry.organisation("参与公司")
    draft = started(stage, user, team, partners=[partner.name_zh])
    actions.add_file(actor=user, draft_uuid=draft.uuid, file=ContentFile(b"text"), name="a.txt", purpose="")
    done = actions.submit_bid(actor=user, draft_uuid=draft.uuid, version=1, token=token())
    draft.refresh_from_db()
    copy = actions.own_copy(draft, done.copy_key)
    other = actions.start_bid(
        actor=user, call_id=stage.call.pk, organisation=team.organisation, typed=Typed()
    )
    challenge = stage.call.challenges.get(number=copy["challenge"])
    loaded = actions.load_copy(actor=user, draft_uuid=other.uuid, typed=typed_of(copy, challenge))
    typed = actions.typed_of_draft(loaded)
    assert not typed.declared  # that is declared anew
    typed.declared = True
    again = actions.submit_bid(
        actor=user, draft_uuid=other.uuid, version=loaded.version, token=token(), typed=typed
    )
    other.refresh_from_db()
    second = actions.own_copy(other, again.copy_key)
    assert {k: v for k, v in second.items() if k != "nonce"} == {
        k: v for k, v in copy.items() if k != "nonce"
    }


def test_a_stranger_gets_no_file_by_a_copy() -> None:
    stage = open_call()
    user, team = bidder()
    draft = started(stage, user, team)
    actions.add_file(actor=user, draft_uuid=draft.uuid, file=ContentFile(b"text"), name="a.txt", purpose="")
    draft.refresh_from_db()
    stolen = actions.typed_of_draft(draft)
    thief, other_team = bidder()
    own = started(stage, thief, other_team)
    loaded = actions.load_copy(actor=thief, draft_uuid=own.uuid, typed=stolen)
    assert actions.typed_of_draft(loaded).files == []


def test_a_changed_bid_replaces_the_earlier_one() -> None:
    stage = open_call()
    user, team = bidder()
    draft = started(stage, user, team)
    first = actions.submit_bid(actor=user, draft_uuid=draft.uuid, version=1, token=token())
    again = actions.reopen_draft(actor=user, draft_uuid=draft.uuid, key=first.copy_key)
    typed = actions.typed_of_draft(again)
    typed.plan["goal"] = "改过的目标"
    second = actions.submit_bid(
        actor=user, draft_uuid=draft.uuid, version=again.version, token=token(), typed=typed
    )
    opened(stage)
    counting = Bid.objects.get(replaced_by=None)
    assert (counting.number, counting.content["plan"]["goal"]) == (second.envelope.number, "改过的目标")


def test_a_bid_is_withdrawn_by_its_bidder_and_only_before_the_deadline() -> None:
    stage = open_call()
    user, team = bidder()
    first, second = handed_in(stage, user, team), handed_in(stage, user, team)
    stranger, _ = bidder()
    for other in (stranger, stage.office):
        with pytest.raises(Refused):
            actions.withdraw_envelope(actor=other, number=first.number)
    for _ in range(2):
        assert actions.withdraw_envelope(actor=user, number=first.number).withdrawn_at is not None
    assert Entry.objects.filter(act="bid.withdraw").count() == 1
    set_deadline(stage.call, clock() + dt.timedelta(microseconds=1))
    with pytest.raises(actions.WindowError):
        actions.withdraw_envelope(actor=user, number=second.number)
