"""The work itself: Argon2id without Django, for the hasher's threads and, when there is no hasher, for a web worker's."""

from argon2 import low_level
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.low_level import Type

MARK = b"$"


def verify(secret: bytes, encoded: bytes) -> bool:
    """`encoded` is the standard string ($argon2id$v=19$…)."""
    try:
        return low_level.verify_secret(encoded, secret, Type.ID)
    except (VerificationError, InvalidHashError):
        return False


def hash_secret(secret: bytes, recipe: bytes) -> bytes:
    passes, kibibytes, lanes, length, salt = recipe.split(MARK, 4)
    return low_level.hash_secret(secret, salt, int(passes), int(kibibytes), int(lanes), int(length), Type.ID)


def recipe_of(*, passes: int, kibibytes: int, lanes: int, length: int, salt: bytes) -> bytes:
    return MARK.join([*(str(one).encode() for one in (passes, kibibytes, lanes, length)), salt])
