"""Addresses of this room."""

from __future__ import annotations

from django.urls import path, re_path

from innovalley.challenges.views import acts, bids, calls, decisions, desk, lists, opening, pages

urlpatterns = [
    path("demands/", lists.demands, name="demands"),
    path("demands/<int:pk>/", pages.demand, name="demand"),
    path("demands/<int:pk>/progress/", pages.demand_progress, name="demand_progress"),
    path("demands/<int:pk>/why/<int:achievement>/", pages.demand_why, name="demand_why"),
    path("demands/<int:pk>/<slug:act>/", acts.act, name="demand_act"),
    path("matching/", acts.matching, name="matching"),
    path("my/demands/", lists.my_demands, name="my_demands"),
    path("my/demands/new/", desk.new_demand, name="new_demand"),
    path("my/demands/specs/", desk.specs_of_text, name="specs_of_text"),
    path("my/demands/<int:pk>/edit/", desk.edit_demand, name="edit_demand"),
    path("my/demands/<int:pk>/autosave/", desk.autosave, name="autosave_demand"),
    path("vetting/", lists.vetting, name="vetting"),
    path("calls/", calls.calls, name="calls"),
    path("calls/new/", calls.new_call, name="new_call"),
    path("calls/<slug:number>/", calls.call, name="call"),
    path("calls/<slug:number>/edit/", calls.edit_call, name="edit_call"),
    path("calls/<slug:number>/open/", calls.open_call, name="open_call"),
    path("calls/<slug:number>/extend/", calls.extend_call, name="extend_call"),
    path("calls/<slug:number>/key/", opening.call_key, name="call_key"),
    path("calls/<slug:number>/bids/", opening.call_bids, name="call_bids"),
    path("calls/<slug:number>/review/", opening.begin_review, name="begin_review"),
    path("calls/<slug:number>/decision/", decisions.call_decision, name="call_decision"),
    path("calls/<slug:number>/decision/round/", decisions.decision_round, name="decision_round"),
    path("calls/<slug:number>/decision/results/", decisions.decision_results, name="decision_results"),
    path("calls/<slug:number>/decision/list/", decisions.decision_list, name="decision_list"),
    path("calls/<slug:number>/decision/meeting/", decisions.decision_meeting, name="decision_meeting"),
    re_path(
        r"^calls/(?P<number>[-\w]+)/decision/(?P<act>back|notice|reconsider|award)/$",
        decisions.decision_act,
        name="decision_act",
    ),
    path("calls/<slug:number>/votes/", decisions.call_votes, name="call_votes"),
    path("my/keys/", opening.my_keys, name="my_keys"),
    path("bids/<slug:number>/", opening.opened_bid, name="opened_bid"),
    path("my/bids/", bids.my_bids, name="my_bids"),
    path("my/bids/new/", bids.new_bid, name="new_bid"),
    path("my/bids/partners/", bids.bid_partners, name="bid_partners"),
    path("my/bids/<uuid:draft>/", bids.bid, name="bid"),
    path("my/bids/<uuid:draft>/autosave/", bids.autosave_bid, name="autosave_bid"),
    path("my/bids/<uuid:draft>/check/", bids.check_bid, name="check_bid"),
    path("my/bids/<uuid:draft>/files/", bids.bid_file, name="bid_file"),
    path("my/bids/<uuid:draft>/load/", bids.load_bid, name="load_bid"),
    path("my/bids/<uuid:draft>/reopen/", bids.reopen_bid, name="reopen_bid"),
    path("receipts/<slug:number>/", bids.receipt, name="receipt"),
    path("receipts/<slug:number>/copy.json", bids.receipt_copy, name="receipt_copy"),
    path("receipts/<slug:number>/withdraw/", bids.withdraw_bid, name="withdraw_bid"),
]
