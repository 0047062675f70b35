"""A photo as proof (拍照): the labels of thing and door are read in it here, and it is kept, made anew, with the rows that it gave."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from io import BytesIO
from typing import Annotated, Any, Final, Literal
from uuid import uuid5

import msgspec
import zxingcpp
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.db.models.functions import Upper
from django.utils.translation import gettext_lazy as _
from PIL import Image

from nanhu.kernel import strict_json
from nanhu.kernel.actors import Actor
from nanhu.kernel.files import services as files
from nanhu.kernel.files import store
from nanhu.kernel.files.kinds import PICTURES, checked
from nanhu.kernel.files.models import StoredFile
from nanhu.kernel.files.pictures import reduced
from nanhu.kernel.files.purposes import MEGABYTE, Purpose, Retention, purposes
from nanhu.kernel.numbering.series import check_holds
from nanhu.kernel.registry import Viewer
from nanhu.kernel.throttle import Gate, Limit, admit
from nanhu.systems.assets.counting.errors import AnotherLabelError, BatchRefusedError, NoLabelError, SamePhotoError
from nanhu.systems.assets.counting.models import LONGEST_NUMBER, CountRow, StockTake
from nanhu.systems.assets.counting.services.planning import target_of
from nanhu.systems.assets.counting.services.uploading import Batch, SentRow, refuse_another_century, take_rows
from nanhu.systems.assets.labels import room_key_of
from nanhu.systems.assets.models import Asset
from nanhu.systems.assets.numbers import WRITTEN, spelled
from nanhu.systems.assets.policies import FINANCE, OFFICE

LARGEST: Final = 8 * MEGABYTE
LARGEST_BODY: Final = LARGEST + MEGABYTE
LONGEST_SIDE: Final = 1_600
MOST_LABELS: Final = 20
PHOTOS_SENT: Final = Limit("count_photos", free=200, cap=60, memory=timedelta(hours=1), leak=0.5)
"""What a phone brings out of the cellar goes through; then one every two seconds."""


class SentPhoto(SentRow, forbid_unknown_fields=True, kw_only=True):
    """As a row of the phone; `number`: of the thing that it was to show, or nothing."""

    number: Annotated[str, msgspec.Meta(max_length=LONGEST_NUMBER)] = ""
    method: Literal["photo"]  # type: ignore[assignment]  # no row without a photo says so
    sent_at: Annotated[datetime, msgspec.Meta(tz=True)]


@dataclass(frozen=True, slots=True)
class Seen:
    """What became of one photo: the numbers that were read in it, and as of a batch."""

    ids: list[str]
    numbers: list[str]
    room: str
    is_proven: bool
    twice: list[str]
    gone: list[str]
    is_late: bool


def may_open(viewer: Viewer, file: StoredFile) -> bool:
    """The office, and who took it."""
    mine = CountRow.objects.filter(photo=file, person=viewer.person_id or 0)
    return bool(viewer.roles & {OFFICE, FINANCE}) or mine.exists()


PHOTOS: Final = Purpose(
    key="assets.count_photo",
    name=_("盘点照片"),
    kinds=frozenset({"jpeg"}),
    retention=Retention(name=_("随盘点"), days=0),
    may_open=may_open,
    largest_bytes=LARGEST,
    needed=lambda: Exists(CountRow.objects.filter(photo=OuterRef("pk"))),
)
purposes.add(PHOTOS)


def sent_photo(facts: str) -> SentPhoto:
    try:
        sent = strict_json.decode(facts.encode(), SentPhoto)
    except (strict_json.JsonError, msgspec.ValidationError) as error:
        raise BatchRefusedError from error
    refuse_another_century(sent.sent_at)
    return sent


def take_photo(*, by: Actor, person_id: int, take: StockTake, sent: SentPhoto, content: bytes) -> Seen:
    """Read outside of the transaction: a picture takes a moment. Sent again it is answered and not kept anew."""
    admit([Gate(PHOTOS_SENT, f"person:{person_id}")])
    _kind, clean = checked(content, kinds=PICTURES)
    labels, doors = codes_in(clean)
    if not labels:
        raise NoLabelError
    if sent.number and not is_of(sent.number, labels):
        raise AnotherLabelError(found="、".join(labels), asked=sent.number)
    return keep_photo(
        by=by,
        person_id=person_id,
        take=take,
        rows=rows_of(sent, labels, doors),
        sent=sent,
        small=reduced(clean, longest=LONGEST_SIDE),
    )


@transaction.atomic
def keep_photo(
    *, by: Actor, person_id: int, take: StockTake, rows: list[SentRow], sent: SentPhoto, small: bytes
) -> Seen:
    """One photo proves once: the same content under another id is an old one."""
    files.lock_contents([small])
    before = CountRow.objects.filter(photo__sha256=store.address_of(small)).first()
    if before and before.client_id not in {one.client_id for one in rows}:
        raise SamePhotoError
    photo = (
        before.photo
        if before
        else files.keep(by=by, purpose=PHOTOS, content=small, name="盘点照片", target=target_of(take), is_ours=True)
    )
    taken = take_rows(person_id=person_id, take=take, batch=Batch(sent_at=sent.sent_at, rows=rows), photo=photo)
    return Seen(
        ids=taken.ids[:1],
        numbers=[one.number for one in rows],
        room=room_key_of(rows[0].room),
        is_proven=bool(rows[0].room) and len(rows) == 1 and not taken.said and not taken.is_late,
        twice=taken.twice,
        gone=taken.gone,
        is_late=taken.is_late,
    )


def rows_of(sent: SentPhoto, labels: list[str], doors: list[str]) -> list[SentRow]:
    """A row for each label, all of one moment: several in one photo prove nothing (`assets_count_verdicts`). The door that is in the
    photo goes before the one that was read before."""
    door: dict[str, Any] = {"room": sent.room, "room_at": sent.room_at}
    if doors:
        door = {"room": doors[0], "room_at": sent.seen_at} if len(doors) == 1 else {}
    return [
        SentRow(
            client_id=sent.client_id if at == 0 else uuid5(sent.client_id, number),
            session=sent.session,
            number=number,
            seen_at=sent.seen_at,
            method="scan",
            round=sent.round,
            is_other_keeper=sent.is_other_keeper,
            **door,
        )
        for at, number in enumerate(labels)
    ]


def codes_in(picture: bytes) -> tuple[list[str], list[str]]:
    """Numbers of things and codes of doors. A maker's own bars are none: only ours, and labels of the system before that a card knows."""
    texts = [
        one.text.rpartition("/a/")[2].strip()
        for one in zxingcpp.read_barcodes(Image.open(BytesIO(picture)).convert("L"))
    ]
    doors = [one for one in texts if room_key_of(one)]
    numbers = {spelled(one).upper() for one in texts if one.isprintable() and 0 < len(one) <= LONGEST_NUMBER}
    former = set(with_former(numbers).values_list("upper", flat=True))
    labels = [one for one in numbers if one in former or (WRITTEN.fullmatch(one) and check_holds(one))]
    return sorted(labels)[:MOST_LABELS], sorted(set(doors))


def is_of(number: str, labels: list[str]) -> bool:
    """Also by the label of the system before."""
    asked = spelled(number).upper()
    return asked in labels or with_former(labels).filter(number=asked).exists()


def with_former(numbers: Collection[str]) -> QuerySet[Any]:
    known = Asset.objects.exclude(former_number="").exclude(state=Asset.State.VOID)
    return known.annotate(upper=Upper("former_number")).filter(upper__in=numbers)
