"""A second factor: set up, asked for, kept encrypted, replaced by recovery codes."""

from __future__ import annotations

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.conf import settings as django_settings
from django.test import Client, override_settings

from innovalley.accounts.adapter import MFAAdapter
from innovalley.accounts.models import User

pytestmark = pytest.mark.django_db
ADDRESS = "wang@example.org"
PASSWORD = "a long sentence 42"


def code_of(secret: str) -> str:
    """What the telephone shows now."""
    return format_hotp_value(hotp_value(secret, next(yield_hotp_counters_from_time())))


def sign_in(client: Client) -> str:
    """Send address and password; where it leads."""
    return client.post("/accounts/login/", {"login": ADDRESS, "password": PASSWORD}).headers["Location"]


def sign_in_by_recovery_code(client: Client) -> str:
    """Send address, password and one of the recovery codes; the code."""
    code = RecoveryCodes(Authenticator.objects.get(type="recovery_codes")).get_unused_codes()[0]
    sign_in(client)
    client.post("/accounts/2fa/authenticate/", {"code": code})
    return str(code)


def is_signed_in(client: Client) -> bool:
    """Whether the client's session belongs to a user who may go on."""
    return client.get("/accounts/password/change/").status_code == 200


@pytest.fixture
def secret(client: Client) -> str:
    """What a user with a second factor has in the telephone."""
    User.objects.create_user(ADDRESS, PASSWORD)
    sign_in(client)
    asked = client.get("/accounts/2fa/totp/activate/").headers["Location"]
    client.post(asked, {"password": PASSWORD})
    page = client.get("/accounts/2fa/totp/activate/")
    assert page.status_code == 200
    secret = page.context["form"].secret
    assert client.post("/accounts/2fa/totp/activate/", {"code": code_of(secret)}).status_code == 302
    client.post("/accounts/logout/")
    return str(secret)


def test_the_password_alone_is_no_longer_enough(client: Client, secret: str) -> None:
    assert sign_in(client) == "/accounts/2fa/authenticate/"
    assert not is_signed_in(client)
    assert client.get("/accounts/2fa/authenticate/").status_code == 200


def test_a_wrong_code_is_refused(client: Client, secret: str) -> None:
    sign_in(client)
    wrong = "000000" if code_of(secret) != "000000" else "111111"
    client.post("/accounts/2fa/authenticate/", {"code": wrong})
    assert not is_signed_in(client)


def test_a_recovery_code_works_once(client: Client, secret: str) -> None:
    code = sign_in_by_recovery_code(client)
    assert is_signed_in(client)
    client.post("/accounts/logout/")
    sign_in(client)
    client.post("/accounts/2fa/authenticate/", {"code": code})
    assert not is_signed_in(client)


@pytest.mark.parametrize("page", ["", "recovery-codes/", "recovery-codes/generate/", "totp/deactivate/"])
def test_the_pages_of_the_second_factor_work(client: Client, secret: str, page: str) -> None:
    sign_in_by_recovery_code(client)
    answer = client.get(f"/accounts/2fa/{page}")
    if answer.status_code == 302:  # what weakens the account asks for the password again
        assert "/accounts/reauthenticate/" in answer.headers["Location"]
        assert client.get(answer.headers["Location"]).status_code == 200
        answer = client.post(answer.headers["Location"], {"password": PASSWORD}, follow=True)
    assert answer.status_code == 200
    assert answer.request["PATH_INFO"] == f"/accounts/2fa/{page}"


def test_a_copy_of_the_database_does_not_give_the_secret_away(secret: str) -> None:
    for kept in Authenticator.objects.all():
        assert secret not in str(kept.data)


def test_secrets_stay_readable_while_a_new_key_takes_over() -> None:
    kept = MFAAdapter().encrypt("JBSWY3DP")
    old = django_settings.SECRET_KEY
    with override_settings(SECRET_KEY="new", SECRET_KEY_FALLBACKS=[old]):
        assert MFAAdapter().decrypt(kept) == "JBSWY3DP"
    with override_settings(SECRET_KEY="new", SECRET_KEY_FALLBACKS=[]):
        assert MFAAdapter().decrypt(kept) == ""
