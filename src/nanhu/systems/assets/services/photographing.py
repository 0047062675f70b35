"""Photos (拍照): of a receipt while it is looked at, and of a thing; kept by the kernel's files, within their limits."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor, account_of
from nanhu.kernel.errors import WrongStateError
from nanhu.kernel.files import services as files
from nanhu.kernel.files.archives import pictures_in
from nanhu.kernel.files.errors import RefusedFileError
from nanhu.kernel.files.models import StoredFile
from nanhu.kernel.files.pictures import made_small
from nanhu.systems.assets.errors import TooManyPhotosError
from nanhu.systems.assets.models import Asset, Receipt, ReceiptLine, ReceiptPhoto
from nanhu.systems.assets.models.things import GONE, HERE
from nanhu.systems.assets.numbers import spelled
from nanhu.systems.assets.photos import LARGEST, LONGEST_SIDE, MOST_IN_ARCHIVE, MOST_OF_A_RECEIPT, PHOTOS
from nanhu.systems.assets.services.moving import locked_all
from nanhu.systems.assets.services.receiving import waiting


@transaction.atomic
def add_photos(
    *, by: Actor, receipt: Receipt, pictures: Sequence[bytes], line: ReceiptLine | None = None
) -> list[ReceiptPhoto]:
    """While it waits to be signed: what the second inspector signs he has seen."""
    found = waiting(receipt)
    if found.photos.count() + len(pictures) > MOST_OF_A_RECEIPT:
        raise TooManyPhotosError(most=MOST_OF_A_RECEIPT)
    target = f"asset_receipt:{found.public_id}"
    made = [
        ReceiptPhoto.objects.create(
            receipt=found,
            line=line,
            file=kept(by, content, target),
            author_id=account_of(by),
            author_name=by.name,
        )
        for content in pictures
    ]
    audit.record(by=by, action="assets.photograph_receipt", target=target, facts={"photos": len(made)})
    return made


@transaction.atomic
def photograph(*, by: Actor, asset: Asset, picture: bytes) -> Asset:
    """In the place of the one before."""
    found = Asset.objects.select_for_update(of=("self",)).get(pk=asset.pk)
    if found.state in GONE:
        raise WrongStateError(what=Asset.what, state=found.get_state_display())
    target = f"asset:{found.number}"
    found.picture = kept(by, picture, target)
    found.save(update_fields=["picture"])
    audit.record(by=by, action="assets.photograph_thing", target=target)
    return found


@dataclass(frozen=True, slots=True)
class Matched:
    """What became of the files of an archive: how many stand on a card, and the names of the others."""

    count: int
    unknown: Sequence[str]
    doubles: Sequence[str]
    wrong: Sequence[str]


@transaction.atomic
def photograph_by_number(*, by: Actor, archive: bytes) -> Matched:
    """Pictures of a zip, each named by its thing's number (or the one before): every one that fits is kept, the others are told."""
    small: dict[UUID, bytes] = {}
    unknown, doubles, wrong = [], [], []
    for name, content in pictures_in(archive, most=MOST_IN_ARCHIVE, largest=LARGEST):
        found = thing_named(name.rpartition(".")[0].strip())
        if found is None:
            unknown.append(name)
        elif found in small:
            doubles.append(name)
        else:
            try:
                small[found] = made_small(content, longest=LONGEST_SIDE)
            except RefusedFileError:
                wrong.append(name)
    for thing in locked_all(small, HERE):
        photograph(by=by, asset=thing, picture=small[thing.public_id])
    return Matched(len(small), unknown, doubles, wrong)


def thing_named(stem: str) -> UUID | None:
    """Of things that are here."""
    said = Q(number=spelled(stem).upper()) | Q(former_number__iexact=stem) & ~Q(former_number="")
    return Asset.objects.filter(said, state__in=HERE).values_list("public_id", flat=True).first()


def kept(by: Actor, content: bytes, target: str) -> StoredFile:
    """Made anew already (`PicturesField`), without EXIF."""
    return files.keep(by=by, purpose=PHOTOS, content=content, name="照片", target=target, is_ours=True)
