"""Known answers of the standards, so that a change of library or of ours that alters a bit is seen."""

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.hmac import HMAC

from nanhu.kernel.crypto.providers import Chinese, International, Provider

AES = International()
SM = Chinese()


def test_aes_256_gcm_gives_the_answer_of_the_nist_submission() -> None:
    """McGrew and Viega, The Galois/Counter Mode of Operation, appendix B, test case 16."""
    key = bytes.fromhex("feffe9928665731c6d6a8f9467308308" * 2)
    nonce = bytes.fromhex("cafebabefacedbaddecaf888")
    text = bytes.fromhex(
        "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39"
    )
    bound_to = bytes.fromhex("feedfacedeadbeeffeedfacedeadbeefabaddad2")
    sealed = bytes.fromhex(
        "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662"
        "76fc6ece0f4e1768cddf8853bb2d551b"
    )
    assert AES.seal(key, nonce, text, bound_to) == sealed
    assert AES.open(key, nonce, sealed, bound_to) == text


def test_sm4_gcm_gives_the_answer_of_rfc_8998() -> None:
    """RFC 8998, appendix A.1."""
    key = bytes.fromhex("0123456789abcdeffedcba9876543210")
    nonce = bytes.fromhex("00001234567800000000abcd")
    text = bytes.fromhex(
        "aaaaaaaaaaaaaaaabbbbbbbbbbbbbbbbccccccccccccccccddddddddddddddddeeeeeeeeeeeeeeeeffffffffffffffffeeeeeeeeeeeeeeeeaaaaaaaaaaaaaaaa"
    )
    bound_to = bytes.fromhex("feedfacedeadbeeffeedfacedeadbeefabaddad2")
    sealed = bytes.fromhex(
        "17f399f08c67d5ee19d0dc9969c4bb7d5fd46fd3756489069157b282bb200735d82710ca5c22f0ccfa7cbf93d496ac15a56834cbcf98c397b4024a2691233b8d"
        "83de3541e4c2b58177e065a9bf7b62ec"
    )
    assert SM.seal(key, nonce, text, bound_to) == sealed
    assert SM.open(key, nonce, sealed, bound_to) == text


def test_sm3_gives_the_answer_of_gb_t_32905() -> None:
    """GB/T 32905-2016, appendix A, example 1."""
    digest = hashes.Hash(hashes.SM3())
    digest.update(b"abc")
    assert digest.finalize().hex() == "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"


def test_hmac_sha_256_gives_the_answer_of_rfc_4231() -> None:
    """RFC 4231, test case 2."""
    digest = AES.keyed_digest(b"Jefe", b"what do ya want for nothing?")
    assert digest.hex() == "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"


def test_hmac_sm3_is_hmac_over_sm3() -> None:
    """Written out by hand after RFC 2104: no public vector is at hand, SM3 itself has one above."""

    def sm3(text: bytes) -> bytes:
        digest = hashes.Hash(hashes.SM3())
        digest.update(text)
        return digest.finalize()

    key = b"k" * 32
    padded = key.ljust(64, b"\0")
    inner = sm3(bytes(byte ^ 0x36 for byte in padded) + b"text")
    by_hand = sm3(bytes(byte ^ 0x5C for byte in padded) + inner)
    library = HMAC(key, hashes.SM3())
    library.update(b"text")
    assert SM.keyed_digest(key, b"text") == by_hand == library.finalize()


@pytest.mark.parametrize("provider", [AES, SM], ids=lambda provider: provider.name)
def test_derived_keys_differ_by_purpose(provider: Provider) -> None:
    one, other = (provider.derive_key(b"k" * 32, info=info) for info in (b"people.phone", b"people.id_number"))
    assert len(one) == len(other) == 32
    assert one != other


@pytest.mark.parametrize("provider", [AES, SM], ids=lambda provider: provider.name)
@pytest.mark.parametrize("sealed", [b"", b"short", b"x" * 15])
def test_it_refuses_what_is_shorter_than_a_tag(provider: Provider, sealed: bytes) -> None:
    with pytest.raises((InvalidTag, ValueError)):
        provider.open(b"k" * provider.cipher_key_bytes, b"n" * 12, sealed, b"")
