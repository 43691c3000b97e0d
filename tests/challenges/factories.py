"""Demands for tests, and an embedder that is quick and always the same."""

from __future__ import annotations

import itertools
import zlib
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import numpy as np
from django.utils import timezone
from numpy.typing import NDArray

from innovalley.accounts.models import Role, User
from innovalley.challenges.models import Demand, DemandSpec, DemandState
from innovalley.engine.specs import Comparison, Spec
from innovalley.registry.models import Membership, Organisation
from tests.registry import factories as registry

_number = itertools.count(1)


def demand(title: str = "", **values: Any) -> Demand:
    """A published demand, unless `state` says otherwise."""
    number = next(_number)
    if "organisation" not in values:
        values["organisation"] = registry.organisation()
    state = values.pop("state", DemandState.PUBLISHED)
    published = timezone.now() if state == DemandState.PUBLISHED else None
    return Demand.objects.create(
        title=title or f"需求{number}", state=state, **{"published_at": published, **values}
    )


def company_user(organisation: Organisation | None = None) -> User:
    """A user who acts for `organisation` (a new company without)."""
    user = registry.user(Role.COMPANY)
    Membership.objects.create(user=user, organisation=organisation or registry.organisation())
    return user


def at_least(quantity: str, low: str, unit: str, **values: Any) -> Spec:
    return Spec(quantity, Comparison.AT_LEAST, Decimal(low), None, unit, **values)


def demand_spec(of: Demand, spec: Spec, **values: Any) -> DemandSpec:
    return DemandSpec.objects.create(demand=of, **DemandSpec.columns_of(spec), **values)


class CharacterEmbedder:
    """Counts characters in 16 bins: texts that share characters are close. Knows how often it was asked."""

    name = "characters"
    dimension = 16
    asked = 0
    killed_after: int | None = None  # texts, after which it is killed as by Ctrl-C

    def passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        type(self).asked += len(texts)
        if self.killed_after is not None and self.asked > self.killed_after:
            raise KeyboardInterrupt
        vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
        for row, text in enumerate(texts):
            for character in text:
                vectors[row, zlib.crc32(character.encode()) % self.dimension] += 1
            if norm := np.linalg.norm(vectors[row]):
                vectors[row] /= norm
        return vectors

    queries = passages
