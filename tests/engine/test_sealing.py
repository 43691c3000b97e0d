"""Bids are sealed: k of n custodians open them, fewer cannot, and nothing about them shows before."""

from __future__ import annotations

import itertools

import pytest

from innovalley.engine import sealing
from innovalley.engine.sealing import CustodianKey, UnsealError

PASSPHRASES = [
    "jade rabbit morning",
    "quiet river stone",
    "纸上得来终觉浅绝知此事要躬行",
    "lamp-oil-1938-north",
]
BID = {
    "challenge": "JB-2027-03",
    "plan": "以流化床替代固定床",
    "promises": [{"quantity": "转化率", "low": "96.5"}],
}


@pytest.fixture(scope="module")
def custodians() -> list[CustodianKey]:
    return [sealing.custodian_key(p) for p in PASSPHRASES]


def shares_of(call: sealing.CallKey, custodians: list[CustodianKey]) -> list[str]:
    return [
        sealing.open_share(*each) for each in zip(PASSPHRASES, custodians, call.sealed_shares, strict=True)
    ]


def test_any_k_custodians_open_and_fewer_cannot(custodians: list[CustodianKey]) -> None:
    call = sealing.make_call_key(custodians, 3)
    envelope = sealing.seal(BID, call.public)
    shares = shares_of(call, custodians)
    for chosen in itertools.combinations(shares, 3):
        private = sealing.combine(chosen, call.public)
        content = sealing.unseal(envelope.sealed, private, envelope.sha256)
        assert {key: content[key] for key in BID} == BID
    for chosen in itertools.combinations(shares, 2):
        with pytest.raises(UnsealError):
            sealing.combine(chosen, call.public)


def test_a_wrong_passphrase_opens_nothing(custodians: list[CustodianKey]) -> None:
    call = sealing.make_call_key(custodians[:2], 2)
    with pytest.raises(UnsealError, match="passphrase"):
        sealing.open_share("jade rabbit evening", custodians[0], call.sealed_shares[0])
    with pytest.raises(UnsealError, match="share"):
        sealing.open_share(PASSPHRASES[0], custodians[0], call.sealed_shares[1])


def test_shares_of_another_call_are_refused(custodians: list[CustodianKey]) -> None:
    one, other = (sealing.make_call_key(custodians, 2) for _ in range(2))
    with pytest.raises(UnsealError, match="another call"):
        sealing.combine(shares_of(one, custodians)[:2], other.public)
    mixed = [shares_of(one, custodians)[0], shares_of(other, custodians)[1]]
    with pytest.raises(UnsealError):
        sealing.combine(mixed, one.public)


def test_an_altered_envelope_is_noticed(custodians: list[CustodianKey]) -> None:
    call = sealing.make_call_key(custodians[:2], 2)
    private = sealing.combine(
        [sealing.open_share(PASSPHRASES[n], custodians[n], call.sealed_shares[n]) for n in range(2)],
        call.public,
    )
    envelope = sealing.seal(BID, call.public)
    altered = bytearray(envelope.sealed)
    altered[100] ^= 1
    with pytest.raises(UnsealError, match="altered"):
        sealing.unseal(bytes(altered), private, envelope.sha256)
    swapped = sealing.seal(BID | {"plan": "另一方案"}, call.public)
    with pytest.raises(UnsealError, match="receipt"):
        sealing.unseal(swapped.sealed, private, envelope.sha256)


def test_neither_size_nor_fingerprint_tells_what_is_inside(custodians: list[CustodianKey]) -> None:
    public = sealing.make_call_key(custodians[:2], 2).public
    one, same, longer = (sealing.seal(b, public) for b in (BID, BID, BID | {"plan": "长" * 900}))
    assert one.sha256 != same.sha256
    assert len(one.sealed) == len(same.sealed) == len(longer.sealed)
    assert "流化床".encode() not in one.sealed


def test_too_much_content_is_refused_before_it_is_lost(custodians: list[CustodianKey]) -> None:
    public = sealing.make_call_key(custodians[:2], 2).public
    with pytest.raises(ValueError, match="too large"):
        sealing.seal({"plan": "x" * (16 * 1024 * 1024)}, public)


def test_a_file_opens_with_its_own_key_only() -> None:
    key, sealed = sealing.seal_file(b"%PDF-1.7 drawing")
    assert sealing.unseal_file(sealed, key) == b"%PDF-1.7 drawing"
    assert b"drawing" not in sealed
    with pytest.raises(UnsealError):
        sealing.unseal_file(sealed, sealing.seal_file(b"")[0])


@pytest.mark.parametrize(("count", "threshold"), [(1, 1), (3, 1), (2, 3), (0, 2)])
def test_a_senseless_threshold_is_refused(custodians: list[CustodianKey], count: int, threshold: int) -> None:
    with pytest.raises(ValueError, match="custodians"):
        sealing.make_call_key(custodians[:count], threshold)


def test_a_custodian_stands_once_and_a_passphrase_is_long_enough(custodians: list[CustodianKey]) -> None:
    with pytest.raises(ValueError, match="same key"):
        sealing.make_call_key([custodians[0], custodians[0]], 2)
    with pytest.raises(ValueError, match="12 characters"):
        sealing.custodian_key("short")
