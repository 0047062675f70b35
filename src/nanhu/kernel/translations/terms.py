"""One word for one thing: a Chinese text has the same English in every room, and a term of the house its own word."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator

from babel.messages.catalog import Message as Entry

from nanhu.kernel.translations.catalogues import CATALOGUE_ERRORS, EntryKey, entries, is_translated, read_catalogue
from nanhu.kernel.translations.messages import Fault
from nanhu.kernel.translations.rooms import Room

# The term, and what its English must contain; the longer term is asked first and hides the shorter one in it.
TERMS = {
    "校园卡管理办公室": "Campus Card Office",
    "信息中心": "Information Centre",
    "通行密钥": "passkey",
    "恢复码": "recovery code",
    "动态口令": "code|authenticator",
    "令牌": "token",
    "元数据": "metadata",
    "圈存机": "kiosk",
    "付款码": "pay code|code",
    "工本费": "fee",
    "持卡人": "holder",
    "商户": "merchant",
    "终端": "terminal",
    "公告": "notice",
    "来宾": "guest",
    "担保": "vouch|sponsor",
    "限额": "limit",
    "欠款": "debt|owe|owing",
    "抽屉": "drawer",
    "总账": "ledger",
    "制卡单": "order",
    "批次": "batch",
    "审计": "audit",
    "人员类别": "categor",
}


def check_across(found: Iterable[Room]) -> list[Fault]:
    """What no room can see alone. A second meaning needs a context (msgctxt) or, better, another Chinese word."""
    english: dict[EntryKey, dict[str, Fault]] = defaultdict(dict)
    faults: list[Fault] = []
    for room in found:
        for key, entry in _known(room).items():
            text = " | ".join(_strings(entry))
            english[key].setdefault(text, Fault(room.catalogue, entry.lineno or 1, f"{key[1]!r} is {text!r} here"))
            faults += [Fault(room.catalogue, entry.lineno or 1, said) for said in unfaithful(key[1], text)]
    return [*faults, *(fault for said in english.values() if len(said) > 1 for fault in said.values())]


def unfaithful(text: str, english: str) -> Iterator[str]:
    left = text
    for term, words in TERMS.items():
        if term in left and not re.search(words, english, re.IGNORECASE):
            yield f"{term} is called {words!r} everywhere, but not in {english!r}"
        left = left.replace(term, "")


def _known(room: Room) -> dict[EntryKey, Entry]:
    try:
        known = entries(read_catalogue(room.catalogue))
    except CATALOGUE_ERRORS:  # said by the room's own check
        return {}
    return {key: entry for key, entry in known.items() if is_translated(entry)}


def _strings(entry: Entry) -> tuple[str, ...]:
    return tuple(entry.string) if isinstance(entry.string, tuple | list) else (str(entry.string),)
