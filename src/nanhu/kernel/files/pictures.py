"""Pictures made small enough to be looked at. Pure: bytes in, bytes out."""

import io
from typing import Final

from PIL import Image, ImageOps

from nanhu.kernel.files.kinds import PICTURES, kind_among, opened_picture

QUALITY = 82
THUMBNAIL_BYTES: Final = 4_096
THUMBNAIL: Final = [(192, 60), (160, 55), (128, 50), (96, 45), (64, 40)]
"""Longest side and quality, until it is small enough: a quiet picture keeps more of both than a restless one. The last always is."""


def reduced(content: bytes, *, longest: int) -> bytes:
    """As a JPEG whose longer side has at most so many pixels. Of a picture that was checked (`kinds.checked`)."""
    opened: Image.Image = Image.open(io.BytesIO(content))
    opened.draft("RGB", (longest, longest))
    return shrunk(opened, longest)


def thumbnail(content: bytes) -> bytes:
    """To be known again by. Of a picture that was checked."""
    opened: Image.Image = Image.open(io.BytesIO(content))
    opened.draft("RGB", (THUMBNAIL[0][0], THUMBNAIL[0][0]))
    made = (shrunk(opened, longest, quality) for longest, quality in THUMBNAIL)
    return next(one for one in made if len(one) <= THUMBNAIL_BYTES)


def made_small(content: bytes, *, longest: int) -> bytes:
    """The same of one that nobody checked: what it is by its content, of not too many pixels; upright, its pixels alone. Faster than to
    check it and then to make it small."""
    form = PICTURES[kind_among(PICTURES, content).key]
    with opened_picture(content, form) as opened:
        opened.draft("RGB", (longest, longest))
        return shrunk(ImageOps.exif_transpose(opened), longest)


def shrunk(picture: Image.Image, longest: int, quality: int = QUALITY) -> bytes:
    if picture.mode != "RGB":
        on_white = Image.new("RGB", picture.size, "#ffffff")
        clear = picture.convert("RGBA")
        on_white.paste(clear, mask=clear.getchannel("A"))
        picture = on_white
    small = Image.new("RGB", picture.size)
    small.paste(picture)
    small.thumbnail((longest, longest))
    out = io.BytesIO()
    small.save(out, "JPEG", quality=quality, optimize=True)
    return out.getvalue()
