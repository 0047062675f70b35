"""Portraits for cards (F16): 358×441 JPEG of at most 100 kB, cut to shape and re-encoded, without EXIF."""

import io
from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from PIL import Image, ImageOps, ImageStat, UnidentifiedImageError

from nanhu.systems.card.issuing.errors import PictureRefusedError

WIDTH: Final = 358
HEIGHT: Final = 441
LARGEST_BYTES: Final = 100 * 1024
LARGEST_UPLOAD: Final = 8 * 1024 * 1024
MOST_PIXELS: Final = 40_000_000
SMALLEST_SIDE: Final = 240
FLAT_ENOUGH: Final = 38
"""Mean standard deviation over the strip beside the head: a plain background lies well below it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Portrait:
    """`note` says what was done to the picture, or what a clerk should look at."""

    content: bytes
    note: str


def portrait_of(content: bytes) -> Portrait:
    if len(content) > LARGEST_UPLOAD:
        raise PictureRefusedError(why=_("照片超过 8 MB"))
    try:
        opened = Image.open(io.BytesIO(content), formats=["JPEG"])
        width, height = opened.size
        if width * height > MOST_PIXELS:
            raise PictureRefusedError(why=_("照片像素太多"))
        picture = ImageOps.exif_transpose(opened).convert("RGB")
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError, ValueError, SyntaxError) as broken:
        raise PictureRefusedError(why=_("不是完整的 JPEG 照片")) from broken
    if min(picture.size) < SMALLEST_SIDE:
        raise PictureRefusedError(why=_("照片太小，至少 358×441 像素"))
    notes = []
    if picture.size != (WIDTH, HEIGHT):
        size = f"{picture.width}×{picture.height}"
        notes.append(gettext_noop("已由 %(what)s 裁成 358×441") % {"what": size})
    picture = ImageOps.fit(picture, (WIDTH, HEIGHT), Image.Resampling.LANCZOS, centering=(0.5, 0.25))
    if not is_plain(picture):
        notes.append(gettext_noop("背景不像纯色，请看一眼"))
    return Portrait(content=encoded(picture), note="；".join(notes))


def is_plain(picture: Image.Image) -> bool:
    strips = [picture.crop((0, 0, WIDTH // 8, HEIGHT // 3)), picture.crop((WIDTH - WIDTH // 8, 0, WIDTH, HEIGHT // 3))]
    return all(sum(ImageStat.Stat(strip).stddev) / 3 < FLAT_ENOUGH for strip in strips)


def encoded(picture: Image.Image) -> bytes:
    """A new picture without the old one's EXIF, comment or profile."""
    for quality in (92, 85, 75, 65, 50, 35):
        out = io.BytesIO()
        picture.save(out, "JPEG", quality=quality, optimize=True)
        if out.tell() <= LARGEST_BYTES:
            break
    return out.getvalue()
