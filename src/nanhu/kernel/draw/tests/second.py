"""A second implementation of the draw, written from its public description alone: no line of it is shared with the program's."""

import hashlib
import hmac


def h(data):
    return hashlib.sha256(data).digest()


def tree_hash(leaves):
    """RFC 6962, 2.1: split at the largest power of two below n."""
    if not leaves:
        return h(b"")
    if len(leaves) == 1:
        return h(b"\0" + leaves[0])
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return h(b"\1" + tree_hash(leaves[:k]) + tree_hash(leaves[k:]))


def draw(secret, public_value, entries, seats, passes):
    """`entries`: (token, round, [wish]); gives (root, seed, {token: lot}, order, {token: [place]})."""
    lines = sorted(f"{token}|{number}|{','.join(wishes)}".encode() for token, number, wishes in entries)
    root = tree_hash(lines)
    seed = hmac.new(secret, root + public_value.encode("utf-8"), hashlib.sha256).digest()
    lots = {
        token: hmac.new(seed, b"%d\n%s" % (number, token.encode()), hashlib.sha256).hexdigest()
        for token, number, _wishes in entries
    }
    order = [token for _lot, token in sorted((lot, token) for token, lot in lots.items())]
    wished = {token: list(wishes) for token, _number, wishes in entries}
    taken, got = dict.fromkeys(seats, 0), {token: [] for token in order}
    for number in range(1, passes + 1):
        for token in order if number % 2 == 1 else order[::-1]:
            choices = [wish for wish in wished[token] if taken[wish] < seats[wish] and wish not in got[token]]
            for wish in choices[:1]:
                taken[wish] += 1
                got[token] = [*got[token], wish]
    return root.hex(), seed.hex(), lots, order, got
