"""Pure rules: how tokens and app passwords look."""

import secrets
import zlib
from hashlib import sha256

TOKEN_PREFIX = "nanhu_pat_"  # noqa: S105  the mark by which scanners of leaked secrets know a token
ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789"
LETTERS = "abcdefghijkmnpqrstuvwxyz"
RANDOM_LENGTH = 36  # 210 bits
CHECK_LENGTH = 6
GROUPS, GROUP_LENGTH = 4, 5  # 91 bits, easy to type on a phone


def new_token() -> str:
    body = "".join(secrets.choice(ALPHABET) for _ in range(RANDOM_LENGTH))
    return f"{TOKEN_PREFIX}{body}{check_of(body)}"


def check_of(body: str) -> str:
    """Six letters by which a mistyped token is known without asking the database."""
    number, letters = zlib.crc32(body.encode()), ""
    for _ in range(CHECK_LENGTH):
        number, digit = divmod(number, len(ALPHABET))
        letters += ALPHABET[digit]
    return letters


def is_token(text: str) -> bool:
    body = text.removeprefix(TOKEN_PREFIX)
    return (
        text.startswith(TOKEN_PREFIX)
        and len(body) == RANDOM_LENGTH + CHECK_LENGTH
        and body.isascii()
        and check_of(body[:RANDOM_LENGTH]) == body[RANDOM_LENGTH:]
    )


def new_app_password() -> str:
    return "-".join("".join(secrets.choice(LETTERS) for _ in range(GROUP_LENGTH)) for _ in range(GROUPS))


def normalise_app_password(text: str) -> str:
    """People type the groups with spaces, hyphens or in capitals."""
    return "".join(letter for letter in text.lower() if letter not in "- \t ")


def hash_of(secret: str) -> bytes:
    """Both kinds are random enough that a plain hash keeps them."""
    return sha256(secret.encode()).digest()
