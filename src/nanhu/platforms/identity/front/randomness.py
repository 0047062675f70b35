"""Tickets as services/tickets.py makes them, from one read of the kernel's randomness instead of twenty-nine."""

from os import urandom

from nanhu.platforms.identity.services.tickets import ALPHABET, PREFIX, RANDOM_LENGTH

FAIR = 256 // len(ALPHABET) * len(ALPHABET)
TABLE = bytes(ord(ALPHABET[byte % len(ALPHABET)]) for byte in range(256))
UNFAIR = bytes(range(FAIR, 256))
"""Bytes that would make some letters likelier than others are left out."""


def new_ticket() -> str:
    letters = b""
    while len(letters) < RANDOM_LENGTH:
        letters += urandom(2 * RANDOM_LENGTH).translate(TABLE, UNFAIR)
    return PREFIX + letters[:RANDOM_LENGTH].decode()
