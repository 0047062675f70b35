"""Photos (拍照): of a receipt while it is looked at, and of a thing; kept by the kernel's files, within their limits."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor, account_of
from nanhu.kernel.errors import CampusError, WrongStateError
from nanhu.kernel.files import services as files
from nanhu.kernel.files import store
from nanhu.kernel.files.archives import count_in, pictures_in
from nanhu.kernel.files.errors import RefusedFileError
from nanhu.kernel.files.models import StoredFile
from nanhu.kernel.files.pictures import made_small
from nanhu.kernel.jobs import job, open_progress, start_progress
from nanhu.kernel.models import Progress
from nanhu.systems.assets.errors import TooManyPhotosError
from nanhu.systems.assets.models import Asset, Receipt, ReceiptLine, ReceiptPhoto
from nanhu.systems.assets.models.things import GONE, HERE
from nanhu.systems.assets.numbers import spelled
from nanhu.systems.assets.photos import LARGEST, LONGEST_SIDE, MOST_IN_ARCHIVE, MOST_OF_A_RECEIPT, PHOTOS
from nanhu.systems.assets.services.moving import locked_all
from nanhu.systems.assets.services.receiving import waiting

NAMED: Final = 20
"""Files that are told by name."""


@transaction.atomic
def add_photos(
    *, by: Actor, receipt: Receipt, pictures: Sequence[bytes], line: ReceiptLine | None = None
) -> list[ReceiptPhoto]:
    """While it waits to be signed: what the second inspector signs he has seen."""
    found = waiting(receipt)
    if found.photos.count() + len(pictures) > MOST_OF_A_RECEIPT:
        raise TooManyPhotosError(most=MOST_OF_A_RECEIPT)
    target = f"asset_receipt:{found.public_id}"
    files.lock_contents(pictures)
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
    show(by, found, picture)
    return found


def show(by: Actor, found: Asset, picture: bytes) -> None:
    """On the card of a thing that is locked."""
    target = f"asset:{found.number}"
    found.picture = kept(by, picture, target)
    found.save(update_fields=["picture"])
    audit.record(by=by, action="assets.photograph_thing", target=target)


@dataclass(slots=True)
class Matched:
    """What became of the files of an archive: the pictures by thing, and the names of those that stand on no card."""

    small: dict[UUID, bytes] = field(default_factory=dict)
    unknown: list[str] = field(default_factory=list)
    doubles: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    def take(self, name: str, content: bytes) -> None:
        found = thing_named(name.rpartition(".")[0].strip())
        if found is None:
            self.unknown.append(name)
        elif found in self.small:
            self.doubles.append(name)
        else:
            try:
                self.small[found] = made_small(content, longest=LONGEST_SIDE)
            except RefusedFileError:
                self.wrong.append(name)

    @property
    def words(self) -> str:
        told = [_("已配上 %(count)s 张照片。") % {"count": len(self.small)}]
        for word, names in (
            (_("没有这个编号"), self.unknown),
            (_("编号重复"), self.doubles),
            (_("不是完整的照片"), self.wrong),
        ):
            if names:
                more = "…" if len(names) > NAMED else ""
                told.append(f"{word}（{len(names)}）：{'、'.join(names[:NAMED])}{more}")
        return " ".join(told)


@transaction.atomic
def hand_in(*, by: Actor, archive: bytes) -> UUID:
    """A zip of pictures, each named by its thing's number (or the one before); what may be known at once is refused at once. Gives
    the progress of the work. Its content waits in the store, which no row names: it is swept when it is a day old."""
    count = count_in(archive, most=MOST_IN_ARCHIVE, largest=LARGEST)
    progress = start_progress(kind="assets.photos", title=_("按编号传照片"), total=count, by=by)
    sha256, progress_id = store.put(archive), str(progress.public_id)
    take_archive.defer(sha256=sha256, progress_id=progress_id, account_id=account_of(by), by_name=by.name)
    return progress.public_id


@job("assets.take_photos")
def take_archive(sha256: str, progress_id: str, account_id: int, by_name: str) -> None:
    """Every picture that fits is kept, the others are told. Run twice it keeps nothing anew."""
    progress, matched = open_progress(progress_id), Matched()
    if progress.row.state != Progress.State.RUNNING:
        return
    if not store.path_of(sha256).exists():
        progress.fail_for_want_of_its_file()
        return
    try:
        pictures = pictures_in(store.get(sha256), most=MOST_IN_ARCHIVE, largest=LARGEST)
        for number, (name, content) in enumerate(pictures, 1):
            matched.take(name, content)
            progress.advance(number)
        with transaction.atomic():
            show_all(by=Actor(account_id=account_id, name=by_name), pictures=matched.small)
            progress.finish(matched.words, result_url=reverse("assets:office:things"))
    except CampusError as error:
        progress.fail(str(error))


@transaction.atomic
def show_all(*, by: Actor, pictures: Mapping[UUID, bytes]) -> None:
    """Things and contents are locked in one order each, all things first: two archives with the same ones wait for each other in none."""
    things = locked_all(pictures, HERE)
    files.lock_contents(pictures.values())
    for thing in things:
        show(by, thing, pictures[thing.public_id])


def thing_named(stem: str) -> UUID | None:
    """Of things that are here."""
    said = Q(number=spelled(stem).upper()) | Q(former_number__iexact=stem) & ~Q(former_number="")
    return Asset.objects.filter(said, state__in=HERE).values_list("public_id", flat=True).first()


def kept(by: Actor, content: bytes, target: str) -> StoredFile:
    """Made anew already (`PicturesField`), without EXIF."""
    return files.keep(by=by, purpose=PHOTOS, content=content, name="照片", target=target, is_ours=True)
