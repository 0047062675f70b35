"""Pure rules of account recovery: how hard a challenge is, whether work was done, masks."""

from hashlib import sha256

LONGEST_NONCE = 16
MOST_EXTRA_BITS = 5


def challenge_bits(*, base: int, failures: float, free: int) -> int:
    """One bit (twice the work) more each time the failures double past the free ones."""
    extra, counted = 0, failures / max(free, 1)
    while counted >= 1 and extra < MOST_EXTRA_BITS:
        extra, counted = extra + 1, counted / 2
    return base + extra


def is_work_done(*, seed: str, nonce: str, bits: int) -> bool:
    """SHA-256 of "seed:nonce" begins with `bits` zero bits."""
    if not nonce or len(nonce) > LONGEST_NONCE or not nonce.isascii() or not nonce.isdigit():
        return False
    digest = sha256(f"{seed}:{nonce}".encode()).digest()
    return int.from_bytes(digest) >> (len(digest) * 8 - bits) == 0
