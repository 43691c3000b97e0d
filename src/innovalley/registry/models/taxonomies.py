"""Field, Industry and Region: trees whose place is an ltree path."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.indexes import GistIndex
from django.db import models
from django.db.models.lookups import PostgresOperatorLookup
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _


class PathField(models.CharField):
    """PostgreSQL's ltree: labels of letters, digits and underscores, joined by dots."""

    def db_type(self, connection: Any) -> str:
        return "ltree"

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        return None if value is None else str(value)


@PathField.register_lookup
class Under(PostgresOperatorLookup):
    """`path__under="energy.coal"`: that place and everything below it."""

    lookup_name = "under"
    postgres_operator = "<@"

    def as_postgresql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        left, left_params = self.process_lhs(compiler, connection)
        right, right_params = self.process_rhs(compiler, connection)
        return f"{left} <@ {right}::ltree", (*left_params, *right_params)


class Taxon(models.Model):
    """A place in a tree; `path` joins the codes from the root."""

    code = models.CharField(_("code"), max_length=120, unique=True)
    path = PathField(_("path"), max_length=200, unique=True)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")
    name_zh = models.CharField(_("Chinese name"), max_length=80)
    name_en = models.CharField(_("English name"), max_length=120, blank=True)

    class Meta:
        abstract = True
        ordering = ["path"]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """The name in the reader's language, Chinese where there is no English one."""
        return self.name_en if get_language() == "en" and self.name_en else self.name_zh

    @property
    def depth(self) -> int:
        """0 for a root."""
        return str(self.path).count(".")


class Field(Taxon):
    """技术领域."""

    class Meta(Taxon.Meta):
        verbose_name = _("field")
        indexes = [GistIndex(fields=["path"], name="field_path")]


class Industry(Taxon):
    """行业, GB/T 4754."""

    class Meta(Taxon.Meta):
        verbose_name = _("industry")
        indexes = [GistIndex(fields=["path"], name="industry_path")]


class Region(Taxon):
    """地区; column and row place it on the tile map of its parent."""

    column = models.SmallIntegerField(_("column"), null=True, blank=True)
    row = models.SmallIntegerField(_("row"), null=True, blank=True)

    class Meta(Taxon.Meta):
        verbose_name = _("region")
        indexes = [GistIndex(fields=["path"], name="region_path")]
