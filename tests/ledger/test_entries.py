"""What is recorded stays as it was, whoever asks: the database itself refuses."""

from __future__ import annotations

import datetime as dt

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import IntegrityError, ProgrammingError, connection, transaction
from django.db.models import ProtectedError

from innovalley.accounts.models import Role, User
from innovalley.ledger.actions import record
from innovalley.ledger.models import Entry


@pytest.fixture
def office(db: None) -> User:
    """A user of the programme office."""
    return User.objects.create_user("office@example.org", role=Role.OFFICE)


@pytest.fixture
def entry(office: User) -> Entry:
    """One recorded act."""
    return record(actor=office, act="user.welcome", subject=office, reason="first day")


def test_an_entry_tells_who_did_what_to_which_when(entry: Entry, office: User) -> None:
    kept = Entry.objects.get()
    assert (kept.actor, kept.act) == (office, "user.welcome")
    assert (kept.subject_type, kept.subject_id) == ("accounts.user", office.pk)
    assert kept.data == {"reason": "first day"}
    assert kept.at.utcoffset() == dt.timedelta(0)


def test_an_act_on_many_names_their_kind(office: User) -> None:
    entry = record(actor=office, act="user.import", subject=User, rows=3)
    assert (entry.subject_type, entry.subject_id) == ("accounts.user", None)


@pytest.mark.parametrize("nobody", [None, AnonymousUser()])
def test_the_system_and_the_public_have_no_name(db: None, nobody: AnonymousUser | None) -> None:
    assert record(actor=nobody, act="job.run", subject=User).actor is None


def test_what_cannot_be_kept_as_json_is_refused(office: User) -> None:
    with pytest.raises(TypeError):
        record(actor=office, act="user.welcome", subject=office, secret=object())


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ledger_entry SET act = 'user.nothing'",
        "UPDATE ledger_entry SET data = data",
        "DELETE FROM ledger_entry",
        "TRUNCATE ledger_entry",
        "TRUNCATE accounts_user CASCADE",
    ],
)
def test_no_statement_changes_the_past(entry: Entry, statement: str) -> None:
    connection.cursor().execute(
        "SET CONSTRAINTS ALL IMMEDIATE"
    )  # what is pending would refuse TRUNCATE first
    with pytest.raises(ProgrammingError, match="append-only"), transaction.atomic():
        connection.cursor().execute(statement)
    assert Entry.objects.values_list("act", "data").get() == (entry.act, entry.data)


def test_neither_does_django(entry: Entry) -> None:
    entry.act = "user.nothing"
    with pytest.raises(ProgrammingError, match="append-only"), transaction.atomic():
        entry.save()
    with pytest.raises(ProgrammingError, match="append-only"), transaction.atomic():
        entry.delete()
    with pytest.raises(ProgrammingError, match="append-only"), transaction.atomic():
        Entry.objects.update(act="user.nothing")


def test_the_role_of_the_site_cannot_switch_the_triggers_off_for_a_session(entry: Entry) -> None:
    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        connection.cursor().execute("SET session_replication_role = replica")


def test_who_has_acted_cannot_be_deleted(entry: Entry, office: User) -> None:
    with pytest.raises(ProtectedError):
        office.delete()
    connection.cursor().execute("SET CONSTRAINTS ALL IMMEDIATE")
    with pytest.raises(IntegrityError), transaction.atomic():
        connection.cursor().execute("DELETE FROM accounts_user WHERE id = %s", [office.pk])
    assert Entry.objects.get().actor == office


@pytest.mark.django_db(transaction=True)
def test_an_entry_outside_the_transaction_of_its_act_is_refused() -> None:
    with pytest.raises(RuntimeError, match="transaction"):
        record(actor=None, act="user.welcome", subject=User)
    assert not Entry.objects.exists()


def test_an_act_that_fails_leaves_no_entry(office: User) -> None:
    def act() -> None:
        with transaction.atomic():
            record(actor=office, act="user.welcome", subject=office)
            raise LookupError

    with pytest.raises(LookupError):
        act()
    assert not Entry.objects.exists()
