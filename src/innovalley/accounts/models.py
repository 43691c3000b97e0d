"""Users and what they come for."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    """What a user comes for. The public has no account; what one may do to an object, `rules` decide."""

    COMPANY = "company", _("Company")
    TEAM = "team", _("Research team")
    OFFICE = "office", _("Programme office")
    EXPERT = "expert", _("Expert")
    PARK = "park", _("Park operator")
    LEADER = "leader", _("Decision maker")


class UserManager(BaseUserManager["User"]):
    """Creates users with a normalised address."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        """A saved user; without a password one that cannot sign in until it is set."""
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save()
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> User:
        """The administrator of the installation (`innovalley manage createsuperuser`)."""
        return self.create_user(email, password, is_superuser=True, is_staff=True, role=Role.OFFICE, **fields)

    def get_by_natural_key(self, username: str | None) -> User:
        """The user with this address, in any case.

        Letters such as ı and ſ, which the database holds for i and s, are others: each spelling of an address
        would have failed sign-ins of its own to spend.

        Raises:
            User.DoesNotExist
        """
        if not (username or "").isascii():
            raise self.model.DoesNotExist
        return self.get(email__iexact=username)


class User(AbstractBaseUser, PermissionsMixin):
    """A person with an account, known by e-mail address."""

    email = models.EmailField(_("e-mail address"), unique=True)
    name = models.CharField(_("full name"), max_length=60, blank=True)
    role = models.CharField(_("role"), max_length=10, choices=Role.choices, default=Role.COMPANY)
    language = models.CharField(_("language"), max_length=8, blank=True)
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False)
    is_sample = models.BooleanField(default=False)
    created = models.DateTimeField(auto_now_add=True)
    anonymised_at = models.DateTimeField(null=True, blank=True)  # see actions.anonymise_user

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects: ClassVar[UserManager] = UserManager()

    class Meta:
        constraints = [
            models.UniqueConstraint(Lower("email"), name="user_email_any_case_unique"),
            models.CheckConstraint(condition=models.Q(role__in=Role.values), name="user_role_known"),
        ]

    def __str__(self) -> str:
        if self.anonymised_at is not None:
            return gettext("former user %(number)s") % {"number": self.pk}
        return self.name or self.email
