"""Sealed bids: readable by nobody before k of n custodians open them together.

A call has a key pair; bids are sealed to its public half (libsodium's sealed boxes: X25519, XSalsa20-Poly1305). The
private half is split among the custodians (Shamir's scheme as SLIP-39 word lists, which notice typing errors) and kept
nowhere. Each share is sealed in turn to its custodian, whose own key pair comes from a passphrase (Argon2id) that
only the custodian knows; of it, too, only the public half is kept.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from nacl import pwhash
from nacl.exceptions import CryptoError
from nacl.public import PrivateKey, PublicKey, SealedBox
from nacl.secret import SecretBox
from nacl.utils import random as random_bytes
from shamir_mnemonic import MnemonicError, combine_mnemonics, generate_mnemonics

SHORTEST_PASSPHRASE = 12
SALT_BYTES = pwhash.argon2id.SALTBYTES

_OPERATIONS = 3
_MEMORY = 64 * 1024 * 1024
_BUCKETS = [4096 * 2**n for n in range(13)]  # 4 KiB … 16 MiB
_LENGTH_BYTES = 8


class UnsealError(Exception):
    """What was to be opened cannot be: a wrong passphrase, too few or foreign shares, or altered content."""


@dataclass(frozen=True, slots=True)
class CustodianKey:
    """What is kept of a custodian's passphrase."""

    salt: bytes
    public: bytes


@dataclass(frozen=True, slots=True)
class CallKey:
    """What is kept of a call's key: the public half, and each custodian's share sealed to that custodian."""

    public: bytes
    sealed_shares: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Envelope:
    """A sealed content and the fingerprint that its receipt states.

    sha256  of the plain content, which holds a random value, so that the fingerprint tells nothing of it
    sealed  padded to one of few sizes before sealing, so that the size tells little
    """

    sha256: str
    sealed: bytes


def custodian_key(passphrase: str, salt: bytes | None = None) -> CustodianKey:
    """The custodian's public key from the passphrase; a new salt is drawn when none is given.

    Raises:
        ValueError: the passphrase is too short.
    """
    if len(passphrase) < SHORTEST_PASSPHRASE:
        raise ValueError(f"a custodian's passphrase has at least {SHORTEST_PASSPHRASE} characters")
    salt = salt or random_bytes(SALT_BYTES)
    return CustodianKey(salt, bytes(_private(passphrase, salt).public_key))


def make_call_key(custodians: Sequence[CustodianKey], threshold: int) -> CallKey:
    """A new key pair of a call whose private half `threshold` of the custodians can put together.

    Raises:
        ValueError: the threshold is not between 2 and the number of custodians (at most 16), or a custodian
            stands twice.
    """
    if not 2 <= threshold <= len(custodians) <= 16:
        raise ValueError("between 2 and 16 custodians, and a threshold between 2 and their number")
    if len({custodian.public for custodian in custodians}) < len(custodians):
        raise ValueError("two custodians have the same key")
    private = PrivateKey.generate()
    [words] = generate_mnemonics(1, [(threshold, len(custodians))], bytes(private), iteration_exponent=0)
    sealed = tuple(
        SealedBox(PublicKey(custodian.public)).encrypt(share.encode())
        for custodian, share in zip(custodians, words, strict=True)
    )
    return CallKey(bytes(private.public_key), sealed)


def open_share(passphrase: str, custodian: CustodianKey, sealed_share: bytes) -> str:
    """The custodian's share as words.

    Raises:
        UnsealError: the passphrase is not the custodian's.
    """
    private = _private(passphrase, custodian.salt)
    if bytes(private.public_key) != custodian.public:
        raise UnsealError("the passphrase is not the one that was set")
    try:
        return SealedBox(private).decrypt(sealed_share).decode()
    except CryptoError as error:
        raise UnsealError("the share is not this custodian's") from error


def combine(shares: Iterable[str], public: bytes) -> bytes:
    """The private key of the call with public key `public`, out of enough shares.

    Raises:
        UnsealError: too few shares, or shares of another call.
    """
    try:
        private: bytes = combine_mnemonics(shares)
    except (MnemonicError, ValueError) as error:
        raise UnsealError("these shares do not make the key") from error
    if len(private) != PrivateKey.SIZE or bytes(PrivateKey(private).public_key) != public:
        raise UnsealError("these shares make another call's key")
    return private


def seal(content: Mapping[str, Any], public: bytes) -> Envelope:
    """`content` (JSON-able, without floats that must be exact) sealed to a call's key.

    A random "nonce" is added, unless the content brings its own.

    Raises:
        ValueError: the content is larger than 16 MiB (files are sealed apart, see `seal_file`).
    """
    plain = canonical({"nonce": secrets.token_hex(32), **content})
    return Envelope(hashlib.sha256(plain).hexdigest(), SealedBox(PublicKey(public)).encrypt(_pad(plain)))


def unseal(sealed: bytes, private: bytes, sha256: str) -> dict[str, Any]:
    """The content of an envelope, checked against the fingerprint of its receipt.

    Raises:
        UnsealError: another key, or altered content.
    """
    try:
        plain = _unpad(SealedBox(PrivateKey(private)).decrypt(sealed))
    except CryptoError as error:
        raise UnsealError("the envelope was not sealed with this key, or was altered") from error
    if hashlib.sha256(plain).hexdigest() != sha256:
        raise UnsealError("the content is not the one that the receipt states")
    content: dict[str, Any] = json.loads(plain)
    return content


def seal_file(data: bytes) -> tuple[bytes, bytes]:
    """(key, sealed): a file under a key of its own, which goes into the envelope."""
    key = random_bytes(SecretBox.KEY_SIZE)
    return key, bytes(SecretBox(key).encrypt(data))


def unseal_file(sealed: bytes, key: bytes) -> bytes:
    """The file again.

    Raises:
        UnsealError: another key, or an altered file.
    """
    try:
        return SecretBox(key).decrypt(sealed)
    except (CryptoError, ValueError) as error:
        raise UnsealError("the file was not sealed with this key, or was altered") from error


def canonical(content: Mapping[str, Any]) -> bytes:
    """The one spelling of a JSON-able content that fingerprints are taken of: sorted keys, no blanks, UTF-8."""
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return text.encode()


def _private(passphrase: str, salt: bytes) -> PrivateKey:
    seed = pwhash.argon2id.kdf(
        PrivateKey.SIZE, passphrase.encode(), salt, opslimit=_OPERATIONS, memlimit=_MEMORY
    )
    return PrivateKey(seed)


def _pad(plain: bytes) -> bytes:
    framed = len(plain).to_bytes(_LENGTH_BYTES, "big") + plain
    size = next((bucket for bucket in _BUCKETS if len(framed) <= bucket), None)
    if size is None:
        raise ValueError("the content is too large to be sealed")
    return framed.ljust(size, b"\0")


def _unpad(framed: bytes) -> bytes:
    length = int.from_bytes(framed[:_LENGTH_BYTES], "big")
    return framed[_LENGTH_BYTES : _LENGTH_BYTES + length]
