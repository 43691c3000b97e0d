"""Signing in: who may, how often one may fail, and what stands in the log."""

from __future__ import annotations

import logging
from typing import Any

import pytest
from django.core import mail
from django.db import connection
from django.http import HttpResponse
from django.test import Client

from innovalley.accounts.models import User

pytestmark = pytest.mark.django_db
ADDRESS = "wang@example.org"
PASSWORD = "a long sentence 42"


@pytest.fixture
def wang() -> User:
    """A user with a password."""
    return User.objects.create_user(ADDRESS, PASSWORD)


def sign_in(client: Client, password: str = PASSWORD, address: str = ADDRESS, **headers: str) -> HttpResponse:
    """Send the form of the sign-in page."""
    return client.post("/accounts/login/", {"login": address, "password": password}, headers=headers)


def is_signed_in(client: Client) -> bool:
    """Whether the client's session belongs to a user who may go on."""
    return client.get("/accounts/password/change/").status_code == 200


@pytest.mark.parametrize("address", [ADDRESS, "WANG@Example.org"])
def test_the_right_password_opens_the_account(client: Client, wang: User, address: str) -> None:
    answer = sign_in(client, address=address)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/")
    assert is_signed_in(client)


def test_a_wrong_password_and_an_unknown_address_are_told_alike(client: Client, wang: User) -> None:
    wrong, unknown = sign_in(client, "wrong"), sign_in(client, address="nobody@example.org")
    assert wrong.status_code == unknown.status_code == 200
    assert wrong.context["form"].non_field_errors() == unknown.context["form"].non_field_errors()
    assert not is_signed_in(client)


def test_what_was_typed_stays_but_for_the_password(client: Client, wang: User) -> None:
    page = sign_in(client, "not this one").content.decode()
    assert ADDRESS in page
    assert "not this one" not in page


@pytest.mark.parametrize("address", ["k\u0131m.is@example.org", "kim.i\u017f@example.org"])
def test_letters_that_only_look_like_those_of_an_address_open_nothing(client: Client, address: str) -> None:
    User.objects.create_user("kim.is@example.org", PASSWORD)
    sign_in(client, address=address)
    assert not is_signed_in(client)


def test_guesses_are_counted_together_whatever_host_they_name(wang: User) -> None:
    for number in range(5):
        guesser = Client(REMOTE_ADDR=f"10.0.0.{number}")
        sign_in(guesser, "wrong", Host=f"localhost:{8000 + number}")
    late = Client(REMOTE_ADDR="10.0.0.99")
    sign_in(late, Host="localhost:9999")
    assert not is_signed_in(late)


def test_the_way_back_leads_to_this_site_only(client: Client, wang: User) -> None:
    fields = {"login": ADDRESS, "password": PASSWORD, "next": "https://elsewhere.example/"}
    assert client.post("/accounts/login/", fields).headers["Location"] == "/"


def test_a_disabled_account_is_refused(client: Client, wang: User) -> None:
    wang.is_active = False
    wang.save()
    assert sign_in(client).headers["Location"] == "/accounts/inactive/"
    assert not is_signed_in(client)
    assert client.get("/accounts/inactive/").status_code == 200


def test_disabling_an_account_ends_its_sessions(client: Client, wang: User) -> None:
    sign_in(client)
    wang.is_active = False
    wang.save()
    assert not is_signed_in(client)


def test_a_new_password_ends_the_other_sessions(wang: User) -> None:
    here, elsewhere = Client(), Client()
    sign_in(here)
    sign_in(elsewhere)
    fields = {"oldpassword": PASSWORD, "password1": "another sentence 43", "password2": "another sentence 43"}
    assert here.post("/accounts/password/change/", fields).status_code == 302
    assert is_signed_in(here)
    assert not is_signed_in(elsewhere)
    wang.refresh_from_db()
    assert wang.check_password("another sentence 43")


def test_a_password_is_changed_by_who_knows_the_old_one(client: Client, wang: User) -> None:
    sign_in(client)
    fields = {
        "oldpassword": "a guess",
        "password1": "another sentence 43",
        "password2": "another sentence 43",
    }
    assert client.post("/accounts/password/change/", fields).status_code == 200
    wang.refresh_from_db()
    assert wang.check_password(PASSWORD)


def test_signing_out_needs_more_than_a_link(client: Client, wang: User) -> None:
    sign_in(client)
    client.get("/accounts/logout/")
    assert is_signed_in(client)
    client.post("/accounts/logout/")
    assert not is_signed_in(client)


