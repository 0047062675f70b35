"""Pictures made small enough to be looked at. Pure: bytes in, bytes out."""

import io

from PIL import Image, ImageOps

from nanhu.kernel.files.kinds import PICTURES, kind_among, opened_picture

QUALITY = 82


def reduced(content: bytes, *, longest: int) -> bytes:
    """As a JPEG whose longer side has at most so many pixels. Of a picture that was checked (`kinds.checked`)."""
    opened: Image.Image = Image.open(io.BytesIO(content))
    opened.draft("RGB", (longest, longest))
    return shrunk(opened, longest)


def made_small(content: bytes, *, longest: int) -> bytes:
    """The same of one that nobody checked: what it is by its content, of not too many pixels; upright, its pixels alone. Faster than to
    check it and then to make it small."""
    form = PICTURES[kind_among(PICTURES, content).key]
    with opened_picture(content, form) as opened:
        opened.draft("RGB", (longest, longest))
        return shrunk(ImageOps.exif_transpose(opened), longest)


def shrunk(picture: Image.Image, longest: int) -> bytes:
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
