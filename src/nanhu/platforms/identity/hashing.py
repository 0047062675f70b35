"""Passwords: Argon2id by parameters of our own, and never more of it at once than this process can bear."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from time import perf_counter

from django.contrib.auth.hashers import Argon2PasswordHasher, identify_hasher, make_password
from django.utils.crypto import get_random_string

from nanhu.platforms.identity.errors import HashingBusyError

SLOTS = 2
LONGEST_WAIT_SECONDS = 8.0
_slots = threading.BoundedSemaphore(SLOTS)


class CampusArgon2Hasher(Argon2PasswordHasher):
    """Argon2id with 19 MiB, three passes, one lane: 26–28 ms on a 2-core machine of 2026 (measured), 0.04 GiB for
    both slots. Change the figures here: every password is hashed anew at its owner's next sign-in.
    """

    time_cost = 3
    memory_cost = 19 * 1024
    parallelism = 1


@contextmanager
def one_slot() -> Iterator[None]:
    """Hashing holds a core; without a limit a rush of sign-ins would hold every web thread as well."""
    if not _slots.acquire(timeout=LONGEST_WAIT_SECONDS):
        raise HashingBusyError
    try:
        yield
    finally:
        _slots.release()


def hash_secret(text: str) -> str:
    with one_slot():
        return make_password(text, hasher=CampusArgon2Hasher())


def verify(text: str, encoded: str) -> bool:
    """Does `text` fit? Without a usable hash the same work is done against a hash nobody has the secret of."""
    usable = encoded.startswith("argon2$")
    with one_slot():
        matches = CampusArgon2Hasher().verify(text, encoded if usable else nobodys_hash())
    return matches and usable


def needs_rehash(encoded: str) -> bool:
    return CampusArgon2Hasher().must_update(encoded) if encoded.startswith("argon2$") else False


def is_known_hash(encoded: str) -> bool:
    return isinstance(identify_hasher(encoded), Argon2PasswordHasher)


@cache
def nobodys_hash() -> str:
    return make_password(get_random_string(40), hasher=CampusArgon2Hasher())


def password_check_milliseconds(*, rounds: int = 20) -> float:
    """The median cost of one password check on this machine; for `make bench`."""
    encoded = nobodys_hash()
    taken = []
    for _round in range(rounds):
        began = perf_counter()
        verify("a password that does not fit", encoded)
        taken.append((perf_counter() - began) * 1000)
    return sorted(taken)[rounds // 2]