def test_nobody_opens_an_account_alone(client: Client) -> None:
    fields = {"email": "new@example.org", "password1": PASSWORD, "password2": PASSWORD}
    client.post("/accounts/signup/", fields)
    assert not User.objects.exists()


@pytest.mark.parametrize("path", ["email", "confirm-email", "confirm-email/x"])
def test_nobody_changes_the_address_the_office_knows(client: Client, wang: User, path: str) -> None:
    sign_in(client)
    assert (
        client.post(f"/accounts/{path}/", {"email": "other@example.org", "action_add": ""}).status_code == 404
    )


# -------------------------------------------------------------------------------------- failing often


def test_after_five_failures_the_right_password_has_to_wait(client: Client, wang: User) -> None:
    for _ in range(5):
        sign_in(client, "wrong")
    sign_in(client)
    assert not is_signed_in(client)


def test_failures_of_one_address_do_not_lock_out_another(client: Client, wang: User) -> None:
    for _ in range(5):
        sign_in(client, "wrong", address="someone.else@example.org")
    sign_in(client)
    assert is_signed_in(client)


def test_failures_are_counted_where_all_processes_see_them(client: Client, wang: User) -> None:
    sign_in(client, "wrong")
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM site_cache WHERE cache_key LIKE '%%login_failed%%'")
        assert cursor.fetchone()[0] > 0


def attempts_until_stopped(client: Client, forwarded: list[str]) -> int:
    """How many wrong sign-ins to ever new addresses are looked at, from these X-Forwarded-For."""
    for number, origin in enumerate(forwarded):
        answer = sign_in(client, "wrong", f"user{number}@example.org", X_Forwarded_For=origin)
        errors = answer.context["form"].non_field_errors().as_data()
        if errors[0].code == "too_many_login_attempts":
            return number
    return len(forwarded)


def test_one_machine_cannot_try_many_addresses(client: Client) -> None:
    assert attempts_until_stopped(client, ["192.0.2.1"] * 15) == 10


def test_an_invented_forwarding_header_does_not_help(client: Client) -> None:
    assert attempts_until_stopped(client, [f"192.0.2.{number}" for number in range(15)]) == 10


def test_behind_a_proxy_each_machine_is_counted_by_itself(client: Client, settings: Any) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    forwarded = [f"198.51.100.7, 192.0.2.{number}" for number in range(15)]
    assert attempts_until_stopped(client, forwarded) == 15
    assert attempts_until_stopped(client, [f"198.51.100.{n}, 192.0.2.200" for n in range(15)]) == 10


# ------------------------------------------------------------------------------------- log and mail


def test_every_sign_in_stands_in_the_log(
    client: Client, wang: User, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, "innovalley.accounts"):
        sign_in(client, "wrong")
        sign_in(client)
        client.post("/accounts/logout/")
    assert [record.getMessage() for record in caplog.records if record.name == "innovalley.accounts"] == [
        "sign-in failed: 'wang@example.org' from 127.0.0.1",
        "signed in: wang@example.org from 127.0.0.1",
        "signed out: wang@example.org from 127.0.0.1",
    ]


def test_a_session_that_no_network_address_opened_is_logged_as_well(
    client: Client, wang: User, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level("INFO", "innovalley.accounts"):
        client.force_login(wang)
    assert f"signed in: {wang.email} from an unknown address" in caplog.text


def test_no_password_and_no_forged_line_reaches_the_log(
    client: Client, wang: User, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, "innovalley.accounts"):
        sign_in(client, "hunter2 hunter2", address="x@example.org\nsigned in: root@example.org")
    assert "hunter2" not in caplog.text
    assert all("\n" not in record.getMessage() for record in caplog.records)


def test_a_forgotten_password_is_set_anew_by_mail(client: Client, wang: User) -> None:
    client.post("/accounts/password/reset/", {"email": ADDRESS})
    link = next(word for word in mail.outbox[0].body.split() if "/password/reset/key/" in word)
    path = link.partition("testserver")[2]
    form = client.get(path).headers["Location"]
    client.post(form, {"password1": "another sentence 43", "password2": "another sentence 43"})
    wang.refresh_from_db()
    assert wang.check_password("another sentence 43")
    assert client.get(path, follow=True).context["token_fail"], "a link works once"


def test_asking_for_an_unknown_address_looks_the_same(client: Client, wang: User) -> None:
    known = client.post("/accounts/password/reset/", {"email": ADDRESS})
    unknown = client.post("/accounts/password/reset/", {"email": "nobody@example.org"})
    assert known.status_code == unknown.status_code == 302
    assert known.headers["Location"] == unknown.headers["Location"]
    assert all("/password/reset/key/" not in sent.body for sent in mail.outbox if sent.to != [ADDRESS])
