"""Where a company writes its demands: the form, the spec table that follows the text, and the saving."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.forms import Field
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from innovalley.accounts.permissions import require
from innovalley.challenges import actions, spec_table
from innovalley.challenges.forms import MAX_TEXT, DemandForm, prose
from innovalley.challenges.lifecycle import EDITABLE
from innovalley.challenges.models import Demand
from innovalley.challenges.spec_table import Table
from innovalley.challenges.views.pages import own_demand
from innovalley.engine.lifecycle import WrongStateError
from innovalley.registry.listing import whole
from innovalley.registry.models import Organisation
from innovalley.registry.models.specs import CHANGES, COMPARISONS


@require_POST
def new_demand(request: HttpRequest) -> HttpResponse:
    """Starts a draft of the company ?organisation and opens it."""
    require(request.user, "challenges.write_demand")
    own = Organisation.objects.filter(memberships__user=request.user.pk)
    chosen = request.POST.get("organisation", "")
    organisation = get_object_or_404(own, pk=whole(chosen) or 0)
    demand = actions.start_demand(actor=request.user, organisation=organisation)
    return redirect("edit_demand", pk=demand.pk)


@require_http_methods(["GET", "HEAD", "POST"])
def edit_demand(request: HttpRequest, pk: int) -> HttpResponse:
    """The form of a draft or returned demand; ?missing=1 says at the fields what a submission needs."""
    demand = own_demand(request, pk, "challenges.edit_demand")
    if demand.state not in EDITABLE:
        return _closed(request, demand)
    if request.method == "POST":
        return _save(request, demand)
    form = DemandForm.of(demand)
    if request.GET.get("missing"):
        form = DemandForm({name: form[name].value() for name in form.fields})
        form.is_valid()
        form.say_missing(actions.missing_for_submission(demand))
    table = spec_table.of_rows(demand.text, demand.specs.all())
    return _editor(request, demand, form, table, str(uuid.uuid4()), was_saved=form.is_bound)


@require_POST
def specs_of_text(request: HttpRequest) -> HttpResponse:
    """The spec table for the text as it is typed; `add` and `remove` change it."""
    require(request.user, "challenges.write_demand")
    response = render(request, "challenges/parts/spec_table.html", _table_context(_table(request)))
    response["HX-Trigger-After-Swap"] = "specs-changed"
    return response


@require_POST
def autosave(request: HttpRequest, pk: int) -> HttpResponse:
    """Saves what is typed while it is typed; answers with one line, and the version for the next save."""
    demand = own_demand(request, pk, "challenges.edit_demand")
    form, table = DemandForm(request.POST), _table(request)
    specs = table.specs()
    context: dict[str, Any] = {"demand": demand}
    if not form.is_valid() or table.has_errors:
        context["problem"] = _("Not saved yet: something in the form is not right.")
        context["errors"] = [error for errors in form.errors.values() for error in errors]
    else:
        try:
            context["demand"] = _write(request, demand, form, specs)
            context["saved_at"] = timezone.now()
        except actions.ChangedElsewhereError:
            context["problem"] = _(
                "Not saved: it was changed in another tab or by a colleague. Save to compare."
            )
        except WrongStateError:
            context["problem"] = _("Not saved: the demand can no longer be changed.")
    return render(request, "challenges/parts/saved.html", context)


def _save(request: HttpRequest, demand: Demand) -> HttpResponse:
    form, table = DemandForm(request.POST), _table(request)
    tab = request.POST.get("tab", "")[:36]
    if "add" in request.POST or "remove" in request.POST:  # without a script
        return _editor(request, demand, form, table, tab)
    specs = table.specs()
    if not form.is_valid() or table.has_errors:
        return _editor(request, demand, form, table, tab, status=422)
    try:
        saved = _write(request, demand, form, specs)
        if "submit" in request.POST:
            actions.submit_demand(actor=request.user, demand_id=demand.pk, version=saved.version)
    except actions.ChangedElsewhereError as error:
        return _editor(request, error.demand, form, table, tab, status=409, is_conflict=True)
    except WrongStateError:
        return _closed(request, Demand.objects.get(pk=demand.pk))
    except actions.IncompleteError as error:
        form.say_missing(error.missing)
        return _editor(request, saved, form, table, tab, status=422, was_saved=True)
    if "submit" in request.POST:
        messages.success(request, _("The demand is with the programme office now."))
        return redirect(demand)
    messages.success(request, _("The draft is saved."))
    return redirect("my_demands")


def _write(request: HttpRequest, demand: Demand, form: DemandForm, specs: list[Any]) -> Demand:
    return actions.save_demand(
        actor=request.user,
        demand_id=demand.pk,
        version=form.cleaned_data["version"],
        content=form.content(),
        specs=specs,
        tab=request.POST.get("tab", "")[:36],
    )


def _table(request: HttpRequest) -> Table:
    table = spec_table.of_post(request.POST)
    if (number := whole(request.POST.get("remove", ""))) is not None:
        table = spec_table.without(table, number)
    # The form refuses a longer text; nobody may have a book searched for specs at every key stroke.
    table = spec_table.refreshed(table, prose(request.POST.get("text", ""))[:MAX_TEXT])
    return spec_table.with_blank(table) if "add" in request.POST else table


def _table_context(table: Table) -> dict[str, Any]:
    return {"table": table, "comparisons": COMPARISONS, "changes": CHANGES}


def _editor(
    request: HttpRequest,
    demand: Demand,
    form: DemandForm,
    table: Table,
    tab: str,
    *,
    status: int = 200,
    is_conflict: bool = False,
    was_saved: bool = False,
) -> HttpResponse:
    """The form. On a conflict it holds what was typed here, beside what stands now; saving again overwrites that."""
    comments = list(demand.comments.select_related("author"))
    context = {
        "demand": demand,
        "form": form,
        "version": demand.version if is_conflict or was_saved else form["version"].value(),
        "tab": tab,
        "returned": next((c for c in reversed(comments) if c.act == "return"), None),
        "theirs": _theirs(demand, form) if is_conflict else None,
        "was_saved": was_saved,
        **_table_context(table),
    }
    return render(request, "challenges/edit.html", context, status=status)


def _theirs(demand: Demand, form: DemandForm) -> list[tuple[str, str]]:
    """(label, value) of the fields that stand otherwise than they were typed."""
    return [
        (str(field.label), _shown(demand, name, field))
        for name, field in form.fields.items()
        if name != "version" and form.cleaned_data.get(name) != getattr(demand, name)
    ]


def _shown(demand: Demand, name: str, field: Field) -> str:
    choice = getattr(demand, f"get_{name}_display", None)
    value = choice() if choice else getattr(demand, name)
    if isinstance(value, int):
        value = f"{field.prepare_value(value)} {_('10,000 yuan')}"
    return str(value) if value not in (None, "") else "–"


def _closed(request: HttpRequest, demand: Demand) -> HttpResponse:
    messages.warning(
        request,
        _("The demand is %(state)s and can no longer be changed.") % {"state": demand.get_state_display()},
    )
    return redirect(demand)
