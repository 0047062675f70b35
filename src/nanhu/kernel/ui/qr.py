"""QR codes: always of the whole kind, for telephones read no Micro QR, and on white, which a dark page is not."""

from io import BytesIO

import segno


def code_of(text: str) -> segno.QRCode:
    return segno.make(text, error="m", micro=False)


def picture(text: str, *, scale: int = 5, border: int = 2) -> str:
    """For the `src` of an image. The quiet zone of `border` is less than the norm's four: the page around it is quiet, too."""
    return str(code_of(text).svg_data_uri(scale=scale, border=border, light="#ffffff"))


def svg(text: str) -> str:
    """For paper, without a quiet zone: the sheet keeps it."""
    out = BytesIO()
    code_of(text).save(out, kind="svg", border=0, xmldecl=False, svgns=True)
    return out.getvalue().decode()
