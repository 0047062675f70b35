"""Portraits (照片): checked, re-encoded without EXIF, kept in the data folder under an address of their content."""

import hashlib
import io
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _
from PIL import Image, UnidentifiedImageError

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.configuration import configuration
from nanhu.kernel.errors import NotFoundError
from nanhu.kernel.secret_files import private_folder
from nanhu.kernel.whole_files import write_whole
from nanhu.platforms.people.errors import PhotoRefusedError
from nanhu.platforms.people.models import Person

WIDTH: Final = 358
HEIGHT: Final = 441
LARGEST_BYTES: Final = 100 * 1024
LARGEST_UPLOAD_BYTES: Final = 5 * 1024 * 1024
LARGEST_PIXELS: Final = 40_000_000
RATIO_TOLERANCE: Final = 0.03


def photos_dir() -> Path:
    return configuration().media_dir / "photos"


@transaction.atomic
def set_photo(*, by: Actor, person_id: int, content: bytes) -> str:
    """Returns the path below the photos folder. The same picture again changes nothing."""
    person = Person.objects.select_for_update().filter(id=person_id).first()
    if person is None:
        raise NotFoundError(what=_("这个人"))
    path = store(person, portrait_of(content))
    if path != person.photo_path:
        person.photo_path = path
        person.save(update_fields=["photo_path"])
        audit.record(by=by, action="people.set_photo", target=f"person:{person_id}")
    return path


def photo_of(person_id: int) -> bytes | None:
    """The portrait itself, for what is printed; pages lead to its address instead."""
    path = Person.objects.filter(id=person_id).values_list("photo_path", flat=True).first()
    file = photos_dir() / path if path else None
    return file.read_bytes() if file is not None and file.is_file() else None


@transaction.atomic
def set_photos(*, by: Actor, photos: Iterable[tuple[int, bytes]]) -> int:
    """Many pictures of a trusted batch; one line in the audit log."""
    count = 0
    for person_id, content in photos:
        person = Person.objects.get(id=person_id)
        Person.objects.filter(id=person_id).update(photo_path=store(person, portrait_of(content)))
        count += 1
    audit.record(by=by, action="people.set_photos", target="photos", facts={"count": count})
    return count


def portrait_of(content: bytes) -> bytes:
    """JPEG of 358×441 pixels and at most 100 kB; anything else is refused with the reason."""
    if len(content) > LARGEST_UPLOAD_BYTES:
        raise PhotoRefusedError(reason=_("文件超过 5 MB。"))
    try:
        opened = Image.open(io.BytesIO(content), formats=["JPEG"])
        if opened.width * opened.height > LARGEST_PIXELS:
            raise PhotoRefusedError(reason=_("像素太多。"))
        picture = opened.convert("RGB")
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError, ValueError) as broken:
        raise PhotoRefusedError(reason=_("它不是完整的 JPEG 图片。")) from broken
    if picture.width < WIDTH or abs(picture.width / picture.height - WIDTH / HEIGHT) > RATIO_TOLERANCE:
        raise PhotoRefusedError(reason=_("尺寸应为 358×441 像素（或同比例更大）。"))
    return encoded(picture.resize((WIDTH, HEIGHT)))


def encoded(picture: Image.Image) -> bytes:
    for quality in (90, 80, 70, 60, 50, 35):
        out = io.BytesIO()
        picture.save(out, "JPEG", quality=quality, optimize=True)
        if out.tell() <= LARGEST_BYTES:
            break
    return out.getvalue()


def forget_file(path: str) -> None:
    if path:
        (photos_dir() / path).unlink(missing_ok=True)


def store(person: Person, content: bytes, folder: str = "") -> str:
    digest = hashlib.sha256(content).hexdigest()[:16]
    path = str(Path(folder) / person.public_id.hex[:2] / f"{person.public_id}-{digest}.jpg")
    target = photos_dir() / path
    if not target.exists():
        private_folder(photos_dir())
        target.parent.mkdir(exist_ok=True, parents=True)
        write_whole(target, content)
    return path
