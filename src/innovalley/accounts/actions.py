"""Acts on accounts."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.dispatch import Signal
from django.utils import timezone

from innovalley.accounts.models import User
from innovalley.accounts.permissions import require
from innovalley.ledger.actions import record

# Sent with `user` in the transaction of the act, for rooms that keep something of a user's own.
user_anonymised = Signal()


@transaction.atomic
def anonymise_user(*, actor: Any, user_id: int) -> User:
    """Forgets who a user was: name, address, password, second factors. What the user did stays, under the bare id.

    Nobody can sign in to the account any more; its sessions end. Doing it again changes nothing.

    Raises:
        Refused: the actor is neither the administrator nor the user.
        User.DoesNotExist
    """
    from allauth.account.models import EmailAddress
    from allauth.mfa.models import Authenticator

    user = User.objects.select_for_update().get(pk=user_id)
    require(actor, "accounts.anonymise_user", user)
    if user.anonymised_at is not None:
        return user
    user.email, user.name, user.language = f"user-{user.pk}@anonymous.invalid", "", ""
    user.is_active = user.is_staff = user.is_superuser = False
    user.anonymised_at = timezone.now()
    user.set_unusable_password()
    user.save()
    EmailAddress.objects.filter(user=user).delete()
    Authenticator.objects.filter(user=user).delete()
    user_anonymised.send(User, user=user)
    record(actor=actor, act="user.anonymise", subject=user)
    return user
