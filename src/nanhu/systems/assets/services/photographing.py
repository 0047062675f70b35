"""Photos (拍照): of a receipt while it is looked at, and of a thing; kept by the kernel's files, within their limits."""

from collections.abc import Sequence

from django.db import transaction

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor, account_of
from nanhu.kernel.errors import WrongStateError
from nanhu.kernel.files import services as files
from nanhu.kernel.files.models import StoredFile
from nanhu.systems.assets.errors import TooManyPhotosError
from nanhu.systems.assets.models import Asset, Receipt, ReceiptLine, ReceiptPhoto
from nanhu.systems.assets.models.things import GONE
from nanhu.systems.assets.photos import MOST_OF_A_RECEIPT, PHOTOS
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


def kept(by: Actor, content: bytes, target: str) -> StoredFile:
    """Made anew already (`PicturesField`), without EXIF."""
    return files.keep(by=by, purpose=PHOTOS, content=content, name="照片", target=target, is_ours=True)
