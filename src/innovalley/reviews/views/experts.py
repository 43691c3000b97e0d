"""The pool of experts, and the rubrics they judge by."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from innovalley.accounts.permissions import require
from innovalley.registry.exporting import ExportColumn
from innovalley.registry.listing import Tree, page_of
from innovalley.registry.models import Field, Person
from innovalley.registry.views.exports import export_table
from innovalley.reviews import actions, queries
from innovalley.reviews.forms import CriteriaForms, ExpertForm, RubricForm, shown
from innovalley.reviews.models import ExpertKind, ExpertProfile, RoundState, Rubric


@require_safe
def experts(request: HttpRequest) -> HttpResponseBase:
    """The pool; ?q= names, ?kind=, ?field=, ?outside=1. With ?q= also people who are not in it yet."""
    require(request.user, "reviews.manage")
    asked = {name: request.GET.get(name, "").strip()[:80] for name in ("q", "kind", "field", "outside")}
    tree = Tree.of(Field)
    if asked["field"] not in tree.by_path:
        asked["field"] = ""
    if asked["kind"] not in ExpertKind.values:
        asked["kind"] = ""
    rows = queries.experts(
        q=asked["q"], kind=asked["kind"], field=asked["field"], outside=bool(asked["outside"])
    )
    if request.GET.get("export"):
        return export_table(request, COLUMNS, rows, name=_("Experts"))
    others: list[Person] = []
    if asked["q"]:
        found = Person.objects.filter(name_zh__icontains=asked["q"], merged_into=None, expert_profile=None)
        others = list(found.select_related("organisation").order_by("name_zh", "pk")[:10])
    context = {
        "page": page_of(request, rows),
        "filter": asked,
        "kinds": ExpertKind.choices,
        "fields": tree,
        "others": others,
    }
    return render(request, "reviews/experts.html", context)


COLUMNS = [
    ExportColumn(gettext_lazy("Expert"), lambda row: row.person.name),
    ExportColumn(gettext_lazy("Organisation"), lambda row: row.person.organisation.name),
    ExportColumn(gettext_lazy("Can judge"), lambda row: "; ".join(row.kind_labels)),
    ExportColumn(gettext_lazy("Fields"), lambda row: "; ".join(field.name for field in row.fields.all())),
    ExportColumn(gettext_lazy("From outside the province"), lambda row: _("yes") if row.is_outside else ""),
]


@require_http_methods(["GET", "HEAD", "POST"])
def expert(request: HttpRequest, pk: int) -> HttpResponse:
    """Takes a person into the pool, or changes what the pool knows; `pk` is the person's."""
    require(request.user, "reviews.manage")
    person = get_object_or_404(Person.objects.select_related("organisation"), pk=pk, merged_into=None)
    profile = ExpertProfile.objects.filter(person=person).first()
    if request.method == "POST":
        form = ExpertForm(request.POST)
    else:
        form = ExpertForm.of(profile) if profile else ExpertForm(initial={"fields_of": person.fields.all()})
    if request.method == "POST" and form.is_valid():
        given = dict(form.cleaned_data)
        given["fields"] = given.pop("fields_of")
        actions.save_expert(actor=request.user, person_id=pk, **given)
        messages.success(request, _("The pool is up to date."))
        return redirect("experts")
    context: dict[str, Any] = {"person": person, "profile": profile, "form": form}
    context["ties"] = person.declarations.filter(withdrawn_at=None).select_related(
        "other_person", "other_organisation"
    )
    context["employers"] = person.affiliations.select_related("organisation")
    return render(request, "reviews/expert.html", context, status=422 if form.errors else 200)


@require_safe
def rubrics(request: HttpRequest) -> HttpResponse:
    """All rubrics with their criteria."""
    require(request.user, "reviews.manage")
    page = page_of(request, Rubric.objects.prefetch_related("criteria"))
    return render(request, "reviews/rubrics.html", {"page": page})


@require_http_methods(["GET", "HEAD", "POST"])
def rubric_edit(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """Writes a rubric; one that a running round judges by can be looked at only."""
    require(request.user, "reviews.manage")
    rubric = get_object_or_404(Rubric, pk=pk) if pk is not None else None
    in_use = rubric is not None and rubric.rounds.exclude(state=RoundState.DRAFT).exists()
    if request.method == "POST":
        form, lines = RubricForm(request.POST), CriteriaForms(request.POST, prefix="c")
    else:
        form = RubricForm(
            initial={"title_zh": rubric.title_zh, "title_en": rubric.title_en} if rubric else {}
        )
        lines = CriteriaForms(initial=_lines(rubric), prefix="c")
    if request.method == "POST" and form.is_valid() and lines.is_valid():
        try:
            actions.save_rubric(
                actor=request.user, rubric_id=pk, criteria=lines.columns(), **form.cleaned_data
            )
        except actions.InUseError:
            form.add_error(None, _("A round judges by it already. Write a new one instead."))
        else:
            messages.success(request, _("The rubric is saved."))
            return redirect("rubrics")
    is_wrong = request.method == "POST"
    context = {"rubric": rubric, "form": form, "lines": lines, "in_use": in_use, "is_wrong": is_wrong}
    return render(request, "reviews/rubric.html", context, status=422 if is_wrong else 200)


def _lines(rubric: Rubric | None) -> list[dict[str, Any]]:
    """The criteria and three empty lines to add some."""
    found = []
    for each in rubric.criteria.all() if rubric else ():
        levels = "\n".join(f"{level['value']} {level['zh']}" for level in each.levels)
        found.append(
            {
                "name_zh": each.name_zh,
                "name_en": each.name_en,
                "help_zh": each.help_zh,
                "weight": shown(each.weight),
                "maximum": shown(each.maximum),
                "step": shown(each.step),
                "levels": levels,
            }
        )
    empty = {"maximum": "10", "step": "0.5"}
    return [*found, *[dict(empty) for _n in range(3 if rubric else 4)]]
