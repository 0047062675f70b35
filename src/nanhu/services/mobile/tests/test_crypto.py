"""Callbacks' encryption against Tencent's published sample, and against everything that is nearly right."""

import base64
import secrets

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from nanhu.services.mobile.adapters.wecom.crypto import BadCallbackError, Seal
from nanhu.services.mobile.tests.wecom_here import sealing

SAMPLE = Seal("QDG6eK", "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C", "wx5823bf96d3bd56c7")
"""Token, EncodingAESKey and company of the sample in Tencent's own library (weworkapi)."""
ECHO = "P9nAzCzyDtyTWESHep1vC5X9xho/qYX3Zpb4yKa9SKld1DsH3Iyt3tP3zNdtp+4RPcs8TgAE7OaBO+FZXvnaqQ=="
OURS = Seal("token", base64.b64encode(bytes(range(32))).decode().rstrip("="), "ww-ours")


def sealed(seal=OURS, text="<xml/>", *, receiver=None):
    return sealing.sealed(text, key=seal.key, receiver=receiver or seal.receiver)


def raw(plain, seal=OURS):
    encryptor = Cipher(algorithms.AES(seal.raw_key), modes.CBC(seal.raw_key[:16])).encryptor()
    return base64.b64encode(encryptor.update(plain) + encryptor.finalize()).decode()


def opened(inside, seal=OURS, *, signature=None, timestamp="1", nonce="n"):
    signature = signature if signature is not None else sealing.signature(seal.token, timestamp, nonce, inside)
    return seal.open(signature=signature, timestamp=timestamp, nonce=nonce, sealed=inside)


def test_the_published_sample_is_opened():
    text = SAMPLE.open(
        signature="5c45ff5e21c57e6ad56bac8758b79b1d9ac89fd3", timestamp="1409659589", nonce="263014780", sealed=ECHO
    )
    assert text == "1616140317555161061"


def test_what_the_other_side_seals_is_opened_whatever_its_length():
    for length in range(70):
        text = "网" * (length // 3) + "x" * (length % 3)
        assert opened(sealed(text=text)) == text


@pytest.mark.parametrize("how", ["signature", "receiver", "base64", "length", "padding", "inner", "empty", "surrogate"])
def test_what_is_nearly_right_is_refused(how):
    inside = sealed()
    facts = {}
    if how == "signature":
        facts["signature"] = sealing.signature("other", "1", "n", inside)
    elif how == "surrogate":
        facts["signature"] = "\udcff"
    elif how == "receiver":
        inside = sealed(receiver="ww-ours2")
    elif how == "base64":
        inside = "***"
    elif how == "length":
        inside = base64.b64encode(b"x" * 17).decode()
    elif how == "padding":
        inside = raw(secrets.token_bytes(31) + b"\x00")
    elif how == "inner":
        inside = raw(bytes(16) + (10**6).to_bytes(4, "big") + b"ww-ours" + bytes([5]) * 5)
    else:
        inside = ""
    with pytest.raises(BadCallbackError):
        opened(inside, **facts)


def test_a_key_of_another_length_is_none():
    with pytest.raises(BadCallbackError):
        Seal("t", "short", "ww")
