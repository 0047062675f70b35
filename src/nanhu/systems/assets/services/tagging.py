"""RFID tags (电子标签): which is on which thing, by a sheet; what a reader's codes name."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Upper
from django.utils.translation import gettext as _

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.once import lock_key
from nanhu.kernel.sheets import Checked, Fault, Line
from nanhu.systems.assets.errors import TagTakenError
from nanhu.systems.assets.models import Asset
from nanhu.systems.assets.models.things import GONE, HERE, TAG_SHAPE
from nanhu.systems.assets.numbers import spelled
from nanhu.systems.assets.services.moving import locked_all


def plain(code: str) -> str:
    """As readers write one and the same: with blanks or not, small or large, `0x` before it."""
    return "".join(code.upper().split()).removeprefix("0X")


def check_tags(lines: Sequence[Line]) -> Checked[tuple[Any, str]]:
    """Pairs of a thing and its tag, "" where it has none any more."""
    numbers = {spelled(line["number"]).upper() for line in lines}
    things = {one.number: one for one in Asset.objects.filter(number__in=numbers).exclude(state__in=GONE)}
    faults: list[Fault] = []
    rows: dict[str, tuple[Any, str]] = {}
    tags: set[str] = set()
    for line in lines:
        number, tag = spelled(line["number"]).upper(), plain(line["tag"])
        wrong = [(key, what) for key, what in wrong_with(number, tag, things, rows, tags) if what]
        faults += [line.fault(key, what) for key, what in wrong]
        rows[number] = things.get(number), tag
        tags |= {tag} - {""}
    return Checked([] if faults else list(rows.values()), faults)


def wrong_with(
    number: str, tag: str, things: Mapping[str, Any], rows: Collection[str], tags: Collection[str]
) -> Iterator[tuple[str, str]]:
    yield "number", "" if number in things else _("台账里没有这个编号，或已处置")
    yield "number", _("这个编号在文件里出现两次") if number in rows else ""
    yield "tag", "" if not tag or re.fullmatch(TAG_SHAPE, tag) else _("标签号是 8 到 64 位十六进制数")
    yield "tag", _("这个标签号在文件里出现两次") if tag in tags else ""


@transaction.atomic
def tag_things(*, by: Actor, rows: Sequence[tuple[Asset, str]]) -> int:
    """Gives how many changed. Who tags at the same moment waits; things of one sheet may change tags with each other, and what is gone leaves
    its tag to what has it now."""
    lock_key("assets.tags")
    said = {thing.public_id: tag for thing, tag in rows}
    things = [one for one in locked_all(said, HERE) if one.tag != said[one.public_id]]
    ids = [one.pk for one in things]
    taken = Asset.objects.filter(tag__in=set(said.values()) - {""}).exclude(pk__in=[thing.pk for thing, _tag in rows])
    if (other := taken.exclude(state__in=GONE).first()) is not None:
        raise TagTakenError(tag=other.tag, number=other.number)
    gone = list(taken)
    Asset.objects.filter(pk__in=[*ids, *(one.pk for one in gone)]).update(tag="")
    for one in (*things, *gone):
        one.tag = said.get(one.public_id, "")
    Asset.objects.bulk_update(things, ["tag"], batch_size=1_000)
    audit.record_many(
        audit.Record(by=by, action="assets.tag_thing", target=f"asset:{one.number}", facts={"tag": one.tag})
        for one in (*things, *gone)
    )
    return len(things)


def tagged() -> Iterator[dict[str, str]]:
    """As it is now, in the columns of the sheet."""
    rows = Asset.objects.exclude(state__in=GONE).order_by("number").values_list("number", "tag", "name")
    for number, tag, name in rows.iterator(chunk_size=2_000):
        yield {"number": number, "tag": tag, "name": name}


def things_by_code(codes: Iterable[str]) -> dict[str, str]:
    """Which number of a thing each code names: its tag before its number, and the one of the system before after both."""
    asked = {one: (one.upper(), spelled(one).upper(), plain(one)) for one in codes}
    every = {form for forms in asked.values() for form in forms}
    known = Asset.objects.exclude(state=Asset.State.VOID).annotate(formerly=Upper("former_number"))
    found = known.filter(Q(tag__in=every) | Q(number__in=every) | Q(formerly__in=every) & ~Q(former_number=""))
    things = list(found.values_list("number", "tag", "formerly"))
    named = {one: thing[0] for place in (2, 0, 1) for thing in things if (one := thing[place])}
    return {code: named[form] for code, forms in asked.items() for form in forms if form in named}
