"""Photos of an order: matched by the four naming rules, misses and doubles reported, kept privately until acceptance."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from django.db import transaction

from nanhu.kernel.actors import Actor
from nanhu.kernel.configuration import configuration
from nanhu.kernel.errors import CampusError
from nanhu.kernel.files.archives import pictures_in
from nanhu.kernel.secret_files import private_folder
from nanhu.systems.card.issuing.checking import PICTURE_ENDINGS, photo_stem
from nanhu.systems.card.issuing.models import CardOrder, OrderRow
from nanhu.systems.card.issuing.pictures import LARGEST_UPLOAD, Portrait, portrait_of
from nanhu.systems.card.issuing.services.orders import State, locked, note, values_of

OPEN = (State.DRAFT, State.SUBMITTED, State.APPROVED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Matched:
    """What became of the files: names, except where `wrong` adds the reason."""

    matched: tuple[str, ...]
    unknown: tuple[str, ...]
    doubles: tuple[str, ...]
    wrong: tuple[tuple[str, str], ...]
    missing: tuple[str, ...]


def folder() -> Path:
    return configuration().media_dir / "card-orders"


def add_archive(*, by: Actor, order: CardOrder, content: bytes) -> Matched:
    """Every file is looked at, every one that fits is kept; the rest is told, so that one mends only that."""
    with transaction.atomic():
        current = locked(order, *OPEN)
        return match(by, current, pictures_in(content, largest=LARGEST_UPLOAD))


def add_picture(*, by: Actor, order: CardOrder, line: int, content: bytes) -> OrderRow:
    """One person's picture, whatever its name."""
    with transaction.atomic():
        current = locked(order, *OPEN)
        row = OrderRow.objects.select_for_update().get(order=current, line=line)
        keep(row, portrait_of(content))
        note(by, "card.add_photo", current, facts={"line": line})
        return row


def match(by: Actor, order: CardOrder, files: Iterable[tuple[str, bytes]]) -> Matched:
    wanted: dict[str, list[OrderRow]] = defaultdict(list)
    rows = list(order.rows.select_for_update().order_by("line"))
    for row in rows:
        for stem in stems_of(order, row):
            wanted[stem].append(row)
    seen: dict[str, bytes] = {}
    matched, unknown, doubles, wrong = [], [], [], []
    for name, content in files:
        stem = stem_of(name)
        found = wanted.get(stem, []) if stem else []
        if not found:
            unknown.append(name)
        elif len(found) > 1 or stem in seen:
            doubles.append(name)
        else:
            seen[stem] = content
            try:
                keep(found[0], portrait_of(content))
                matched.append(name)
            except CampusError as refused:
                wrong.append((name, refused.message))
    missing = tuple(f"{row.name} {row.photo_name}".strip() for row in rows if not row.photo_path)
    told = Matched(
        matched=tuple(matched), unknown=tuple(unknown), doubles=tuple(doubles), wrong=tuple(wrong), missing=missing
    )
    facts = {"matched": len(matched), "unknown": len(unknown), "doubles": len(doubles), "wrong": len(wrong)}
    note(by, "card.match_photos", order, facts=facts)
    return told


def stems_of(order: CardOrder, row: OrderRow) -> set[str]:
    """The name by the rule; a name the form itself gives for the photo is understood too."""
    by_rule = photo_stem(order.card_class, values_of(row)).lower()
    told = stem_of(row.photo_name if "." in row.photo_name else f"{row.photo_name}.jpg")
    return {by_rule, told} - {""}


def stem_of(name: str) -> str:
    return name.rpartition(".")[0].strip().lower() if name.lower().endswith(PICTURE_ENDINGS) else ""


def keep(row: OrderRow, portrait: Portrait) -> None:
    digest = hashlib.sha256(portrait.content).hexdigest()[:16]
    path = f"{row.order_id}/{row.line}-{digest}.jpg"
    target = folder() / path
    private_folder(folder())
    target.parent.mkdir(exist_ok=True)
    target.write_bytes(portrait.content)
    row.photo_path, row.photo_note, row.is_photo_back = path, portrait.note, False
    row.photo_seen_at, row.photo_seen_by_name = None, ""
    row.save(update_fields=["photo_path", "photo_note", "is_photo_back", "photo_seen_at", "photo_seen_by_name"])


def content_of(row: OrderRow) -> bytes | None:
    path = folder() / row.photo_path
    return path.read_bytes() if row.photo_path and path.is_file() else None
