"""Notices of the past, in bulk: from an older system, or the sample campus."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.core.files.base import ContentFile
from django.db import transaction

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.platforms.messages.errors import UnknownUnitError
from nanhu.platforms.messages.models import Notice, NoticeUnit
from nanhu.platforms.messages.services import attaching
from nanhu.platforms.people import api as people


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedNotice:
    """`key` names it within its origin ("sample:0017"): what is there already is left as it is."""

    key: str
    title: str
    body: str
    published_at: datetime
    office_code: str = ""
    audience: str = "all"
    unit_codes: tuple[str, ...] = ()
    expires_at: datetime | None = None
    pinned: bool = False
    must_read: bool = False
    attachments: tuple[tuple[str, bytes], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportResult:
    created: int
    unchanged: int


@transaction.atomic
def import_notices(rows: Iterable[ImportedNotice], *, by: Actor) -> ImportResult:
    """Published as of their own day and without events: nobody wants a mail about last month."""
    wanted = list(rows)
    known = set(Notice.objects.filter(origin_key__in=[r.key for r in wanted]).values_list("origin_key", flat=True))
    fresh = [row for row in wanted if row.key not in known]
    units = unit_ids({code for row in fresh for code in (row.office_code, *row.unit_codes) if code})
    made = Notice.objects.bulk_create([_notice_of(row, units) for row in fresh], batch_size=1000)
    NoticeUnit.objects.bulk_create(
        [
            NoticeUnit(notice=n, unit_id=units[code])
            for n, row in zip(made, fresh, strict=True)
            for code in row.unit_codes
        ]
    )
    for notice, row in zip(made, fresh, strict=True):
        if row.attachments:
            attaching.attach(by=by, notice_id=notice.pk, files=files_of(row.attachments))
    result = ImportResult(created=len(made), unchanged=len(wanted) - len(made))
    if made:
        audit.record(by=by, action="messages.import_notices", target="notices", facts={"created": result.created})
    return result


def unit_ids(codes: set[str]) -> dict[str, int]:
    found = people.unit_ids_by_code(codes)
    missing = sorted(codes - found.keys())
    if missing:
        raise UnknownUnitError(unit=missing[0])
    return found


def files_of(attachments: Sequence[tuple[str, bytes]]) -> "list[ContentFile[bytes]]":
    return [ContentFile(content, name=name) for name, content in attachments]


def _notice_of(row: ImportedNotice, units: dict[str, int]) -> Notice:
    return Notice(
        origin_key=row.key,
        title=row.title,
        body=row.body,
        office_id=units[row.office_code] if row.office_code else None,
        audience=row.audience,
        for_units=bool(row.unit_codes),
        state=Notice.State.PUBLISHED,
        published_at=row.published_at,
        told_at=row.published_at,
        expires_at=row.expires_at,
        pinned=row.pinned,
        must_read=row.must_read,
    )
