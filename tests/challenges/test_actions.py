"""What may be done with a demand, by whom, in which state; also by two at once."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.utils import timezone

from innovalley.accounts.models import Role
from innovalley.accounts.permissions import Refused
from innovalley.challenges import actions
from innovalley.challenges.models import Demand, DemandState
from innovalley.engine.lifecycle import WrongStateError
from innovalley.ledger.models import Entry
from innovalley.registry.models import Field, Organisation
from tests.challenges.factories import at_least, company_user, demand
from tests.registry import factories as registry

pytestmark = pytest.mark.django_db

S: Any = DemandState


def act(name: str, actor: Any, of: Demand, **more: Any) -> Demand:
    if name == "save":
        return actions.save_demand(
            actor=actor, demand_id=of.pk, version=of.version, content={"title": "改过的题目"}, specs=[]
        )
    doing: dict[str, Callable[..., Demand]] = {
        "submit": actions.submit_demand,
        "return": actions.return_demand,
        "vet": actions.vet_demand,
        "publish": actions.publish_demand,
        "withdraw": actions.withdraw_demand,
    }
    if name == "return":
        more.setdefault("reason", "请补充试验条件")
    return doing[name](actor=actor, demand_id=of.pk, **more)


def complete(state: str, company: Organisation | None = None) -> Demand:
    field = Field.objects.first() or registry.taxon(Field, "energy", "能源")
    return demand(
        "题目", text="正文", field=field, state=state, organisation=company or registry.organisation()
    )


ACTORS = ("own company", "other company", "office", "team", "expert", "park", "leader", "public")
# act: who may, and state → the state after it. What is not here is refused, or fails in that state.
TABLE: dict[str, tuple[set[str], dict[str, str]]] = {
    "save": ({"own company"}, {S.DRAFT: S.DRAFT, S.RETURNED: S.RETURNED}),
    "submit": (
        {"own company"},
        {S.DRAFT: S.SUBMITTED, S.RETURNED: S.SUBMITTED, S.SUBMITTED: S.SUBMITTED},
    ),
    "return": (
        {"office"},
        {S.SUBMITTED: S.RETURNED, S.VETTED: S.RETURNED, S.RETURNED: S.RETURNED},
    ),
    "vet": ({"office"}, {S.SUBMITTED: S.VETTED, S.VETTED: S.VETTED}),
    "publish": (
        {"office"},
        {S.SUBMITTED: S.PUBLISHED, S.VETTED: S.PUBLISHED, S.PUBLISHED: S.PUBLISHED},
    ),
    "withdraw": (
        {"own company", "office"},
        {state: S.WITHDRAWN for state in S.values if state not in (S.AWARDED, S.FAILED)},
    ),
}


def actor(name: str, company: Organisation) -> Any:
    if name == "public":
        return AnonymousUser()
    if name == "own company":
        return company_user(company)
    if name == "other company":
        return company_user()
    return registry.user(
        {
            "office": Role.OFFICE,
            "team": Role.TEAM,
            "expert": Role.EXPERT,
            "park": Role.PARK,
            "leader": Role.LEADER,
        }[name]
    )


@pytest.mark.parametrize("name", TABLE)
@pytest.mark.parametrize("who", ACTORS)
def test_who_may_do_what_in_which_state(name: str, who: str) -> None:
    may, targets = TABLE[name]
    for state in S.values:
        each = complete(state)
        user = actor(who, each.organisation)
        unseen = (name, who, state) == ("withdraw", "office", S.DRAFT)  # a draft is the company's own
        if who not in may or unseen:
            with pytest.raises(Refused):
                act(name, user, each)
        elif state not in targets:
            with pytest.raises(WrongStateError):
                act(name, user, each)
        else:
            act(name, user, each)
        each.refresh_from_db()
        moved = who in may and not unseen and state in targets
        assert each.state == (targets[state] if moved else state)


def test_a_repeated_act_changes_nothing_and_is_not_recorded_again() -> None:
    each, office = complete(S.SUBMITTED), registry.user()
    first = act("publish", office, each)
    again = act("publish", office, each)
    assert (again.version, again.published_at) == (first.version, first.published_at)
    assert Entry.objects.filter(subject_id=each.pk, act="demand.publish").count() == 1


def test_an_incomplete_draft_is_not_submitted_and_what_is_missing_is_named() -> None:
    company = registry.organisation()
    draft = Demand.objects.create(organisation=company, title="题目", state=S.DRAFT)
    with pytest.raises(actions.IncompleteError) as error:
        act("submit", company_user(company), draft)
    assert error.value.missing == ["text", "field"]
    draft.refresh_from_db()
    assert draft.state == S.DRAFT


def test_a_demand_gets_a_number_when_it_is_submitted_and_keeps_it() -> None:
    company = registry.organisation()
    writer = company_user(company)
    mine, imported = complete(S.DRAFT, company), complete(S.RETURNED, company)
    Demand.objects.filter(pk=imported.pk).update(key="D7")
    number = f"{timezone.localdate():%Y}-{mine.pk:05d}"
    assert act("submit", writer, mine).key == number
    act("return", registry.user(), mine)
    assert act("submit", writer, mine).key == number
    assert act("submit", writer, imported).key == "D7"


def test_a_number_that_an_imported_demand_has_already_is_not_given_twice() -> None:
    company = registry.organisation()
    mine = complete(S.DRAFT, company)
    number = f"{timezone.localdate():%Y}-{mine.pk:05d}"
    Demand.objects.filter(pk=complete(S.SUBMITTED, company).pk).update(key=number)
    assert act("submit", company_user(company), mine).key == f"{number}-2"


def test_a_return_needs_a_reason_and_keeps_it() -> None:
    each, office = complete(S.SUBMITTED), registry.user()
    with pytest.raises(ValueError, match="reason"):
        act("return", office, each, reason="  ")
    act("return", office, each, reason=" 请补充 ")
    comment = each.comments.get()
    assert (comment.text, comment.act, comment.author) == ("请补充", "return", office)


@pytest.mark.parametrize("name", ["submit", "publish", "return", "withdraw"])
def test_nobody_decides_on_what_was_changed_after_they_read_it(name: str) -> None:
    each = complete(S.DRAFT if name == "submit" else S.SUBMITTED)
    user = company_user(each.organisation) if name == "submit" else registry.user()
    Demand.objects.filter(pk=each.pk).update(version=5)
    with pytest.raises(actions.ChangedElsewhereError):
        act(name, user, each, version=4)
    each.refresh_from_db()
    assert each.state in (S.DRAFT, S.SUBMITTED)
    act(name, user, each, version=5)


def test_a_save_from_an_old_page_is_refused_and_nothing_is_lost() -> None:
    each = complete(S.DRAFT)
    user = company_user(each.organisation)
    save = {"actor": user, "demand_id": each.pk, "version": 1}
    actions.save_demand(
        **save, content={"title": "第一个窗口"}, specs=[(at_least("强度", "60", "MPa"), False)]
    )
    with pytest.raises(actions.ChangedElsewhereError) as error:
        actions.save_demand(**save, content={"title": "第二个窗口"}, specs=[])
    assert error.value.demand.title == "第一个窗口"
    each.refresh_from_db()
    assert (each.title, each.version, each.specs.count()) == ("第一个窗口", 2, 1)


def test_saves_of_one_tab_do_not_hinder_each_other_but_another_tab_does() -> None:
    each = complete(S.DRAFT)
    user = company_user(each.organisation)

    def save(title: str, version: int, tab: str) -> None:
        actions.save_demand(
            actor=user, demand_id=each.pk, version=version, content={"title": title}, specs=[], tab=tab
        )

    save("一", 1, "tab-a")
    save("一二", 1, "tab-a")  # sent before the answer to the first came back
    with pytest.raises(actions.ChangedElsewhereError):
        save("别的", 1, "tab-b")
    save("别的", 3, "tab-b")
    with pytest.raises(actions.ChangedElsewhereError):
        save("一二三", 3, "tab-a")
    with pytest.raises(actions.ChangedElsewhereError):
        save("一二三", 9, "tab-a")
    each.refresh_from_db()
    assert each.title == "别的"


def test_starting_twice_without_writing_gives_one_draft() -> None:
    company = registry.organisation()
    user = company_user(company)
    first = actions.start_demand(actor=user, organisation=company)
    assert actions.start_demand(actor=user, organisation=company) == first
    actions.save_demand(actor=user, demand_id=first.pk, version=1, content={"title": "题目"}, specs=[])
    assert actions.start_demand(actor=user, organisation=company) != first


@pytest.mark.parametrize("who", ["other company", "office", "team", "public"])
def test_nobody_writes_a_demand_for_a_company_that_is_not_theirs(who: str) -> None:
    company = registry.organisation()
    with pytest.raises(Refused):
        actions.start_demand(actor=actor(who, company), organisation=company)
    with pytest.raises(Refused):
        actions.write_demand(actor=actor(who, company), organisation=company, content={}, specs=[])
    assert not Demand.objects.exists()


def at_once(*works: Callable[[], Any]) -> list[Any]:
    """Runs all in threads with connections of their own, released together; results, or what they raised."""
    barrier = threading.Barrier(len(works))
    results: list[Any] = [None] * len(works)

    def run(number: int, work: Callable[[], Any]) -> None:
        barrier.wait()
        try:
            results[number] = work()
        except Exception as error:
            results[number] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=each) for each in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


@pytest.mark.django_db(transaction=True)
def test_two_officers_at_once_cannot_both_publish_and_return() -> None:
    for _ in range(5):
        each = complete(S.SUBMITTED)
        one, other = registry.user(), registry.user()
        results = at_once(
            lambda e=each, u=one: act("publish", u, e), lambda e=each, u=other: act("return", u, e)
        )
        failed = [result for result in results if isinstance(result, Exception)]
        assert len(failed) == 1
        assert isinstance(failed[0], WrongStateError)
        each.refresh_from_db()
        done = Entry.objects.filter(subject_id=each.pk, act__in=["demand.publish", "demand.return"])
        assert [entry.act for entry in done] == [
            "demand.publish" if each.state == S.PUBLISHED else "demand.return"
        ]


@pytest.mark.django_db(transaction=True)
def test_two_clicks_at_once_publish_once() -> None:
    each, office = complete(S.SUBMITTED), registry.user()
    results = at_once(lambda: act("publish", office, each), lambda: act("publish", office, each))
    assert not [result for result in results if isinstance(result, Exception)]
    assert Entry.objects.filter(subject_id=each.pk, act="demand.publish").count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_tabs_at_once_do_not_overwrite_each_other() -> None:
    each = complete(S.DRAFT)
    user = company_user(each.organisation)

    def save(title: str, tab: str) -> Callable[[], Demand]:
        return lambda: actions.save_demand(
            actor=user, demand_id=each.pk, version=1, content={"title": title}, specs=[], tab=tab
        )

    results = at_once(save("甲", "tab-a"), save("乙", "tab-b"))
    [lost] = [result for result in results if isinstance(result, Exception)]
    assert isinstance(lost, actions.ChangedElsewhereError)
    [kept] = [result for result in results if isinstance(result, Demand)]
    each.refresh_from_db()
    assert each.title == kept.title == lost.demand.title


@pytest.mark.django_db(transaction=True)
def test_two_clicks_at_once_start_one_draft() -> None:
    company = registry.organisation()
    user = company_user(company)
    first, second = at_once(
        *[lambda: actions.start_demand(actor=user, organisation=company) for _ in range(2)]
    )
    assert first == second
    assert Demand.objects.count() == 1
