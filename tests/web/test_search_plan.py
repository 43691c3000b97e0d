"""Search asks its index even for one common character: to compute it row by row takes a millisecond a row."""

from __future__ import annotations

import pytest
from django.db import connection

from innovalley.registry.models import Achievement
from innovalley.registry.search import search
from tests.registry import factories as registry

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("query", ["煤", "煤气", "煤气化"])
def test_search_asks_the_index(query: str) -> None:
    organisation = registry.organisation()
    texts = ("煤气化灰水脱氨" * 30, "钒电池电解液" * 30)
    Achievement.objects.bulk_create(
        Achievement(title=f"成果{number}", text=texts[number % 5 == 0], organisation=organisation)
        for number in range(400)
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE registry_achievement")
    plan = search(Achievement.objects.order_by(), query).values("pk")[:50].explain()
    assert "Bitmap Index Scan" in plan
    assert "Seq Scan on registry_achievement" not in plan
