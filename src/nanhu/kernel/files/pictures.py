"""Pictures made small enough to be looked at. Pure: bytes in, bytes out."""

import io

from PIL import Image

QUALITY = 82


def reduced(content: bytes, *, longest: int) -> bytes:
    """As a JPEG whose longer side has at most so many pixels. Of a picture that was checked (`kinds.checked`)."""
    picture: Image.Image = Image.open(io.BytesIO(content))
    picture.draft("RGB", (longest, longest))
    if picture.mode != "RGB":
        on_white = Image.new("RGB", picture.size, "#ffffff")
        on_white.paste(picture, mask=picture.getchannel("A") if picture.has_transparency_data else None)
        picture = on_white
    picture.thumbnail((longest, longest))
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=QUALITY, optimize=True)
    return out.getvalue()
