"""Pictures made small enough to be looked at. Pure: bytes in, bytes out."""

import io

from django.utils.translation import gettext as _
from PIL import Image, ImageOps, UnidentifiedImageError

from nanhu.kernel.files.errors import RefusedFileError
from nanhu.kernel.files.kinds import MOST_PIXELS, PICTURES, kind_among

QUALITY = 82


def reduced(content: bytes, *, longest: int) -> bytes:
    """As a JPEG whose longer side has at most so many pixels. Of a picture that was checked (`kinds.checked`)."""
    return shrunk(Image.open(io.BytesIO(content)), longest)


def made_small(content: bytes, *, longest: int) -> bytes:
    """The same of one that nobody checked: what it is by its content, of not too many pixels; upright, its pixels alone. Faster than to
    check it and then to make it small."""
    form = PICTURES[kind_among(PICTURES, content).key]
    try:
        opened: Image.Image = Image.open(io.BytesIO(content), formats=[form])
        if opened.width * opened.height > MOST_PIXELS:
            raise RefusedFileError(why=_("图片像素太多。"))
        opened.draft("RGB", (longest, longest))
        return shrunk(ImageOps.exif_transpose(opened), longest)
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError, ValueError, SyntaxError) as broken:
        raise RefusedFileError(why=_("图片不完整。")) from broken


def shrunk(picture: Image.Image, longest: int) -> bytes:
    picture.draft("RGB", (longest, longest))
    if picture.mode != "RGB":
        on_white = Image.new("RGB", picture.size, "#ffffff")
        clear = picture.convert("RGBA")
        on_white.paste(clear, mask=clear.getchannel("A"))
        picture = on_white
    small = Image.new("RGB", picture.size)
    small.paste(picture)
    small.thumbnail((longest, longest))
    out = io.BytesIO()
    small.save(out, "JPEG", quality=QUALITY, optimize=True)
    return out.getvalue()
