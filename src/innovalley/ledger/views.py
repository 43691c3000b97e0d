"""The public page of the ledger: its heads, and receipts with their proofs."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from innovalley.ledger import receipts
from innovalley.ledger.models import Seal
from innovalley.ledger.verifying import check_receipt

SEALS_A_PAGE = 20


@require_safe
def ledger_verify(request: HttpRequest) -> HttpResponse:
    """The heads, newest first, and with ?receipt= the entry of that number with its proof."""
    number = request.GET.get("receipt", "").strip()
    entry = receipts.entry_of(number)
    receipt = receipts.receipt_of(entry) if entry else None
    context = {
        "page": Paginator(Seal.objects.all(), SEALS_A_PAGE).get_page(request.GET.get("page")),
        "number": number,
        "entry": entry,
        "receipt": receipt,
        "checks": receipt is not None and not check_receipt(receipt),
    }
    return render(request, "ledger/verify.html", context)


@require_safe
def ledger_receipt(request: HttpRequest, number: str) -> HttpResponse:
    """The receipt as a file; 404 for an unknown number and while the entry waits for its seal."""
    entry = receipts.entry_of(number)
    receipt = receipts.receipt_of(entry) if entry else None
    if receipt is None:
        raise Http404
    return _file(receipt, f"receipt-{receipt['entry']['id']}.json")


@require_safe
def ledger_growth(request: HttpRequest) -> HttpResponse:
    """?from= and ?to= (numbers of seals; the newest without ?to=): the proof that nothing was rewritten in between."""
    earlier = get_object_or_404(Seal, number=_number(request, "from"))
    later = (
        get_object_or_404(Seal, number=_number(request, "to"))
        if "to" in request.GET
        else Seal.objects.order_by("-number")[0]
    )
    if later.number < earlier.number:
        raise Http404
    return _file(receipts.growth_between(earlier, later), f"growth-{earlier.number}-{later.number}.json")


def _number(request: HttpRequest, name: str) -> int:
    text = request.GET.get(name, "")
    if not (text.isascii() and text.isdigit() and len(text) < 16):
        raise Http404
    return int(text)


def _file(content: dict[str, object], name: str) -> HttpResponse:
    response = JsonResponse(content, json_dumps_params={"ensure_ascii": False, "indent": 1})
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
