"""Passwords: Argon2id by parameters of our own, worked out by the hasher and not by the workers that serve pages.

Only so many requests of a process wait for a hash at once; the rest are told at once to come again, so that threads
remain for pages. When no hasher listens, the work is done here, two at a time.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from time import perf_counter

from django.contrib.auth.hashers import Argon2PasswordHasher, make_password
from django.utils.crypto import get_random_string
from django.utils.encoding import force_bytes

from nanhu.kernel.configuration import configuration
from nanhu.kernel.turns import elsewhere
from nanhu.platforms.identity.errors import HashingBusyError
from nanhu.platforms.identity.hasher import client, work

SLOTS = 2
LONGEST_WAIT_SECONDS = 8.0
_slots = threading.BoundedSemaphore(SLOTS)
_mine = threading.local()
ALGORITHM = "argon2"
PASSES, KIBIBYTES, LANES = 3, 19 * 1024, 1


class CampusArgon2Hasher(Argon2PasswordHasher):
    """Argon2id with 19 MiB, three passes, one lane: 26–28 ms on a 2-core machine of 2026 (measured). Change the figures
    above: every password is hashed anew at its owner's next sign-in.
    """

    time_cost = PASSES
    memory_cost = KIBIBYTES
    parallelism = LANES

    def encode(self, password: str, salt: str) -> str:
        wanted = self.params()
        recipe = work.recipe_of(
            passes=wanted.time_cost,
            kibibytes=wanted.memory_cost,
            lanes=wanted.parallelism,
            length=wanted.hash_len,
            salt=force_bytes(salt),
        )
        secret = force_bytes(password)
        return ALGORITHM + by_hasher_or_here(
            lambda: client.hash_secret(secret, recipe, patience=LONGEST_WAIT_SECONDS),
            lambda: work.hash_secret(secret, recipe),
        ).decode("ascii")

    def verify(self, password: str, encoded: str) -> bool:
        secret, standard = force_bytes(password), encoded.removeprefix(ALGORITHM).encode()
        return by_hasher_or_here(
            lambda: client.verify(secret, standard, patience=LONGEST_WAIT_SECONDS),
            lambda: work.verify(secret, standard),
        )


def by_hasher_or_here[Result](there: Callable[[], Result], here: Callable[[], Result]) -> Result:
    with turn():
        try:
            with elsewhere():
                return there()
        except client.BusyError as error:
            raise HashingBusyError from error
        except client.NoHasherError:
            with one_slot():
                return here()


@contextmanager
def turn() -> Iterator[None]:
    """A place among those of this process who may wait for a hash, else HashingBusyError at once.

    Take it before an attempt is counted or anything is written; what hashes inside uses the same place.
    """
    if getattr(_mine, "has_turn", False):
        yield
        return
    if not waiting_places().acquire(blocking=False):
        raise HashingBusyError
    _mine.has_turn = True
    try:
        yield
    finally:
        _mine.has_turn = False
        waiting_places().release()


@cache
def waiting_places() -> threading.BoundedSemaphore:
    """Half of the threads: the other half always remains for pages."""
    return threading.BoundedSemaphore(max(1, configuration().web_threads // 2))


@contextmanager
def one_slot() -> Iterator[None]:
    """Without the hasher: hashing holds a core, and a rush of sign-ins would hold all of them."""
    if not _slots.acquire(timeout=LONGEST_WAIT_SECONDS):
        raise HashingBusyError
    try:
        yield
    finally:
        _slots.release()


def hash_secret(text: str) -> str:
    return make_password(text, hasher=CampusArgon2Hasher())


def verify(text: str, encoded: str) -> bool:
    """Does `text` fit? Without a usable hash the same work is done against a hash nobody has the secret of."""
    usable = encoded.startswith("argon2$")
    with turn():
        matches = CampusArgon2Hasher().verify(text, encoded if usable else nobodys_hash())
    return matches and usable


def needs_rehash(encoded: str) -> bool:
    return CampusArgon2Hasher().must_update(encoded) if encoded.startswith("argon2$") else False


@cache
def nobodys_hash() -> str:
    return make_password(get_random_string(40), hasher=CampusArgon2Hasher())


def password_check_milliseconds(*, rounds: int = 20) -> float:
    """The median cost of one password check on this machine; for `make bench`."""
    standard = nobodys_hash().removeprefix(ALGORITHM).encode()
    taken = []
    for _round in range(rounds):
        began = perf_counter()
        work.verify(b"a password that does not fit", standard)
        taken.append((perf_counter() - began) * 1000)
    return sorted(taken)[rounds // 2]
