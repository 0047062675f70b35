"""The door's own decision, by the list it holds."""

import hashlib
from typing import Any

from nanhu.emulators.doors.memory import Held

OPENS = "allowed"


def store_page(held: Held, answer: dict[str, Any], *, is_first: bool) -> None:
    if answer["is_full"] and is_first:
        held.cards = {}
    for hashed, *facts in answer["changes"]:
        held.cards.pop(hashed, None)
        if facts:
            held.cards[hashed] = (facts[0], facts[1], facts[2])
    if "profiles" in answer:
        held.profiles, held.salt = answer["profiles"], answer["salt"]
    held.profiles_tag, held.ends_at = answer["profiles_tag"], float(answer["ends_at"])


def judge(held: Held, uid: str, at: float) -> str:
    """`allowed`, or why not."""
    if held.ends_at <= at:
        return "list_old"
    hashed = hashlib.sha256(bytes.fromhex(held.salt) + uid.upper().encode()).hexdigest()[:20]
    if hashed not in held.cards:
        return "no_rule"
    profile, first, last = held.cards[hashed]
    if not first <= at < last:
        return "card_expired"
    return OPENS if any(begin <= at < end for begin, end in held.profiles.get(profile, [])) else "rule_denies"
