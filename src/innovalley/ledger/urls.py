"""Addresses of this room."""

from __future__ import annotations

from django.urls import path

from innovalley.ledger import views

urlpatterns = [
    path("ledger/", views.ledger_verify, name="ledger_verify"),
    path("ledger/receipts/<str:number>.json", views.ledger_receipt, name="ledger_receipt"),
    path("ledger/growth.json", views.ledger_growth, name="ledger_growth"),
]
