"""What can be reviewed. A room above registers its objects when the site starts (AppConfig.ready):

    reviews.subjects.register_subject(
        "challenges.bid", titles=…, parties=…, contents=…, blind_view=…, open_view=…, names=…
    )

This room then knows how to show one to an expert without telling whose it is, whom it concerns, and what it is
about; it never reads the other room's tables.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.functional import Promise

from innovalley.engine.specs import Spec


@dataclass(frozen=True, slots=True)
class Parties:
    """Everybody behind an object, by id in the registry: bidder, partners, members, the demand's company."""

    persons: frozenset[int] = frozenset()
    organisations: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Content:
    """What an object is about, for finding experts: `field` is a dotted path, `specs` None to read the text."""

    title: str
    text: str = ""
    field: str = ""
    specs: tuple[Spec, ...] | None = None


@dataclass(frozen=True, slots=True)
class Section:
    """A headed text."""

    heading: str
    text: str


@dataclass(frozen=True, slots=True)
class SpecLine:
    """A requirement and what is promised; `outcome` is met, missed, unstated, unclear or ""."""

    required: str
    promised: str = ""
    outcome: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A headed table, such as a budget."""

    heading: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]


@dataclass(frozen=True, slots=True)
class File:
    """A file to read: for blind readers `url` gives the clean copy and `name` says nothing."""

    name: str
    url: str


@dataclass(frozen=True, slots=True)
class View:
    """What a reviewer reads of an object."""

    title: str
    sections: Sequence[Section] = ()
    specs: Sequence[SpecLine] = ()
    tables: Sequence[Table] = ()
    files: Sequence[File] = ()


@dataclass(frozen=True, slots=True)
class Subject:
    """One kind of object; see `register_subject`."""

    type: str
    label: str | Promise
    titles: Callable[[Iterable[int]], Mapping[int, str]]
    parties: Callable[[Iterable[int]], Mapping[int, Parties]]
    contents: Callable[[Iterable[int]], Mapping[int, Content]]
    blind_view: Callable[[int], View]
    open_view: Callable[[int], View]
    names: Callable[[int], Iterable[str]]
    url: Callable[[int], str]
    candidates: Callable[[], Mapping[int, str]]


@dataclass
class _Registry:
    known: dict[str, Subject] = field(default_factory=dict)


_registry = _Registry()


def register_subject(
    type: str,
    *,
    label: str | Promise,
    titles: Callable[[Iterable[int]], Mapping[int, str]],
    parties: Callable[[Iterable[int]], Mapping[int, Parties]],
    contents: Callable[[Iterable[int]], Mapping[int, Content]],
    blind_view: Callable[[int], View],
    open_view: Callable[[int], View] | None = None,
    names: Callable[[int], Iterable[str]] = lambda _id: (),
    url: Callable[[int], str] = lambda _id: "",
    candidates: Callable[[], Mapping[int, str]] = dict,
) -> None:
    """Lets objects of `type` ("challenges.bid", the model's label in lower case) be reviewed.

    label       what it is called in lists ("Bids")
    titles      by id, for the office
    parties     by id, everybody behind it
    contents    by id, what it is about
    blind_view  what an expert reads who must not learn whose it is; names that stand in texts all the same are
                masked by this room (those of the parties, and what `names` gives besides: the team's, a brand)
    open_view   what everyone else reads; the blind one without
    url         the object's own page, for the office
    candidates  ids and titles that the office may take into a new round by hand
    """
    _registry.known[type] = Subject(
        type, label, titles, parties, contents, blind_view, open_view or blind_view, names, url, candidates
    )


def subject(type: str) -> Subject:
    """The kind called `type`.

    Raises:
        KeyError: no room registered it.
    """
    return _registry.known[type]


def all_subjects() -> list[Subject]:
    """Every registered kind, in the order of registration."""
    return list(_registry.known.values())


def forget_subject(type: str) -> None:
    """Takes a kind out again (tests)."""
    _registry.known.pop(type, None)


def titles_of(items: Iterable[Any]) -> dict[int, str]:
    """By item id, the open title of its subject; one call for each kind."""
    by_type: dict[str, list[Any]] = {}
    for item in items:
        by_type.setdefault(item.subject_type, []).append(item)
    found: dict[int, str] = {}
    for type, group in by_type.items():
        titles = subject(type).titles([item.subject_id for item in group])
        found.update({item.pk: titles.get(item.subject_id, "") for item in group})
    return found
